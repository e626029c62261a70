import type { Decision } from "../reach-model";
import { portSet, type PortInterval, type PortSet } from "../port-sets";
import type { Segment } from "./evaluate-rules";

/** A stretch of ports with one decision. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly decision: Decision;
}

/** Disjoint stretches in order. */
export type Runs = readonly Run[];

export function runsOf(segments: readonly Segment[]): Runs {
  const runs = segments.flatMap(({ ports, decision }) =>
    ports.map(([first, last]): Run => ({ first, last, decision })),
  );
  return runs.length < 2 ? runs : runs.sort((a, b) => a.first - b.first);
}

/** Ports by pair of decisions, in order of their first port; only ports that both sides have. */
export function joinRuns(
  egress: Runs,
  ingress: Runs,
): { readonly egress: Decision; readonly ingress: Decision; readonly ports: PortSet }[] {
  const found: { egress: Decision; ingress: Decision; intervals: PortInterval[] }[] = [];
  const index = new Map<Decision, Map<Decision, PortInterval[]>>();
  let i = 0;
  let j = 0;
  for (;;) {
    const a = egress[i];
    const b = ingress[j];
    if (a === undefined || b === undefined) break;
    const first = Math.max(a.first, b.first);
    const last = Math.min(a.last, b.last);
    if (first <= last) {
      let row = index.get(a.decision);
      if (row === undefined) index.set(a.decision, (row = new Map<Decision, PortInterval[]>()));
      let intervals = row.get(b.decision);
      if (intervals === undefined) {
        row.set(b.decision, (intervals = []));
        found.push({ egress: a.decision, ingress: b.decision, intervals });
      }
      intervals.push([first, last]);
    }
    if (a.last < b.last) i++;
    else j++;
  }
  return found.map(({ intervals, ...decisions }) => ({
    ...decisions,
    ports: intervals.length < 2 ? intervals : portSet(intervals),
  }));
}

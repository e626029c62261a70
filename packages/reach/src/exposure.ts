import { answers, insiders, partFilter } from "./connectivity";
import type { Flow } from "./reach-flows";
import type { State } from "./reach-state";

/** What of one workload is open to the outside of the cluster, and to where it may go itself. */
export interface Exposure {
  readonly name: string;
  /** Whether any policy governs the direction at all. */
  readonly protected: { readonly ingress: boolean; readonly egress: boolean };
  readonly ingress: readonly Flow[];
  readonly egress: readonly Flow[];
}

/**
 * Exposure to outside by policy: what would pass if it came, whether or not a Service or an Ingress publishes it.
 */
export function exposure(state: State): Exposure[] {
  const answer = answers(state);
  const open = partFilter(false);
  return insiders(state).map((endpoint) => {
    const flows = (direction: "ingress" | "egress"): Flow[] =>
      state.outside.flatMap((piece) => {
        const [from, to] = direction === "ingress" ? [piece, endpoint] : [endpoint, piece];
        return open(answer(from, to)).map((part) => ({ from: from.name, to: to.name, ...part }));
      });
    const governed = (direction: "ingress" | "egress"): boolean =>
      state.view(endpoint).list(direction, "normal").entries.length > 1;
    return {
      name: endpoint.name,
      protected: { ingress: governed("ingress"), egress: governed("egress") },
      ingress: flows("ingress"),
      egress: flows("egress"),
    };
  });
}

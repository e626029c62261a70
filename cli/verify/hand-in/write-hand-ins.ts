import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClassToken } from "../../../classroom/class-token";
import type { KubeObject } from "../../../kube/objects";
import { LabStates } from "../../../labs/prediction/lab-states";
import type { StackPlan } from "../../../stacks/stack-plan";
import type { ClusterApi } from "../../cluster/api-client";
import { isSolved } from "../../play/broken";
import { isTheirs } from "../../play/exercise";
import { HandInKeeper } from "../../play/hand-in-keeper";
import { labsToPlay } from "../../play/labs-to-play";
import { update } from "../../play/play-update";
import { livePolicies, liveRoutes } from "../cluster/live-policies";
import type { Report } from "../core/check-model";
import { succeeded } from "../format/report-words";

/** Tiers that Calico brings, and what stands in them. */
const SYSTEM = /^(default|(baseline)?adminnetworkpolicy|kube-(admin|baseline)|calico-system|allow-tigera)$/;

/**
 * Writes a hand-in for each lab that was verified, with what a student would have written, as the cluster has it. A step is called
 * solved where the probes say so and the objects prove it: who grades has only these.
 */
export async function writeHandIns(
  api: ClusterApi,
  plan: StackPlan,
  report: Report,
  {
    folder,
    token,
    seed,
    hint,
    now,
    say,
  }: {
    folder: string;
    token?: ClassToken;
    seed?: string;
    hint: boolean;
    now: number;
    say: (line: string) => void;
  },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const instance of new Set(report.results.map((r) => r.check.lab))) {
    const s = plan.labs.find((l) => l.instance === instance);
    const played = s === undefined ? undefined : labsToPlay(s.lab.id).find((l) => l.lab.id === s.lab.id);
    if (s === undefined || played === undefined || s.instance !== played.instance) {
      say(`${instance}: a copy of a lab cannot be handed in: only the lab under its own name`);
      continue;
    }
    const objects = await theirs(api, Object.values(s.context.namespaces));
    const texts = { "cluster.yaml": objects.map((o) => stringify(o, { lineWidth: 0 })).join("---\n") };
    const sources = objects.map((object) => ({ object }));
    const seen = update(new LabStates(played), s.step, {
      objects: sources,
      files: [],
      problems: [],
      notes: [],
    });
    const proved = isSolved(seen);
    const holds = succeeded({ results: report.results.filter((r) => r.check.lab === instance) });
    if (holds && !proved)
      say(
        `${instance}: its claims hold on the cluster, and what was read of it does not prove them: the step is not handed in as solved`,
      );
    const file = join(folder, `${instance}.handin`);
    const keeper = new HandInKeeper(
      { file, from: "verify", selection: played, began: now, ...(token && { token }), ...(seed && { seed }) },
      say,
    );
    if (hint) keeper.asked(s.step, now);
    keeper.saw({ step: s.step, solved: holds && proved, texts }, now);
    say(`${instance}: handed in as ${file}`);
  }
}

/** What a student writes, without what the server adds to it. */
async function theirs(api: ClusterApi, namespaces: readonly string[]): Promise<KubeObject[]> {
  const found = [...(await livePolicies(api, namespaces)), ...(await liveRoutes(api, namespaces))];
  return found
    .filter((o) => isTheirs(o) && !isCalicos(o, namespaces))
    .map(({ apiVersion, kind, metadata, ...rest }) => {
      const { name, namespace, labels, annotations } = metadata;
      const { status: _, ...body } = rest;
      return {
        apiVersion,
        kind,
        metadata: defined({ name, namespace, labels, annotations }),
        ...body,
      } as KubeObject;
    });
}

/** Calico's own, or another lab's. */
function isCalicos(o: KubeObject, namespaces: readonly string[]): boolean {
  const { name, namespace } = o.metadata;
  if (namespace !== undefined) return !namespaces.includes(namespace);
  return o.kind === "Tier" ? SYSTEM.test(name) : tierOf(o) !== "default" && SYSTEM.test(tierOf(o));
}

const tierOf = (o: KubeObject): string => (o["spec"] as { tier?: string } | undefined)?.tier ?? "default";

const defined = (o: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

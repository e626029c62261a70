import { lookUpAtAws } from "./aws-leftovers";
import { lookUpInCluster, type Fate } from "./cluster-leftovers";
import type { Adoption, PendingOperation, StackState } from "./engine";
import type { EngineSession } from "./session";

/** An operation of which nobody can say what it has made. */
export interface Unclear extends PendingOperation {
  why: string;
}

/** What became of the operations that a run began and did not end. */
export interface Fates {
  /** URNs of those that are simply repeated. */
  done: string[];
  adopted: Adoption[];
  /** What is in the way, and not this stack's. */
  foreign: string[];
  unclear: Unclear[];
}

/**
 * Finds out what each operation that was cut off has made: in the cluster, whose objects stay with it, and in the cloud.
 * @param clusterGone whether the cluster that objects were made in is there no more
 * @param began when the run that was cut off began, in milliseconds; undefined where nobody knows
 */
export async function fatesOf(
  session: EngineSession,
  stack: string,
  state: StackState,
  { clusterGone, began }: { clusterGone: boolean; began: number | undefined },
): Promise<Fates> {
  const fates: Fates = { done: [], adopted: [], foreign: [], unclear: [] };
  const add = (op: PendingOperation, fate: Fate): void => {
    if (fate.kind === "adopt") fates.adopted.push(fate.adoption);
    else if (fate.kind === "unknown") fates.unclear.push({ ...op, why: fate.why });
    else fates.done.push(op.urn);
    if (fate.kind === "foreign") fates.foreign.push(fate.name);
  };
  const inCluster = state.pending.filter((op) => op.type.startsWith("kubernetes:"));
  const atAws = state.pending.filter((op) => op.type.startsWith("aws:"));
  for (const op of state.pending) {
    if (inCluster.includes(op) || atAws.includes(op)) continue;
    // What commands make on this machine is looked up there; providers and components are bookkeeping.
    const known = op.operation !== "creating" || /^(command:local|pulumi):/.test(op.type);
    add(op, known ? { kind: "repeat" } : { kind: "unknown", why: `nothing here looks up ${op.type}` });
  }
  if (clusterGone)
    inCluster.forEach((op) => {
      add(op, { kind: "repeat" });
    });
  else if (inCluster.length > 0)
    for (const [op, fate] of await clusterFates(session, stack, inCluster, began)) add(op, fate);
  if (atAws.length > 0) {
    const provider = state.resources.find((r) => r.type === "pulumi:providers:aws")?.inputs ?? {};
    const place = { region: textOf(provider["region"]), profile: textOf(provider["profile"]) };
    for (const [op, fate] of await lookUpAtAws(session.awsCli(place), atAws, stack)) add(op, fate);
  }
  return fates;
}

async function clusterFates(
  { engine, clusterApi }: EngineSession,
  stack: string,
  operations: readonly PendingOperation[],
  began: number | undefined,
): Promise<[PendingOperation, Fate][]> {
  const kubeconfigs = await engine.kubeconfigs(stack);
  const byProvider = new Map<string | undefined, PendingOperation[]>();
  for (const op of operations) byProvider.set(op.provider, [...(byProvider.get(op.provider) ?? []), op]);
  const fates: [PendingOperation, Fate][] = [];
  for (const [provider, some] of byProvider) {
    const kubeconfig = provider === undefined ? undefined : kubeconfigs.get(provider);
    if (kubeconfig !== undefined) fates.push(...(await lookUpInCluster(clusterApi(kubeconfig), some, began)));
    // Without a provider in the state nothing was made by it.
    else if (provider !== undefined)
      fates.push(...some.map((op) => [op, { kind: "repeat" }] as [PendingOperation, Fate]));
    else fates.push(...some.map((op) => [op, UNKNOWN] as [PendingOperation, Fate]));
  }
  return fates;
}

const UNKNOWN: Fate = {
  kind: "unknown",
  why: "an earlier look-up found no answer, and its inputs are not known any more",
};

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

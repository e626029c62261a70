import { randomBytes } from "node:crypto";
import { mirroredImage } from "../../components/mirrors";
import { familiesIn } from "../../kube/ip";
import { placeOf } from "../../routing/ingress-site";
import { BUSYBOX } from "../../labs/images";
import type { StackPlan } from "../../stacks/stack-plan";
import { realClock, type Clock } from "../clock";
import type { VerifyOptions } from "./verify-options";
import type { ReachedCluster } from "./cluster/cluster-access";
import { openApi, type ClusterApi } from "../cluster/api-client";
import { findInventory, livePod, tolerant } from "./cluster/find-inventory";
import { tryHere } from "./cluster/try-here";
import { removeLeftovers } from "./cluster/probe-leftovers";
import { core } from "../cluster/api-paths";
import { ProbePods } from "./cluster/probe-pods";
import { outsideDoubt } from "./core/compare-flow";
import { workloadNamespace, type Inventory } from "./core/inventory";
import type { Check, ContainerCheck, FlowCheck, Report, RequestCheck, Result } from "./core/check-model";
import type { ProbeSite } from "./core/probes";
import { verifyContainers } from "./run-containers";
import { verifyFlows } from "./run-flows";
import { entryOf, trustOf } from "./ingress-entry";
import { openGatewayEntries } from "./gateway-entries";
import { verifyRequests, type Entry } from "./run-requests";

/** Probe pods end by themselves after this, whatever became of the run. */
export const LIFETIME_SECONDS = 900;

export interface VerifyRun {
  plan: StackPlan;
  checks: readonly Check[];
  reached: ReachedCluster;
  options: Omit<VerifyOptions, "json" | "junit" | "clean" | "lab" | "step" | "hint">;
  /** Progress, for people. */
  say: (line: string) => void;
  signal?: AbortSignal;
  clock?: Clock;
  api?: ClusterApi;
}

/** Probes everything, and takes away what it made, whatever happens. */
export async function verify(run: VerifyRun): Promise<Report> {
  const { plan, checks, reached, say, signal, clock = realClock } = run;
  const api = run.api ?? openApi(reached.kubeconfig);
  const began = clock.now();
  const flows = checks.filter((c): c is FlowCheck => c.kind === "flow");
  const requests = checks.filter((c): c is RequestCheck => c.kind === "request");
  const containers = checks.filter((c): c is ContainerCheck => c.kind === "container");
  const namespaces = namespacesOf(plan, checks);
  const notes: string[] = [];
  const leftovers = await removeLeftovers(api, {
    namespaces,
    lifetimeSeconds: LIFETIME_SECONDS,
    all: false,
    say,
    ...(signal === undefined ? {} : { signal }),
  });
  if (leftovers.left > 0)
    notes.push(`${leftovers.left} objects of other runs are in the cluster; --clean removes them`);
  const both = familiesIn(plan.facts.podCidrs).length > 1;
  if (both && flows.some((f) => f.from === "internet" || f.to === "internet"))
    notes.push("internet: claims are about both families, and only one was tried from and to this machine");
  const inventory = await findInventory(api, flows, namespaces, signal);
  const probePods = probePodsFor(api, run, clock);
  let results: Result[];
  try {
    const probed = await probeFlows(flows, inventory, probePods, run, clock);
    const between = await tryContainers(containers, run, clock);
    results = [...probed, ...between, ...(await tryRequests(requests, inventory, api, run, clock))];
  } finally {
    if (probePods.made.some((m) => !m.gone)) say("removing what was made");
    await probePods.remove();
  }
  signal?.throwIfAborted();
  const order = new Map(checks.map((c, i) => [c, i]));
  results.sort((a, b) => (order.get(a.check) ?? 0) - (order.get(b.check) ?? 0));
  return {
    stack: plan.stack,
    cluster: reached.how,
    results,
    created: probePods.made,
    notes,
    seconds: (clock.now() - began) / 1000,
  };
}

/** Namespaces of the labs, of the ingress controller, and where probes of the checks start. */
export function namespacesOf(plan: StackPlan, checks: readonly Check[]): string[] {
  const labs = plan.labs.flatMap((s) => Object.values(s.context.namespaces));
  const sources = checks.flatMap((c) => (c.kind === "flow" ? (workloadNamespace(c.from) ?? []) : []));
  return [
    ...new Set([
      ...labs,
      ...sources,
      ...[plan.ingress?.site, plan.ingress?.gatewaySite].flatMap((site) =>
        site === undefined ? [] : [placeOf(site).namespace],
      ),
    ]),
  ];
}

function probePodsFor(api: ClusterApi, { plan, options, say, signal }: VerifyRun, clock: Clock): ProbePods {
  return new ProbePods(api, {
    run: randomBytes(4).toString("hex"),
    image: options.image ?? mirroredImage(BUSYBOX, plan.mirrors),
    lifetimeSeconds: LIFETIME_SECONDS,
    startMs: options.start * 1000,
    parallel: options.parallel,
    clock,
    say,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function probeFlows(
  flows: readonly FlowCheck[],
  inventory: Inventory,
  probePods: ProbePods,
  { plan, reached, options, say, signal }: VerifyRun,
  clock: Clock,
): Promise<Result[]> {
  if (flows.length === 0) return [];
  const site: ProbeSite = {
    facts: plan.facts,
    internet: options.internet,
    // Elsewhere Docker's networks lie inside a virtual machine.
    nodesReachable: plan.target.kind !== "kind" || process.platform === "linux",
  };
  const stop = signal === undefined ? {} : { signal };
  const results = await verifyFlows(flows, inventory, site, {
    kubeconfig: reached.kubeconfig,
    probePods,
    timeout: options.timeout,
    parallel: options.parallel,
    settleMs: options.wait * 1000,
    connectMs: 15_000,
    clock,
    say,
    ...stop,
  });
  const port = flows.find((f) => f.to === "internet" && f.port !== undefined)?.port;
  if (port === undefined) return results;
  const control = await tryHere({ address: options.internet, port }, options.timeout, signal);
  return outsideDoubt(results, control.saw === "open", `${options.internet}:${port}`);
}

async function tryContainers(
  checks: readonly ContainerCheck[],
  { plan, options, say, signal }: VerifyRun,
  clock: Clock,
): Promise<Result[]> {
  const prefix = plan.facts.docker?.prefix;
  if (checks.length === 0 || prefix === undefined) return [];
  return verifyContainers(checks, {
    prefix,
    timeout: options.timeout,
    parallel: options.parallel,
    settleMs: options.wait * 1000,
    clock,
    say,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function tryRequests(
  requests: readonly RequestCheck[],
  inventory: Inventory,
  api: ClusterApi,
  { plan, reached, options, say, signal }: VerifyRun,
  clock: Clock,
): Promise<Result[]> {
  if (requests.length === 0) return [];
  const stop = signal === undefined ? {} : { signal };
  const behind = new Set(
    requests.flatMap((r) => Object.keys(r.backends ?? {}).map((b) => b.split("/")[0] ?? "")),
  );
  const pods = async () => {
    const lists = await Promise.all(
      [...behind].map((ns) => tolerant(api.list(core(ns, "pods"), {}, signal))),
    );
    return lists.flat().map(livePod);
  };
  const site = entryOf(plan, inventory, options.entry);
  const inside = await openGatewayEntries(requests, api, reached.kubeconfig, signal);
  const entry = (check: RequestCheck): Entry | undefined => {
    if (check.inside === true) return inside.entry(check);
    const host = site(check);
    return host === undefined ? undefined : { host };
  };
  try {
    return await verifyRequests(requests, inventory.services, pods, {
      entry,
      trust: await trustOf(plan, reached, api, signal),
      timeoutMs: options.timeout * 1000,
      requests: options.requests,
      parallel: options.parallel,
      settleMs: options.wait * 1000,
      clock,
      say,
      ...stop,
    });
  } finally {
    await inside.close();
  }
}

import { kindClusters } from "../components/kind/docker";
import type { MachineJudgement, Tunnel, WantedCluster } from "../components/kind/machine-facts";
import { kindRanges } from "../components/kind/plan/address-families";
import { judgeMachine } from "../components/kind/plan/machine-checks";
import { readMachine } from "../components/kind/read-machine";
import { kindNeighbours } from "./kind-neighbours";
import { labAt } from "../labs/model";
import { missingKindTools } from "./required-tools";
import type { StackPlan } from "./stack-plan";

/**
 * Whether this machine can make the kind clusters of these plans: tools, engine, kernel, ports, ranges, memory, disk. All
 * that is wrong at once. Of a cluster that is there already nothing more is asked.
 * @param ports whether the ports and networks of each are looked up too; a class has its own way
 */
export async function askKindMachine(
  plans: readonly StackPlan[],
  { env = process.env, ports = true }: { env?: NodeJS.ProcessEnv; ports?: boolean } = {},
): Promise<MachineJudgement> {
  const problems = missingKindTools(env);
  const there = await kindClusters({ env, timeout: 20_000 }).catch((): string[] => []);
  const news = plans.filter((p) => p.target.kind === "kind" && !there.includes(p.clusterName));
  const wanted = news.flatMap(wantedCluster);
  const [first] = wanted;
  if (first === undefined) return { problems, notes: [] };
  const judged = judgeMachine(await readMachine(first.image, { env }), wanted);
  const neighbours = await Promise.all(
    news.map(async ({ target, facts }) =>
      ports && target.kind === "kind" ? kindNeighbours(target.cluster, facts.hostPorts, env) : [],
    ),
  );
  return {
    problems: [...problems, ...judged.problems, ...neighbours.flat()],
    // What a missing tool leaves unknown goes without saying.
    notes: problems.length > 0 ? [] : judged.notes,
  };
}

/** What wraps packets by the stack's pools, and by those that its labs make at any step; and what their networks need. */
export function tunnelsOf({ calico, facts, labs }: Pick<StackPlan, "calico" | "facts" | "labs">): Tunnel[] {
  const ofLabs = labs.flatMap((s) =>
    s.lab.steps.flatMap((_, step) => labAt({ ...s, step }).objects.filter((o) => o.kind === "IPPool")),
  );
  const modes = ofLabs.map((o) => o["spec"] as { ipipMode?: string; vxlanMode?: string });
  const uses = (tunnel: "ipip" | "vxlan"): boolean =>
    (calico.install && calico.pools.some((p) => p.encapsulation.toLowerCase().startsWith(tunnel))) ||
    modes.some((m) => (m[`${tunnel}Mode`] ?? "Never") !== "Never");
  const networks = labs.flatMap((s) => s.lab.steps.flatMap((step) => step.machine?.networks ?? []));
  return [
    ...(["ipip", "vxlan"] as const).filter(uses),
    // Without them its first container ends with an error (prog/weave-kube/init.sh).
    ...(facts.cni.type === "weave" ? (["xt_set", "br_netfilter"] as const) : []),
    ...(networks.some((n) => n.driver === "macvlan") ? (["macvlan", "dummy"] as const) : []),
  ];
}

function wantedCluster(plan: StackPlan): WantedCluster[] {
  const { target, calico, facts, config, versions } = plan;
  if (target.kind !== "kind") return [];
  const { name, nodes, network, loadBalancer } = target.cluster;
  const { nodeImage, ipFamily } = config.kind;
  const { pods, services } = kindRanges(config.kind);
  return [
    {
      name,
      kubernetes: facts.kubernetes,
      image: nodeImage ?? versions.kindNode,
      nodes: nodes.length,
      hostPorts: facts.hostPorts,
      ranges: [...pods, ...services],
      ipv6: ipFamily !== "ipv4",
      ...(network === undefined ? {} : { network }),
      ebpf: calico.dataplane === "BPF",
      tunnels: tunnelsOf(plan),
      balanced: loadBalancer !== undefined,
    },
  ];
}

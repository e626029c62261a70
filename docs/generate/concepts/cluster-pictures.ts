import { cniModes } from "../../../components/aws/plan/network-request";
import { encapsulations as modes } from "../../../components/calico/calico-config";
import { installation } from "../../../components/calico/plan/specs";
import { versionSets } from "../../../components/versions";
import { ProblemsError } from "../../../kube/problems";
import type { StackPlan } from "../../../stacks/stack-plan";
import { planned } from "./planned";
import { box, diagram, group, idOf, table } from "./mermaid";

/** Pictures of clusters, as the planner plans them. */

const NO_MIRRORS = { charts: {}, images: {} };

interface CniSpec {
  type: string;
  ipam?: { type: string };
}

const cniOf = ({ calico }: StackPlan): CniSpec =>
  (installation(calico, NO_MIRRORS) as unknown as { spec: { cni: CniSpec } }).spec.cni;

/** Who calls whom when a pod is made. */
export function callOrder(): string {
  const plan = planned("ip-pools");
  const { type, ipam } = cniOf(plan);
  const [pool] = plan.calico.pools;
  if (pool === undefined || ipam === undefined) throw new Error("the stack ip-pools has no pool");
  const plugin = type.toLowerCase();
  return [
    diagram("sequenceDiagram", [
      "participant kubelet",
      "participant runtime as container runtime",
      `participant plugin as CNI plugin ${plugin}`,
      `participant ipam as IPAM plugin ${ipam.type.toLowerCase()}-ipam`,
      "participant api as API server",
      "kubelet->>runtime: make the pod's sandbox (CRI)",
      "runtime->>plugin: ADD, with the network namespace",
      "plugin->>ipam: ADD",
      `ipam->>api: an address of the node's block (/${pool.blockSize}) of ${pool.name} ${pool.cidr}`,
      "ipam-->>plugin: the address",
      "plugin->>plugin: veth pair, address, routes",
      "plugin->>api: the address, on the pod",
      "plugin-->>runtime: result",
      "runtime-->>kubelet: the sandbox is ready",
    ]),
    "",
    "Pool and block size as the stack `ip-pools` plans them.",
  ].join("\n");
}

/** Who gives interfaces, who gives addresses, who enforces policies: for each way that this project plans. */
export function chains(): string {
  const ways = [
    { title: "kind", plan: planned("kind") },
    ...cniModes.map((cni) => ({ title: `EKS, cni ${cni}`, plan: planned("eks", { eks: { cni } }) })),
  ];
  const rows = ways.map(({ title, plan }) => {
    const cni = cniOf(plan);
    return { title, type: cni.type, ipam: cni.ipam?.type ?? cni.type };
  });
  const types = [...new Map(rows.map((r) => [r.type, r.ipam]))];
  return [
    diagram("flowchart LR", [
      ...rows.map((r) => box(idOf(r.title), r.title)),
      ...types.map(([type, ipam]) => box(idOf("cni", type), `CNI ${type}`, `IPAM ${ipam}`)),
      box("felix", "policies: Calico", "calico-node on each node"),
      ...rows.map((r) => `${idOf(r.title)} --> ${idOf("cni", r.type)}`),
      ...types.map(([type]) => `${idOf("cni", type)} --> felix`),
    ]),
    "",
    "What the Installation says on each target that this project plans.",
  ].join("\n");
}

/** What the planner takes where. */
export function encapsulationChoice(): string {
  const places = [
    { title: "kind, with BGP", stack: "kind", bgp: true, cidr: "192.168.0.0/16" },
    { title: "kind, without BGP", stack: "kind", bgp: false, cidr: "192.168.0.0/16" },
    { title: "EKS, Calico CNI", stack: "eks", bgp: false, cidr: "10.244.0.0/16" },
  ];
  const answers = places.flatMap((place) =>
    modes.map((encapsulation) => {
      try {
        planned(place.stack, {
          ...(place.stack === "eks" ? { eks: { cni: "calico" } } : {}),
          calico: { bgp: place.bgp, pools: [{ cidr: place.cidr, encapsulation }] },
        });
        return { place, encapsulation, refusal: undefined };
      } catch (error) {
        if (!(error instanceof ProblemsError)) throw error;
        return { place, encapsulation, refusal: error.problems.map((p) => p.message).join("; ") };
      }
    }),
  );
  return [
    diagram("flowchart LR", [
      ...places.map((p) => box(idOf(p.title), p.title)),
      ...modes.map((m) => box(idOf("mode", m), m)),
      ...answers
        .filter((a) => a.refusal === undefined)
        .map((a) => `${idOf(a.place.title)} --> ${idOf("mode", a.encapsulation)}`),
    ]),
    "",
    "An arrow: the planner takes it. What it says of the others:",
    "",
    table(
      ["where", "encapsulation", "why not"],
      answers.flatMap((a) =>
        a.refusal === undefined ? [] : [[a.place.title, `\`${a.encapsulation}\``, a.refusal]],
      ),
    ),
  ].join("\n");
}

/** Each node with each other: what WireGuard makes of a cluster. */
export function mesh(): string {
  const nodes = planned("wireguard").facts.nodes ?? [];
  if (nodes.length < 2) throw new Error("the stack wireguard has no two nodes");
  const tunnels = nodes.flatMap((a, i) => nodes.slice(i + 1).map((b) => [a.name, b.name] as const));
  return [
    diagram("flowchart LR", [
      ...nodes.flatMap((n) => group(idOf(n.name), n.name, [box(idOf("wg", n.name), "wireguard.cali")])),
      ...tunnels.map(([a, b]) => `${idOf("wg", a)} <==>|UDP 51820| ${idOf("wg", b)}`),
    ]),
    "",
    `The ${nodes.length} nodes of the stack \`wireguard\`, and the ${tunnels.length} pairs that encrypt.`,
  ].join("\n");
}

/** How Calico gets onto each target, and what its operator then runs. */
export function installations(): string {
  const ways = [
    { title: "kind", plan: planned("kind") },
    { title: "EKS, VPC CNI", plan: planned("eks") },
    { title: "EKS, Calico CNI", plan: planned("eks", { eks: { cni: "calico" } }) },
  ];
  const crds = { operator: "CRDs: by the operator itself", apply: "CRDs: applied before there is a node" };
  const [set] = versionSets;
  const api = set.calicoApi === "v3" ? "calico-webhooks" : "calico-apiserver";
  return [
    diagram("flowchart LR", [
      ...ways.map((w) => box(idOf(w.title), w.title)),
      ...Object.entries(crds).map(([by, text]) => box(idOf("crds", by), text)),
      box("operator", `tigera-operator, chart ${set.calico}`),
      box("installation", "Installation default"),
      box("apiserver", "APIServer default"),
      ...["calico-node on each node", "calico-typha", "calico-kube-controllers"].map((pod) =>
        box(idOf(pod), pod),
      ),
      box(idOf(api), api),
      ...ways.map((w) => `${idOf(w.title)} --> ${idOf("crds", w.plan.calico.crds.by)}`),
      ...Object.keys(crds).map((by) => `${idOf("crds", by)} --> operator`),
      "operator --> installation",
      "operator --> apiserver",
      ...["calico-node on each node", "calico-typha", "calico-kube-controllers"].map(
        (pod) => `installation --> ${idOf(pod)}`,
      ),
      `apiserver --> ${idOf(api)}`,
    ]),
    "",
    `With Kubernetes ${set.kubernetes}, the default of this project.`,
  ].join("\n");
}

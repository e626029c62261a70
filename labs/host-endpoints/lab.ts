import { closed, flow, open } from "../flow";
import type { Claim, Lab, LabContext } from "../model";
import { bank, bankChain } from "../yaobank/reuse";
import { automaticHostEndpoints, defaultNodePolicy, nodeportPolicy } from "./policies";
import { lacksAddresses, nodes, site } from "./site";

const BANK_PORT = 30180;
const nsOf = (ctx: LabContext): string => ctx.namespaces["bank"] ?? "yaobank";

/** What no step may cut: with any of these gone, nothing could be mended from outside any more. */
function lifelines(ctx: LabContext, page: "anyone" | "host1" = "anyone"): Claim[] {
  const s = site(ctx.facts);
  const [worker = "node1"] = s.workers;
  const failsafe = (what: string): string => `${what} is a failsafe port: open whatever policies say`;
  return [
    open(worker, s.control, 6443, failsafe("the API server's port, which kubelet and kube-proxy use,")),
    open(s.gateway, s.control, 6443, failsafe("the API server's port, which your kubectl uses,")),
    open(`${nsOf(ctx)}/customer`, s.control, 6443, failsafe("the API server's port, which pods use,")),
    open(worker, s.control, 2379, failsafe("etcd's client port")),
    open(worker, s.control, 2380, failsafe("etcd's peer port")),
    open(worker, s.control, 179, failsafe("BGP's port")),
    open(s.control, worker, 179, failsafe("BGP's port")),
    open(s.control, worker, 5473, failsafe("Typha's port")),
    open(worker, s.control, 5473, failsafe("Typha's port")),
    open(s.gateway, s.control, 22, failsafe("ssh's port")),
    open(s.control, worker, 10250, "the API server reaches kubelet: logs, exec and port-forward work"),
    open(worker, s.control, 10250, "nodes reach kubelet: metrics work"),
    open("kube-system/coredns", s.control, 6443, "CoreDNS reads Services from the API server"),
    flow(
      "allow",
      `${nsOf(ctx)}/customer`,
      "kube-system/coredns",
      53,
      "policies on nodes do not touch what nodes forward to pods",
      "UDP",
    ),
    // From outside the page is reached by its node port alone.
    ...bankChain(nsOf(ctx)).filter(({ from }) => page === "anyone" || from !== "internet"),
  ];
}

const kubelet = (ctx: LabContext, verdict: "allow" | "deny"): Claim[] =>
  [site(ctx.facts).host1, site(ctx.facts).gateway].map((from) =>
    (verdict === "allow" ? open : closed)(
      from,
      site(ctx.facts).workers[0] ?? "node1",
      10250,
      verdict === "allow"
        ? "nothing guards the nodes: anyone on their network reaches kubelet"
        : "default-node-policy lets only nodes reach kubelet",
    ),
  );

/** felix/rules/dispatch.go: a wildcard host endpoint gives up no interface before DNAT, not even a pod's. */
function nodePorts(ctx: LabContext, guarded: boolean): Claim[] {
  const s = site(ctx.facts);
  const [worker = "node1"] = s.workers;
  const why = "kube-proxy forwards node ports, and no policy guards them";
  const each = [s.control, worker].flatMap((node) => [
    open(
      s.host1,
      node,
      BANK_PORT,
      guarded ? "nodeport-policy lets this one address reach this one port" : why,
    ),
    guarded
      ? closed(s.gateway, node, BANK_PORT, "nodeport-policy denies node ports to everyone else")
      : open(s.gateway, node, BANK_PORT, why),
  ]);
  if (!guarded) return each;
  return [
    ...each,
    closed(s.host1, worker, 30002, "nodeport-policy opens one node port and denies the others"),
    closed(
      `${nsOf(ctx)}/customer`,
      `${nsOf(ctx)}/summary`,
      31000,
      "the host endpoint stands for the pods' interfaces too, so the range is denied between pods as well",
    ),
    flow("deny", s.host1, worker, 31000, "nodeport-policy denies the range for UDP too", "UDP"),
  ];
}

export const hostEndpoints: Lab = {
  id: "host-endpoints",
  title: "Host endpoints: a firewall on the nodes themselves",
  summary:
    "Put the nodes under policy without locking yourself out: automatic host endpoints, a default for nodes, failsafe ports, and node ports that only one address may use.",
  namespaces: { bank: "yaobank" },
  clusterWide: true,
  needs: {
    calicoPolicy: true,
    calicoCni: true,
    ownCluster: true,
    workers: 1,
    hostPorts: [BANK_PORT],
    kindNetwork: true,
    other: lacksAddresses,
  },
  workloads: (ctx) => bank(ctx, nsOf(ctx), true).workloads,
  ambient: (ctx) => nodes(ctx.facts),
  steps: [
    {
      id: "no-guard",
      title: "Nodes without policy",
      aim: "See that anyone on the nodes' network reaches every port of every node.",
      patch: () => [automaticHostEndpoints("Disabled")],
      expect: (ctx) => [...lifelines(ctx), ...kubelet(ctx, "allow"), ...nodePorts(ctx, false)],
    },
    {
      id: "automatic",
      title: "A host endpoint for each node",
      aim: "Let Calico make host endpoints: nodes can be selected by policies now, and nothing changes, as their profile allows everything.",
      patch: () => [automaticHostEndpoints("Enabled")],
      expect: (ctx) => [...lifelines(ctx), ...kubelet(ctx, "allow"), ...nodePorts(ctx, false)],
    },
    {
      id: "node-policy",
      title: "A default for nodes",
      aim: "Deny what comes to a node's own ports; find out what stays open, and why you still have a cluster.",
      add: () => [defaultNodePolicy],
      expect: (ctx) => {
        const s = site(ctx.facts);
        return [
          ...lifelines(ctx),
          ...kubelet(ctx, "deny"),
          // kube-proxy's health, controller-manager, scheduler.
          ...[10256, 10257, 10259].map((port) =>
            closed(
              s.host1,
              s.control,
              port,
              "default-node-policy allows kubelet's port to nodes, and no other",
            ),
          ),
          ...nodePorts(ctx, false),
        ];
      },
    },
    {
      id: "nodeport-policy",
      title: "Node ports for one address only",
      aim: "Guard node ports before kube-proxy hides them: host1 reaches the bank's page, your laptop does not any more.",
      add: (ctx) => [nodeportPolicy(site(ctx.facts).host1, BANK_PORT)],
      expect: (ctx) => [...lifelines(ctx, "host1"), ...kubelet(ctx, "deny"), ...nodePorts(ctx, true)],
    },
  ],
};

import { inNets } from "../addresses";
import type { Backed } from "../input/endpoints";
import { hostAddresses, type Host } from "../input/hosts";
import type { Decision, Endpoint } from "../reach-model";
import type { State } from "../reach-state";
import { defaultDecision } from "./default-decision";
import { LOCAL_INSIDE, TO_ITSELF } from "./ebpf";
import { seenAs } from "./node-ways";
import { afterNode, ANY_NODE, NO_FAMILY, through, type Entering } from "./node-entry";
import type { PathEvaluator, Ways } from "./path-evaluator";
import type { Decisions, ServiceQuestion } from "./service-question";
import { serviceTargets } from "./service-targets";

type Sides = Pick<Decisions, "egress" | "ingress">;

/**
 * What happens to packets to a Service, for each of its backends. Policies are evaluated after the destination was
 * translated to the pod and its port, preDNAT and doNotTrack policies before. A node that forwards to a pod replaces
 * the client's address by its own, unless externalTrafficPolicy is Local or the dataplane eBPF.
 */
export function serviceDecisions(state: State, paths: PathEvaluator, q: ServiceQuestion): Decisions[] {
  return serviceTargets(state, q.service, q.port).map(({ endpoint: backend, port: target }) => {
    if (target === undefined) {
      const reason = `the Service's targetPort ${String(q.port.target)} is not a named port of ${backend.name}`;
      const refused = defaultDecision("deny", reason);
      return { backend, target, egress: NOT_REACHED, ingress: refused };
    }
    const sides =
      q.entry === "clusterIP"
        ? inside(state, paths, q, backend, target)
        : byNode(state, paths, q, backend, target);
    const open = sides.egress.verdict === "allow" && sides.ingress.verdict === "allow";
    if (state.ebpf && q.from === backend && !q.service.headless && !open)
      return { backend, target, egress: TO_ITSELF, ingress: TO_ITSELF };
    return { backend, target, ...admitted(q, sides) };
  });
}

const NOT_REACHED = defaultDecision("allow", "not reached");

/** Translated on the sender's own node, before any policy but those before DNAT. */
function inside(
  state: State,
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
): Sides {
  const sides = direct(
    paths,
    q,
    backend,
    target,
    q.service.headless ? undefined : virtual(q.service, q.port.port),
  );
  if (q.service.internalTrafficPolicy !== "Local" || q.service.headless) return sides;
  const sender = senderOf(state, q.from);
  const nodes = backend.nodes;
  if (sender !== undefined && nodes !== undefined && nodes.length > 0) {
    if (nodes.includes(sender.name)) return sides;
    const reason = `internalTrafficPolicy is Local and ${backend.name} does not run on ${sender.name}`;
    return { egress: NOT_REACHED, ingress: defaultDecision("deny", reason) };
  }
  const reason =
    "internalTrafficPolicy is Local: depends on whether a pod of the Service runs on the sender's node";
  return sides.ingress.verdict === "deny" ? sides : { ...sides, ingress: defaultDecision("unknown", reason) };
}

type Translated = NonNullable<Parameters<PathEvaluator["ways"]>[4]>["translated"];

function direct(
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
  translated: Translated,
): Sides {
  // A pod that its own Service sends back to it left its network: policies see it as they see any other
  // (KUBE-MARK-MASQ for hairpins comes after them, in POSTROUTING).
  const ways = paths.ways(q.from, backend, q.port.protocol, [[target, target]], {
    ...(q.sourcePort === undefined ? {} : { sourcePort: q.sourcePort }),
    ...(translated === undefined ? {} : { translated }),
  });
  return only(ways);
}

/** The Service's own address, as what policies before DNAT see. */
export function virtual({ clusterIPs, name }: Backed, port: number): Translated {
  return { from: addressed(name, clusterIPs), port };
}

function addressed(name: string, nets: Backed["addresses"]): Endpoint {
  return {
    type: "outside",
    name,
    kind: "Addresses",
    labels: {},
    selectable: undefined,
    addresses: hostAddresses(nets),
    families: [4, 6],
    ports: [],
  };
}

/**
 * kube-proxy translates an address of a Service where the packet starts, if the load balancer keeps it (ipMode VIP); the
 * eBPF dataplane ports of any node as well (felix/bpf-gpl/nat_lookup.h).
 */
export const translatedAtSender = (
  { ebpf }: Pick<State, "ebpf">,
  { from, entry, service }: Pick<ServiceQuestion, "from" | "entry" | "service">,
): boolean =>
  entry === "clusterIP" ||
  (from.type !== "outside" &&
    (entry !== "nodePort" || ebpf) &&
    !(entry === "loadBalancer" && service.loadBalancer.hands === "nodePort"));

/** From outside, or from inside to an address that leads to a node: through the node that receives it. */
function byNode(
  state: State,
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
): Sides {
  const local = q.service.externalTrafficPolicy === "Local";
  const sender = senderOf(state, q.from);
  if (translatedAtSender(state, q)) {
    const sides = onOwnNode(state, paths, q, backend, target, sender, entering(q, q.node));
    const followed = !state.ebpf || q.service.internalTrafficPolicy !== "Local";
    return followed || sides.ingress.verdict === "deny" ? sides : { ...sides, ingress: LOCAL_INSIDE };
  }
  const receivers = q.node === undefined ? receiversOf(state, local ? backend : undefined) : [q.node];
  return agree(
    receivers.flatMap((receiver) => {
      if (sender !== undefined && sender === receiver)
        return [
          onOwnNode(state, paths, q, backend, target, sender, [{ to: sender.node, port: nodePortOf(q) }]),
        ];
      const clients = seenAs(state, q.from, receiver?.node ?? ANY_NODE, false, sender);
      return clients.flatMap((seen) => {
        const elsewhere = local && receiver !== undefined && backend.nodes?.includes(receiver.name) === false;
        // What shows a pod's address is from inside to kube-proxy, whose Local is for what comes from outside.
        if (!elsewhere || seen.type === "workload")
          return entering(q, receiver).map((at) =>
            through(state, paths, { ...q, seen, backend, target, receiver, at }),
          );
        const reason = `externalTrafficPolicy is Local and ${backend.name} does not run on ${receiver.name}`;
        return [
          {
            egress: defaultDecision("allow", "the packet reaches the node"),
            ingress: defaultDecision("deny", reason),
          },
        ];
      });
    }),
  );
}

/** What packets carry as their destination when they come to a node; several where the load balancer decides. */
function entering(q: ServiceQuestion, receiver?: Host): Entering[] {
  const node: Entering = { to: receiver?.node ?? ANY_NODE, port: nodePortOf(q) };
  const { service, port, entry } = q;
  const own = (nets: Backed["addresses"]): Entering => ({
    to: addressed(service.name, nets),
    port: port.port,
  });
  if (entry === "externalIP") return [own(service.externalIPs)];
  if (entry !== "loadBalancer" || port.nodePort === undefined)
    return entry === "loadBalancer" ? [own(service.loadBalancer.addresses)] : [node];
  const balanced = own(service.loadBalancer.addresses);
  const { hands } = service.loadBalancer;
  return hands === "address" ? [balanced] : hands === "nodePort" ? [node] : [node, balanced];
}

const nodePortOf = ({ port }: ServiceQuestion): number => port.nodePort ?? port.port;

/** Load balancers and kube-proxy let in who is in loadBalancerSourceRanges; node ports do not ask. */
function admitted({ from, client, service, entry }: ServiceQuestion, sides: Sides): Sides {
  const { sourceRanges } = service.loadBalancer;
  if (entry !== "loadBalancer" || sourceRanges.length === 0 || sides.ingress.verdict === "deny") return sides;
  const inside = inNets(
    client === undefined ? from.addresses : { exact: false, nets: [client] },
    sourceRanges,
  );
  if (inside === true) return sides;
  const ranges = sourceRanges.map(({ text }) => text).join(", ");
  const reason = `loadBalancerSourceRanges of ${service.namespace}/${service.name} (${ranges})`;
  const decision =
    inside === false
      ? defaultDecision("deny", `${reason} do not hold the client`)
      : defaultDecision("unknown", `${reason} may or may not hold the client`);
  return { ...sides, ingress: decision };
}

/** The host that an end is on, where it can be on one only. */
function senderOf(state: State, { nodes = [] }: Endpoint): Host | undefined {
  return nodes.length === 1 ? state.hosts.find((host) => host.name === nodes[0]) : undefined;
}

/**
 * By the sender's own node: translated there before any policy, as with the Service's own address, and whatever
 * externalTrafficPolicy says. With Cluster other nodes see the node (KUBE-EXT chains of kube-proxy), but not with eBPF.
 */
function onOwnNode(
  state: State,
  paths: PathEvaluator,
  q: ServiceQuestion,
  backend: Endpoint,
  target: number,
  sender: Host | undefined,
  sent: readonly Entering[],
): Sides {
  const whole = agree(sent.map(({ to, port }) => direct(paths, q, backend, target, { from: to, port })));
  const masked = !state.ebpf && q.service.externalTrafficPolicy !== "Local" && q.from.type === "workload";
  if (!masked || (sender !== undefined && senderOf(state, backend) === sender)) return whole;
  const at = { ...q, backend, target, receiver: sender };
  return { ...whole, ingress: afterNode(state, at, sender?.node ?? ANY_NODE) };
}

function receiversOf(state: State, backend: Endpoint | undefined): (Host | undefined)[] {
  const nodes = backend?.nodes;
  const hosts = nodes === undefined ? state.hosts : state.hosts.filter((h) => nodes.includes(h.name));
  return hosts.length === 0 ? [undefined] : [...hosts];
}

function only(ways: Ways | undefined): Sides {
  return {
    egress: ways?.egress[0]?.decision ?? NO_FAMILY,
    ingress: ways?.ingress[0]?.decision ?? NO_FAMILY,
  };
}

/** Where it is open which node receives the packet, and as what. */
function agree(results: readonly Sides[]): Sides {
  const open = defaultDecision("unknown", "depends on the node that receives the packet");
  const merge = (a: Decision, b: Decision): Decision => (a.verdict === b.verdict ? a : open);
  return results.reduce((a, b) => ({
    egress: merge(a.egress, b.egress),
    ingress: merge(a.ingress, b.ingress),
  }));
}

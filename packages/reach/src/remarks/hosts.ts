import type { Flow, Remark } from "../reach-flows";
import type { Host } from "../input/hosts";
import { policyName, type Endpoint, type Policy } from "../reach-model";
import { PathEvaluator } from "../hosts/path-evaluator";
import { portSpace } from "../rules/rule-ports";
import type { State } from "../reach-state";
import type { Leg } from "../traced-flow";
import { noSelector } from "./near-miss";
import { decidingRules } from "./rule-names";

/** Why policies do not select, or selectors do not find, a pod of the host's network. */
export function hostNetworkRemarks(state: State, flow: Flow, { source, destination }: Leg): Remark[] {
  const remarks: Remark[] = [];
  const shared = (e: Endpoint): boolean =>
    e.type === "host" && e.kind !== "Node" && e.kind !== "HostEndpoint";
  const governed = (e: Endpoint, direction: "egress" | "ingress"): boolean =>
    state.policies.some((p) => p.namespace === e.namespace && p.governs[direction] !== false);
  for (const [end, direction] of [
    [source, "egress"],
    [destination, "ingress"],
  ] as const) {
    if (shared(end) && governed(end, direction))
      remarks.push({
        about: "host-network",
        text: `${end.name} is in its host's network: no policy for pods governs it`,
      });
  }
  if (shared(source) && flow.ingress.verdict !== "allow" && destination.type === "workload")
    remarks.push({ about: "host-network", text: noSelector(source) });
  if (shared(destination) && flow.egress.verdict !== "allow" && source.type === "workload")
    remarks.push({ about: "host-network", text: noSelector(destination) });
  return remarks;
}

/** Policies of host endpoints that do not see a packet, because their host only forwards it. */
export function forwardedRemarks(state: State, { source, destination, by }: Leg): Remark[] {
  const passes = [source, destination].flatMap((end) =>
    end.type === "workload" && (end.nodes ?? []).length === 1
      ? state.hosts.filter((h) => h.name === end.nodes?.[0] && h.interfaces.length > 0)
      : [],
  );
  const pods = source.type === "workload" && destination.type === "workload";
  if (
    pods &&
    source.nodes?.[0] !== undefined &&
    source.nodes[0] === destination.nodes?.[0] &&
    by === undefined
  )
    return [];
  return [...new Set(passes)].flatMap((host): Remark[] => {
    const blind = unforwarded(state, host);
    if (blind.length === 0) return [];
    const names = blind.map(policyName).join(", ");
    return [
      {
        about: "forwarded",
        text: `${host.name} forwards this packet: ${names} without applyOnForward does not see it`,
      },
    ];
  });
}

function unforwarded(state: State, host: Host): Policy[] {
  const named = host.interfaces.flatMap(({ endpoint }) =>
    (["ingress", "egress"] as const).flatMap((direction) =>
      state
        .view(endpoint)
        .list(direction, "normal")
        .entries.flatMap(({ decision }) => decision.policy ?? []),
    ),
  );
  return state.policies.filter(
    (p) => p.stage === "normal" && !p.applyOnForward && named.includes(policyName(p)),
  );
}

/** What doNotTrack means for answers: they are packets of their own. */
export function replyRemarks(
  state: State,
  flow: Flow,
  { source, destination, protocol, port }: Leg,
): Remark[] {
  const untracked = (["egress", "ingress"] as const).flatMap((direction) => {
    const found = decidingRules(state, flow[direction], direction);
    return found?.policy.stage === "untracked" ? [found.policy] : [];
  });
  const [policy] = untracked;
  if (policy === undefined || flow.verdict !== "allow") return [];
  const asked = port === undefined ? {} : { sourcePort: port };
  const ways = new PathEvaluator(state).ways(destination, source, protocol, portSpace(protocol), asked);
  const verdicts = [...(ways?.egress ?? []), ...(ways?.ingress ?? [])].map(
    ({ decision }) => decision.verdict,
  );
  const back = verdicts.includes("deny")
    ? "are closed, at least in part"
    : verdicts.includes("unknown")
      ? "depend on the client's port"
      : "are open";
  return [
    {
      about: "replies",
      text: `${policyName(policy)} is doNotTrack: replies are judged as packets of their own, and they ${back}`,
    },
  ];
}

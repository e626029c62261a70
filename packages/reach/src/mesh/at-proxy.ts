import { defaultDecision } from "../hosts/default-decision";
import { contains, intersect, isEmpty, subtract, type PortSet } from "../port-sets";
import type { Decision, Endpoint, HttpRequest } from "../reach-model";
import type { Segment } from "../rules/evaluate-rules";
import { isUnknown, type Truth } from "../selector";
import { all, ruleMatches, type Seen } from "./match-tests";
import { ROOT_NAMESPACE, type Authorization, type Mesh, type PeerMode, type Selected } from "./mesh-model";

/** A connection that comes to a pod of the mesh. */
export interface Coming {
  readonly mesh: Mesh;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly request?: HttpRequest;
  /** By which ports of the pod a Service leads to it, with the Service's name of the port. */
  readonly served: ReadonlyMap<number, string>;
}

/** What the proxy before a pod decides, port by port. */
export function atProxy(coming: Coming, ports: PortSet): Segment[] {
  const { mesh, destination, served } = coming;
  const named = [
    ...mesh.authorizations.flatMap(({ rules }) =>
      rules.flatMap(({ to, when }) =>
        [...to.flat(), ...when].flatMap(({ key, values, notValues }) =>
          key === "destination.port" ? [...values, ...notValues].map(Number) : [],
        ),
      ),
    ),
    ...mesh.peers.flatMap((peer) => [...peer.ports.keys()]),
    ...served.keys(),
  ];
  const own = [...new Set(named)].filter((port) => contains(ports, port));
  const rest = own.reduce<PortSet>((set, port) => subtract(set, [[port, port]]), ports);
  const [first] = rest;
  return [
    ...own.map((port): Segment => ({ ports: intersect(ports, [[port, port]]), decision: at(coming, port) })),
    ...(isEmpty(rest) || first === undefined ? [] : [{ ports: rest, decision: at(coming, first[0]) }]),
  ].filter((s) => destination.mesh !== undefined && !isEmpty(s.ports));
}

function at(coming: Coming, port: number): Decision {
  const { mesh, source, destination, served, request } = coming;
  if (destination.labels["gateway.networking.k8s.io/gateway-name"] !== undefined)
    return defaultDecision("unknown", "policies that hang on a Gateway or a waypoint are not followed");
  const mode = modeAt(mesh, destination, port);
  const identity = identityAt(coming, port, mode);
  if (mode.mode === "STRICT" && identity !== "unknown" && identity === "none")
    return {
      ...byPolicy(
        "deny",
        mode.by,
        -1,
        `PeerAuthentication ${mode.by} is STRICT, and ${source.name} comes in plain text: reset`,
      ),
    };
  if ((mode.mode === "STRICT" && identity === "unknown") || (mode.mode === "unknown" && identity !== "none"))
    return defaultDecision("unknown", "depends on whether the two speak mutual TLS");
  if (mode.mode === "unknown")
    return defaultDecision(
      "unknown",
      "which PeerAuthentication applies is not known: plain text may be refused",
    );
  const tcp = /^(tcp|tls|https|mongo|mysql|redis)(-|$)/.test(served.get(port) ?? "");
  const looks = destination.mesh === "ambient" ? "ztunnel" : tcp ? "tcp" : "http";
  return authorize(mesh, {
    source,
    destination,
    identity,
    port,
    looks,
    ...(request === undefined ? {} : { request }),
  });
}

function authorize(mesh: Mesh, seen: Seen): Decision {
  const applying = mesh.authorizations.flatMap((policy) => {
    const applies = all([selects(policy, seen.destination), policy.unknown === true ? "unknown" : true]);
    // ztunnel is given no CUSTOM policy.
    if (applies === false || (policy.action === "CUSTOM" && seen.looks === "ztunnel")) return [];
    return [{ policy, applies }];
  });
  const matched = applying.map(({ policy, applies }) => {
    const truths = policy.rules.map((rule) => all([applies, ruleMatches(rule, policy.action, seen)]));
    const sure = truths.indexOf(true);
    return {
      policy,
      applies,
      rule: sure === -1 ? truths.indexOf("unknown") : sure,
      truth: sure !== -1 ? true : truths.includes("unknown") ? ("unknown" as const) : false,
    };
  });
  const of = (action: Authorization["action"]): typeof matched =>
    matched.filter((m) => m.policy.action === action);
  const denied = of("DENY").find(({ truth }) => truth === true);
  if (denied !== undefined) return decided("deny", denied);
  const allowing = of("ALLOW");
  const open = allowing.find(({ truth }) => truth === true);
  const sure = allowing.find(({ applies }) => applies === true);
  const maybe = allowing.find(({ truth }) => truth === "unknown");
  if (sure !== undefined && open === undefined && maybe === undefined) {
    const name = nameOf(sure.policy);
    const few =
      allowing.length === 1
        ? `no rule of AuthorizationPolicy ${name}`
        : `no rule of ${allowing.length} AuthorizationPolicies`;
    return byPolicy("deny", name, -1, `${few} that may ALLOW matches: ${answer(seen)}`);
  }
  const unsure = [
    ...of("CUSTOM").filter(({ truth }) => truth !== false),
    ...of("DENY").filter(({ truth }) => truth === "unknown"),
  ][0];
  if (unsure !== undefined) return decided("unknown", unsure);
  if (open !== undefined) return decided("allow", open);
  if (maybe !== undefined) return decided("unknown", maybe);
  const unknown = allowing[0];
  return unknown === undefined
    ? defaultDecision("allow", "no AuthorizationPolicy of the mesh denies")
    : decided("unknown", { ...unknown, rule: -1 });

  function decided(
    verdict: Decision["verdict"],
    { policy, rule }: { policy: Authorization; rule: number },
  ): Decision {
    const name = nameOf(policy);
    const why =
      verdict === "deny"
        ? answer(seen)
        : verdict === "allow"
          ? "matches"
          : policy.action === "CUSTOM"
            ? "an authorization service decides, which no object shows"
            : "depends on what the question does not say: the request (--method, --path), its host, headers or tokens, or the sender's identity";
    return byPolicy(
      verdict,
      name,
      rule,
      `rule ${rule} of AuthorizationPolicy ${name} (${policy.action}): ${why}`,
    );
  }
}

const answer = ({ looks }: Seen): string =>
  looks === "http" ? "the proxy answers 403 RBAC: access denied" : "the proxy closes the connection";

const nameOf = ({ namespace, name }: Selected): string => `${namespace}/${name}`;

const byPolicy = (verdict: Decision["verdict"], policy: string, rule: number, reason: string): Decision => ({
  verdict,
  tier: null,
  policy,
  rule,
  reason,
  at: "proxy",
});

/** In its own namespace, in the root namespace everywhere (model/policyattachment.go). */
function selects({ namespace, selector }: Selected, { namespace: own, selectable, labels }: Endpoint): Truth {
  if (namespace !== own && namespace !== ROOT_NAMESPACE) return false;
  return all(
    Object.entries(selector ?? {}).map(([label, value]): Truth => {
      const has = selectable?.get(label) ?? labels[label];
      return has === undefined ? false : isUnknown(has) ? "unknown" : has === value;
    }),
  );
}

interface Mode {
  readonly mode: Exclude<PeerMode, "UNSET"> | "unknown";
  readonly by: string;
}

/** The narrowest PeerAuthentication that says something: of the workload, its namespace, the mesh. */
function modeAt(mesh: Mesh, destination: Endpoint, port: number): Mode {
  const levels = [
    mesh.peers.filter((p) => p.selector !== undefined && p.namespace === destination.namespace),
    mesh.peers.filter((p) => p.selector === undefined && p.namespace === destination.namespace),
    mesh.peers.filter((p) => p.selector === undefined && p.namespace === ROOT_NAMESPACE),
  ];
  for (const level of levels) {
    const found = level
      .map((p) => ({ p, applies: selects(p, destination) }))
      .filter(({ applies }) => applies !== false);
    const modes = found.map(({ p, applies }) =>
      applies === "unknown" || p.unknown === true
        ? ("unknown" as const)
        : (said(p.ports.get(port)) ?? p.mode),
    );
    const [first] = modes;
    const [only] = found;
    if (first === undefined || only === undefined) continue;
    // Of several the oldest counts, and no object here tells its age.
    if (modes.some((mode) => mode !== first) || first === "unknown") return { mode: "unknown", by: "" };
    if (first !== "UNSET") return { mode: first, by: nameOf(only.p) };
  }
  return { mode: "PERMISSIVE", by: "" };
}

const said = (mode: PeerMode | undefined): PeerMode | undefined => (mode === "UNSET" ? undefined : mode);

/**
 * Two sidecars speak mutual TLS where a Service leads to the port: to a pod's own address a sidecar sends in plain text. Two
 * ambient pods always do, through their ztunnels.
 */
function identityAt({ source, destination, served }: Coming, port: number, { mode }: Mode): Seen["identity"] {
  const { namespace, serviceAccount = "default" } = source;
  if (source.type !== "workload" || source.mesh === undefined || namespace === undefined) return "none";
  if (source.mesh !== destination.mesh) return "unknown";
  const own = { namespace, serviceAccount };
  if (destination.mesh === "ambient") return own;
  if (!served.has(port) || mode === "DISABLE") return "none";
  return mode === "unknown" ? "unknown" : own;
}

import type { KubeObject } from "../../../kube/objects";
import { parseNet, type Family, type Net } from "../../../kube/ip";
import { outsideBlocks } from "./outside-blocks";
import type { Facts } from "./facts";
import { endpoints, type Backed } from "./input/endpoints";
import type { Host } from "./input/hosts";
import type { Failsafe } from "./input/failsafe";
import type { Pool } from "./input/ip-pools";
import { readInput } from "./input/read-input";
import { holds, type Slice } from "./input/endpoint-slices";
import type { SourceObject } from "./input/source-object";
import type { Direction, Endpoint, Hook, Policy, Rule } from "./reach-model";
import { portSet, type PortSet } from "./port-sets";
import type { Packet } from "./rules/evaluate-rules";
import { RuleLists, type RuleList } from "./rules/rule-lists";
import { Entities, type TruthCode, type Truths } from "./rules/entities";

/** Everything that evaluation needs of one endpoint, computed once. */
export interface View {
  readonly endpoint: Endpoint;
  readonly truths: Truths;
  list(direction: Direction, hook: Hook): RuleList;
}

/** Endpoints that no policy tells apart: one answer serves them all. */
export interface Group {
  readonly id: number;
  readonly view: View;
  readonly members: readonly Endpoint[];
}

/** The objects of a cluster, read, checked and compiled; immutable. Made by `load`. */
export class State {
  readonly workloads: readonly Endpoint[];
  readonly hosts: readonly Host[];
  /** Pieces of the address space outside the cluster. */
  readonly outside: readonly Endpoint[];
  readonly services: ReadonlyMap<string, Backed>;
  readonly policies: readonly Policy[];
  readonly endpointToHost: "Drop" | "Return" | "Accept";
  /** What is said about encapsulation beside the pools. */
  readonly encapsulated: boolean | undefined;
  readonly pools: readonly Pool[];
  readonly failsafe: { readonly inbound: readonly Failsafe[]; readonly outbound: readonly Failsafe[] };
  /** How many objects of each kind nothing here reads. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Staged policies: they are not enforced. */
  readonly staged: readonly string[];
  /** What was read in a way that the user should know of. */
  readonly notes: readonly string[];
  /** Protocols that answers list: TCP, UDP, SCTP, ICMP, and what any rule names. */
  readonly protocols: readonly number[];
  /** Whether any host endpoint governs a host of the input. */
  readonly governed: boolean;

  private readonly lists: RuleLists;
  readonly entities: Entities;
  private readonly views = new Map<Endpoint, View>();
  private readonly slices: readonly Slice[];
  private readonly named: readonly Net[];
  private allGroups: readonly Group[] | undefined;
  private readonly byFamily = new Map<Family, State>();

  constructor(
    private readonly sources: readonly SourceObject[],
    private readonly facts: Facts,
  ) {
    const input = readInput(sources, facts);
    const found = endpoints(input, facts.family);
    this.workloads = found.workloads;
    this.hosts = found.hosts;
    this.services = found.services;
    this.policies = input.policies;
    this.endpointToHost = input.endpointToHost;
    this.encapsulated = facts.encapsulated;
    this.pools = input.pools;
    this.failsafe = input.failsafe;
    this.ignored = input.ignored;
    this.staged = input.staged;
    this.notes = [...(facts.notes ?? []), ...input.notes];
    this.governed = this.hosts.some((host) => host.interfaces.length > 0);
    this.slices = input.slices;
    const backing = new Map([...this.services].map(([name, s]) => [name, new Set(s.backends)]));
    const sliced = new Map<string, Slice[]>();
    for (const slice of input.slices)
      sliced.set(slice.service, [...(sliced.get(slice.service) ?? []), slice]);
    this.entities = new Entities(input.networkSets, (service) => {
      const slices = sliced.get(service);
      if (slices === undefined && this.services.get(service)?.known !== true) return undefined;
      return {
        workloads: backing.get(service) ?? new Set(),
        nets: (slices ?? []).flatMap(({ nets }) => nets),
      };
    });
    this.lists = new RuleLists(input.tiers, input.policies, input.profiles, this.entities);
    const asked = (facts.splitAt ?? []).flatMap((text) => parseNet(text) ?? []);
    const failsafe = [...this.failsafe.inbound, ...this.failsafe.outbound].flatMap(({ net }) => net ?? []);
    this.named = [...this.entities.nets(), ...asked, ...(this.governed ? failsafe : [])];
    this.outside = outsideBlocks(this.named, this.families());
    this.protocols = protocolsOf(input.policies, this.families());
  }

  /** Every network that splits the address space outside. */
  get namedNets(): readonly string[] {
    return [...new Set(this.named.map((net) => net.text))];
  }

  /** The same objects, with the address space outside split at these networks too. */
  splitAt(nets: readonly string[]): State {
    const known = new Set(this.namedNets);
    if (nets.every((net) => known.has(net))) return this;
    return new State(this.sources, { ...this.facts, splitAt: [...(this.facts.splitAt ?? []), ...nets] });
  }

  /** The same cluster as packets of one family see it; this state itself where it has no other. */
  only(family: Family): State {
    if (this.families().every((f) => f === family)) return this;
    let state = this.byFamily.get(family);
    if (state === undefined) {
      state = new State(this.sources, { ...this.facts, family, splitAt: this.namedNets });
      this.byFamily.set(family, state);
    }
    return state;
  }

  /** The only family that is judged; undefined where the cluster says it. */
  get family(): Family | undefined {
    return this.facts.family;
  }

  /** IPv6 only counts where something in the cluster may have such an address. */
  families(): Family[] {
    const hosts = this.hosts.filter((host) => host.interfaces.length > 0).map((host) => host.node);
    const six = [...this.workloads, ...hosts].some((e) => e.families.includes(6));
    const four = [...this.workloads, ...hosts].some((e) => e.families.includes(4));
    return six ? (four ? [4, 6] : [6]) : [4];
  }

  view(endpoint: Endpoint): View {
    let view = this.views.get(endpoint);
    if (view === undefined) {
      view = this.makeView(endpoint);
      this.views.set(endpoint, view);
    }
    return view;
  }

  private makeView(endpoint: Endpoint): View {
    const { lists } = this;
    const made = new Map<string, RuleList>();
    let selected: Map<Policy, TruthCode> | undefined;
    return {
      endpoint,
      truths: this.entities.truths(endpoint),
      list(direction, hook) {
        const key = `${direction} ${hook}`;
        let list = made.get(key);
        if (list === undefined) {
          selected ??= lists.select(endpoint);
          list = lists.list(endpoint, selected, direction, hook);
          made.set(key, list);
        }
        return list;
      },
    };
  }

  /** A packet from one endpoint to another; undefined where they share no address family. */
  packet(source: Endpoint, destination: Endpoint, protocol: number, sourcePort?: number): Packet | undefined {
    const family = source.families.find((f) => destination.families.includes(f));
    if (family === undefined) return undefined;
    return {
      protocol,
      family,
      source,
      destination,
      ...(sourcePort === undefined ? {} : { sourcePort }),
      servicePorts: (service, endpoint, ofProtocol) => this.servicePorts(service, endpoint, ofProtocol),
    };
  }

  private servicePorts(name: string, endpoint: Endpoint, protocol: number): PortSet | undefined {
    const service = this.services.get(name);
    const slices = this.slices.filter((slice) => slice.service === name);
    if (service?.known !== true && slices.length === 0) return undefined;
    const ports: [number, number][] = [];
    for (const slice of slices) {
      if (!holds(slice, endpoint)) continue;
      for (const { port } of slice.ports.filter((p) => p.protocol === protocol)) ports.push([port, port]);
    }
    // Felix only goes by slices; where they are not given for a pod they are what its control plane would write.
    for (const port of ports.length > 0 ? [] : (service?.ports ?? [])) {
      if (port.protocol !== protocol) continue;
      const target = targetPort(port.target, protocol, endpoint);
      if (target !== undefined) ports.push([target, target]);
    }
    return portSet(ports);
  }

  /** Workloads and pieces of the outside that no rule tells apart, as groups; computed once. */
  get groups(): readonly Group[] {
    this.allGroups ??= this.makeGroups();
    return this.allGroups;
  }

  private makeGroups(): Group[] {
    const classes = new Map<string, Endpoint[]>();
    for (const endpoint of [...this.workloads, ...this.outside]) {
      const key = this.classKey(endpoint);
      const members = classes.get(key);
      if (members === undefined) classes.set(key, [endpoint]);
      else members.push(endpoint);
    }
    const groups = new Map<string, { view: View; members: Endpoint[] }>();
    for (const members of classes.values()) {
      const [first] = members;
      if (first === undefined) continue;
      const view = this.view(first);
      const key = this.groupKey(view);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { view, members });
      else group.members.push(...members);
    }
    return [...groups.values()].map((group, id) => ({ id, ...group }));
  }

  /** Equal for endpoints that look alike: same labels, ports and place among the named networks. */
  private classKey(endpoint: Endpoint): string {
    const { selectable, addresses, ports, families } = endpoint;
    const at = addresses.exact
      ? addresses.nets.map((net) => this.place(net))
      : addresses.nets.map((net) => net.text);
    return JSON.stringify([
      endpoint.type,
      endpoint.kind === "Addresses" ? endpoint.name : "",
      selectable === undefined ? endpoint.name : [...selectable].flat(),
      at,
      families,
      ports.map((p) => [p.name, p.protocol, p.port ?? null]),
      this.services.size + this.slices.length === 0 ? "" : this.serviceKey(endpoint),
      this.governed ? (endpoint.nodes ?? null) : "",
    ]);
  }

  /** Own labels and slices decide which Services a workload backs. */
  serviceKey(endpoint: Endpoint): string {
    const slices = this.slices.flatMap((slice, i) => (holds(slice, endpoint) ? [i] : []));
    return `${endpoint.namespace ?? ""} ${JSON.stringify(endpoint.labels)} ${slices.join()}`;
  }

  /** The smallest named network around an address: addresses with the same one are in the same networks. */
  private place(address: Net): string {
    let best: Net | undefined;
    for (const net of this.named) {
      const around = net.family === address.family && net.first <= address.first && address.last <= net.last;
      if (around && (best === undefined || net.prefix > best.prefix)) best = net;
    }
    return best?.text ?? `IPv${address.family}`;
  }

  /** Equal for endpoints that policies treat alike, whatever their labels are. */
  private groupKey(view: View): string {
    const { endpoint, truths } = view;
    const ports = this.lists.all.length === 0 ? "" : JSON.stringify(endpoint.ports);
    return [
      endpoint.type === "outside" ? "outside" : endpoint.type === "host" ? endpoint.name : "workload",
      Buffer.from(truths).toString("latin1"),
      view.list("egress", "normal").id,
      view.list("ingress", "normal").id,
      endpoint.families.join(),
      ports,
      this.serviceSensitive ? this.serviceKey(endpoint) : "",
      this.governed ? (endpoint.nodes ?? []).join() : "",
    ].join("\u0000");
  }

  private get serviceSensitive(): boolean {
    const used = (rule: Rule): boolean => rule.destination.ports?.service !== undefined;
    return this.policies.some((p) => p.egress.some(used));
  }
}

/** On which port of a pod a Service's target arrives; undefined where the pod has no port of that name. */
export function targetPort(
  target: number | string,
  protocol: number,
  endpoint: Endpoint,
): number | undefined {
  if (typeof target === "number") return target;
  return endpoint.ports.find((port) => port.name === target && port.protocol === protocol)?.port;
}

/** ICMP is listed for IPv4 pairs, ICMPv6 for IPv6 pairs. */
function protocolsOf(policies: readonly Policy[], families: readonly Family[]): number[] {
  const named = new Set<number>();
  for (const { ingress, egress } of policies) {
    for (const rule of [...ingress, ...egress]) {
      if (rule.protocol !== undefined) named.add(rule.protocol);
      if (rule.notProtocol !== undefined) named.add(rule.notProtocol);
    }
  }
  const usual = [6, 17, 132, 1, ...(families.includes(6) ? [58] : [])];
  return [...usual, ...[...named].filter((p) => !usual.includes(p)).sort((a, b) => a - b)];
}

/**
 * Reads, checks and compiles objects as plain data.
 * @throws ProblemsError with everything that is wrong, each with object, path and fix
 */
export function load(objects: readonly (KubeObject | SourceObject)[], facts: Facts = {}): State {
  return new State(
    objects.map((o): SourceObject => (isSource(o) ? o : { object: o })),
    facts,
  );
}

function isSource(o: KubeObject | SourceObject): o is SourceObject {
  return "object" in o && !("kind" in o);
}

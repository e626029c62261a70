import { objectKey, type KubeObject } from "../../../kube/objects";
import { parseNet, type Family, type Net } from "../../../kube/ip";
import { Grouping, type Group } from "./endpoint-groups";
import { Views, type View } from "./endpoint-views";
import { outsideBlocks } from "./outside-blocks";
import { servicePorts } from "./service-ports";
import type { Facts } from "./facts";
import type { Input } from "./input/cluster-input";
import { httpNotes } from "./input/dikastes";
import { ebpfNotes } from "./input/ebpf";
import { endpoints, type Backed } from "./input/endpoints";
import type { Host } from "./input/hosts";
import type { Failsafe } from "./input/failsafe";
import type { Pool } from "./input/ip-pools";
import { readInput, withPolicies } from "./input/read-input";
import type { Mesh } from "./mesh/mesh-model";
import { meshNotes } from "./mesh/mesh-notes";
import type { Slice } from "./input/endpoint-slices";
import type { SourceObject } from "./input/source-object";
import type { Endpoint, Policy, HttpRequest } from "./reach-model";
import type { Packet } from "./rules/rule-ports";
import { RuleLists } from "./rules/rule-lists";
import { Entities } from "./rules/entities";

/** The objects of a cluster, read, checked and compiled; immutable. Made by `load`. */
export class State {
  readonly workloads: readonly Endpoint[];
  readonly hosts: readonly Host[];
  /** Pieces of the address space outside the cluster. */
  readonly outside: readonly Endpoint[];
  readonly services: ReadonlyMap<string, Backed>;
  readonly policies: readonly Policy[];
  /** The mesh's policies; undefined where the mesh has no say. */
  readonly mesh: Mesh | undefined;
  /** Whether Weave Net's controller enforces policies. */
  readonly weave: boolean;
  /** Whether Calico's eBPF dataplane runs, in kube-proxy's place. */
  readonly ebpf: boolean;
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

  readonly entities: Entities;
  private readonly input: Input;
  private readonly found: ReturnType<typeof endpoints>;
  private readonly views: Views;
  private readonly slicesOf: ReadonlyMap<string, readonly Slice[]>;
  private readonly named: readonly Net[];
  private readonly grouping: Grouping;
  private allGroups: readonly Group[] | undefined;
  private readonly byFamily = new Map<Family, State>();
  private onceEnforced: State | undefined;
  private readonly byRequest = new Map<string, State>();

  constructor(
    private readonly sources: readonly SourceObject[],
    private readonly facts: Facts,
    /** What another state has read and found already of what both have in common. */
    known: { input?: Input; found?: ReturnType<typeof endpoints> } = {},
  ) {
    const input = (this.input = known.input ?? readInput(sources, facts));
    const found = (this.found = known.found ?? endpoints(input, facts.family));
    this.workloads = found.workloads;
    this.hosts = found.hosts;
    this.services = found.services;
    this.policies = input.policies;
    const ambient = this.workloads.some(({ mesh }) => mesh === "ambient");
    this.mesh = input.mesh ?? (ambient ? { authorizations: [], peers: [] } : undefined);
    this.weave = input.weave;
    this.ebpf = input.ebpf;
    this.endpointToHost = input.endpointToHost;
    this.encapsulated = facts.encapsulated;
    this.pools = input.pools;
    this.failsafe = input.failsafe;
    this.ignored = input.ignored;
    this.staged = input.staged;
    this.notes = [
      ...(facts.notes ?? []),
      ...input.notes,
      ...ebpfNotes(input),
      ...httpNotes(input.policies, found.workloads),
      ...meshNotes(this.mesh, input.ignored),
    ];
    this.governed = this.hosts.some((host) => host.interfaces.length > 0);
    const backing = new Map([...this.services].map(([name, s]) => [name, new Set(s.backends)]));
    const sliced = new Map<string, Slice[]>();
    for (const slice of input.slices)
      sliced.set(slice.service, [...(sliced.get(slice.service) ?? []), slice]);
    this.slicesOf = sliced;
    this.entities = new Entities(input.networkSets, (service) => {
      const slices = sliced.get(service);
      if (slices === undefined && this.services.get(service)?.known !== true) return undefined;
      return {
        workloads: backing.get(service) ?? new Set(),
        nets: (slices ?? []).flatMap(({ nets }) => nets),
      };
    });
    const lists = new RuleLists(input.tiers, input.policies, input.profiles, this.entities);
    const asked = (facts.splitAt ?? []).flatMap((text) => parseNet(text) ?? []);
    const failsafe = [...this.failsafe.inbound, ...this.failsafe.outbound].flatMap(({ net }) => net ?? []);
    this.named = [...this.entities.nets(), ...asked, ...(this.governed ? failsafe : [])];
    this.outside = outsideBlocks(this.named, this.families());
    this.protocols = protocolsOf(input.policies, this.families());
    this.views = new Views(lists, this.entities);
    this.grouping = new Grouping({
      endpoints: [...this.workloads, ...this.outside],
      policies: this.policies,
      profiles: input.profiles.values(),
      backing: (service) => ({
        workloads: backing.get(service) ?? new Set(),
        slices: sliced.get(service) ?? [],
      }),
      named: this.named,
      governed: this.governed,
      view: (endpoint) => this.view(endpoint),
    });
  }

  /** Every network that splits the address space outside. */
  get namedNets(): readonly string[] {
    return [...new Set(this.named.map((net) => net.text))];
  }

  /** What was read, as it was given. */
  get objects(): readonly SourceObject[] {
    return this.sources;
  }

  /** The same objects, with the address space outside split at these networks too. */
  splitAt(nets: readonly string[]): State {
    const known = new Set(this.namedNets);
    if (nets.every((net) => known.has(net))) return this;
    const facts = { ...this.facts, splitAt: [...(this.facts.splitAt ?? []), ...nets] };
    return new State(this.sources, facts, { input: this.input, found: this.found });
  }

  /**
   * The same cluster with objects taken away and others added. Where these are policies, nothing else is read again:
   * cheap enough to try hundreds of changes. @throws ProblemsError for objects that cannot be read
   */
  edited(gone: readonly KubeObject[], come: readonly SourceObject[]): State {
    const keys = new Set(gone.map(objectKey));
    const sources = [...this.sources.filter(({ object }) => !keys.has(objectKey(object))), ...come];
    const input = this.facts.staged === true ? undefined : withPolicies(this.input, gone, come);
    return new State(sources, this.facts, input === undefined ? {} : { input, found: this.found });
  }

  /** The same cluster once its staged policies are enforced; this state itself where there are none. */
  enforced(): State {
    if (this.staged.length === 0 || this.facts.staged === true) return this;
    return (this.onceEnforced ??= new State(this.sources, { ...this.facts, staged: true }));
  }

  /** The same cluster as packets of one family see it; this state itself where it has no other. */
  only(family: Family): State {
    if (this.families().every((f) => f === family)) return this;
    let state = this.byFamily.get(family);
    if (state === undefined) {
      const facts = { ...this.facts, family, splitAt: this.namedNets };
      state = new State(this.sources, facts, { input: this.input });
      this.byFamily.set(family, state);
    }
    return state;
  }

  /** The same cluster, asked about HTTP requests like this one. */
  withRequest(request: HttpRequest): State {
    const key = `${request.method} ${request.path}`;
    let state = this.byRequest.get(key);
    if (state === undefined) {
      state = new State(this.sources, { ...this.facts, request }, { input: this.input, found: this.found });
      this.byRequest.set(key, state);
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
    return this.views.of(endpoint);
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
      ...(this.facts.request === undefined ? {} : { request: this.facts.request }),
      servicePorts: (name, endpoint, ofProtocol) =>
        servicePorts(this.services.get(name), this.slicesOf.get(name) ?? [], endpoint, ofProtocol),
    };
  }

  /** Workloads and pieces of the outside that no rule tells apart, as groups; computed once. */
  get groups(): readonly Group[] {
    this.allGroups ??= this.grouping.groups();
    return this.allGroups;
  }

  /** Equal for endpoints that back the same Services. */
  serviceKey(endpoint: Endpoint): string {
    return this.grouping.serviceKey(endpoint);
  }
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

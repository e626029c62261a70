import type { Net } from "../../../kube/ip";
import type { View } from "./endpoint-views";
import { holds, type Slice } from "./input/endpoint-slices";
import type { Endpoint, Policy, Rule } from "./reach-model";

/** Endpoints that no policy tells apart: one answer serves them all. */
export interface Group {
  readonly id: number;
  readonly view: View;
  readonly members: readonly Endpoint[];
}

/** What groups are made from. */
export interface Groupable {
  /** Workloads and pieces of the outside. */
  readonly endpoints: readonly Endpoint[];
  readonly policies: readonly Policy[];
  readonly slices: readonly Slice[];
  /** Whether there is any Service or slice. */
  readonly services: boolean;
  /** Every network that divides the address space. */
  readonly named: readonly Net[];
  /** Whether a host endpoint governs a host. */
  readonly governed: boolean;
  readonly view: (endpoint: Endpoint) => View;
}

/** Puts endpoints together that no rule tells apart. */
export class Grouping {
  private readonly byService: boolean;

  constructor(private readonly of: Groupable) {
    const used = (rule: Rule): boolean => rule.destination.ports?.service !== undefined;
    this.byService = of.policies.some((p) => p.egress.some(used));
  }

  groups(): Group[] {
    const classes = new Map<string, Endpoint[]>();
    for (const endpoint of this.of.endpoints) {
      const key = this.classKey(endpoint);
      const members = classes.get(key);
      if (members === undefined) classes.set(key, [endpoint]);
      else members.push(endpoint);
    }
    const groups = new Map<string, { view: View; members: Endpoint[] }>();
    for (const members of classes.values()) {
      const [first] = members;
      if (first === undefined) continue;
      const view = this.of.view(first);
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
      this.of.services ? this.serviceKey(endpoint) : "",
      this.of.governed ? (endpoint.nodes ?? null) : "",
    ]);
  }

  /** Own labels and slices decide which Services a workload backs. */
  serviceKey(endpoint: Endpoint): string {
    const slices = this.of.slices.flatMap((slice, i) => (holds(slice, endpoint) ? [i] : []));
    return `${endpoint.namespace ?? ""} ${JSON.stringify(endpoint.labels)} ${slices.join()}`;
  }

  /** The smallest named network around an address: addresses with the same one are in the same networks. */
  private place(address: Net): string {
    let best: Net | undefined;
    for (const net of this.of.named) {
      const around = net.family === address.family && net.first <= address.first && address.last <= net.last;
      if (around && (best === undefined || net.prefix > best.prefix)) best = net;
    }
    return best?.text ?? `IPv${address.family}`;
  }

  /** Equal for endpoints that policies treat alike, whatever their labels are. */
  private groupKey(view: View): string {
    const { endpoint, truths } = view;
    const ports = this.of.policies.length === 0 ? "" : JSON.stringify(endpoint.ports);
    return [
      endpoint.type === "outside" ? "outside" : endpoint.type === "host" ? endpoint.name : "workload",
      Buffer.from(truths).toString("latin1"),
      view.list("egress", "normal").id,
      view.list("ingress", "normal").id,
      endpoint.families.join(),
      ports,
      this.byService ? this.serviceKey(endpoint) : "",
      this.of.governed ? (endpoint.nodes ?? []).join() : "",
    ].join("\u0000");
  }
}

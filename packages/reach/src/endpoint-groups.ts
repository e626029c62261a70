import type { Net } from "../../../kube/ip";
import type { View } from "./endpoint-views";
import { holds, type Slice } from "./input/endpoint-slices";
import type { Endpoint, Policy, Profile, Rule } from "./reach-model";
import { LabelUses } from "./rules/label-uses";

/** Endpoints that no policy tells apart: one answer serves them all. */
export interface Group {
  readonly id: number;
  readonly view: View;
  readonly members: readonly Endpoint[];
}

/** What groups are made from. */
interface Groupable {
  /** Workloads and pieces of the outside. */
  readonly endpoints: readonly Endpoint[];
  readonly policies: readonly Policy[];
  readonly profiles: Iterable<Profile>;
  /** The workloads behind a Service, and what its slices hold. */
  readonly backing: (service: string) => ServiceBacking;
  /** Every network that divides the address space. */
  readonly named: readonly Net[];
  /** Whether a host endpoint governs a host. */
  readonly governed: boolean;
  readonly view: (endpoint: Endpoint) => View;
}

interface ServiceBacking {
  readonly workloads: ReadonlySet<Endpoint>;
  readonly slices: readonly Slice[];
}

function namedServices(policies: readonly (Policy | Profile)[]): string[] {
  const rules: readonly Rule[] = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const names = rules.flatMap(({ source, destination }) => [
    ...[...(source.anyOf ?? []), ...(destination.anyOf ?? [])].flatMap(({ service }) => service ?? []),
    ...(destination.ports?.service === undefined ? [] : [destination.ports.service]),
  ]);
  return [...new Set(names)];
}

/** Puts endpoints together that no rule tells apart. */
export class Grouping {
  private readonly uses: LabelUses;
  /** Services that rules name. */
  private readonly named: readonly ServiceBacking[];

  constructor(private readonly of: Groupable) {
    this.uses = new LabelUses([...of.policies, ...of.profiles]);
    this.named = namedServices([...of.policies, ...of.profiles]).map((service) => of.backing(service));
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
    return [
      endpoint.type,
      endpoint.kind === "Addresses" ? endpoint.name : "",
      selectable === undefined ? endpoint.name : this.uses.key(selectable),
      at.join(),
      families.join(),
      ports.map((p) => `${p.name} ${p.protocol} ${p.port ?? ""}`).join(),
      this.serviceKey(endpoint),
      String(endpoint.dikastes),
      this.of.governed ? (endpoint.nodes?.join() ?? "any") : "",
    ].join("\u0000");
  }

  /** Equal for endpoints that are alike to every Service that a rule names. */
  serviceKey(endpoint: Endpoint): string {
    return this.named
      .map(({ workloads, slices }) => {
        const held = slices.flatMap((slice, i) => (holds(slice, endpoint) ? [i] : []));
        return `${workloads.has(endpoint)} ${held.join()}`;
      })
      .join(";");
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
      this.serviceKey(endpoint),
      String(endpoint.dikastes),
      this.of.governed ? (endpoint.nodes ?? []).join() : "",
    ].join("\u0000");
  }
}

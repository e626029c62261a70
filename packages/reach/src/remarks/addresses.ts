import { parseNet, type Net } from "../../../../kube/ip";
import { inNets } from "../addresses";
import type { Flow, Remark } from "../reach-flows";
import type { Backed } from "../input/endpoints";
import type { State } from "../reach-state";
import type { Leg, Question } from "../traced-flow";

/** Whose address a question names. */
export function addressRemarks(state: State, { from, to }: Question): Remark[] {
  return [from, to].flatMap((text): Remark[] => {
    const net = parseNet(text);
    if (net === undefined || net.first !== net.last) return [];
    const whose = owner(state, net);
    return whose === undefined ? [] : [{ about: "address", text: `${text} is ${whose}` }];
  });
}

/** Of a workload asked about itself: which of its pods are meant. */
export function itselfRemarks({ verdict }: Flow, { source, destination, by }: Leg): Remark[] {
  if (source !== destination || source.several !== true || by !== undefined || verdict === "allow") return [];
  const text = `one pod of ${source.name} to another is meant; each always reaches itself at its own address`;
  return [{ about: "address", text }];
}

function owner(state: State, net: Net): string | undefined {
  const is = (nets: readonly Net[]): boolean => nets.some(({ text }) => text === net.text);
  const pod = state.workloads.find((w) => w.addresses.exact && is(w.addresses.nets));
  if (pod !== undefined) return `the address of ${pod.kind} ${pod.name}`;
  const host = state.hosts.find((h) => is(h.addresses));
  if (host !== undefined) {
    const { ipip, vxlan, wireguard } = host.tunnels;
    return is([...ipip, ...vxlan, ...wireguard])
      ? `a tunnel address of node ${host.name}`
      : `node ${host.name}`;
  }
  for (const service of state.services.values()) {
    const role = roleOf(service, is);
    if (role !== undefined) return `${role} of Service ${service.namespace}/${service.name}`;
  }
  const ranges = state.pools.map((pool) => pool.cidr);
  if (inNets({ exact: true, nets: [net] }, ranges) === true)
    return "in a pool of pods, and no pod of the input has it";
  return undefined;
}

function roleOf(service: Backed, is: (nets: readonly Net[]) => boolean): string | undefined {
  if (is(service.loadBalancer.addresses)) return "the load balancer";
  if (is(service.externalIPs)) return "an external address";
  return is(service.clusterIPs) ? "the cluster address" : undefined;
}

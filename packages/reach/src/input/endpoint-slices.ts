import { parseNet, type Net } from "../../../../kube/ip";
import { inNets } from "../addresses";
import { PROTOCOLS, type Endpoint } from "../reach-model";
import type { Fields } from "./object-fields";

/** Addresses behind a Service as an EndpointSlice or Endpoints object says them, with the ports of each. */
export interface Slice {
  /** `ns/name` of the Service. */
  readonly service: string;
  /** Every address, ready or not: what Felix goes by. */
  readonly nets: readonly Net[];
  /** Those that kube-proxy sends packets to. */
  readonly ready: readonly Reached[];
  readonly ports: readonly SlicePort[];
}

/** An address that is ready. */
export interface Reached {
  readonly net: Net;
  /** The pod that has it, where the slice says so. */
  readonly pod: string | undefined;
}

export interface SlicePort {
  /** Empty where the Service's only port has no name. */
  readonly name: string;
  readonly protocol: number;
  readonly port: number;
}

/** Felix takes every address, ready or not, and of names none (felix/serviceindex/serviceindex.go). */
export function endpointSlice(namespace: string, root: Fields): Slice[] {
  const service = root.object("metadata").map("labels")["kubernetes.io/service-name"];
  if (service === undefined) return [];
  const endpoints = root.objects("endpoints").map((endpoint) => ({
    ready: endpoint.object("conditions").boolean("ready") !== false,
    pod: podName(endpoint),
    nets: endpoint.strings("addresses").flatMap((text) => parseNet(text) ?? []),
  }));
  return [
    {
      service: `${namespace}/${service}`,
      nets: endpoints.flatMap(({ nets }) => nets),
      ready: endpoints.flatMap(({ ready, nets, pod }) => (ready ? nets.map((net) => ({ net, pod })) : [])),
      ports: root.objects("ports").flatMap(slicePort),
    },
  ];
}

/** The older kind, which the control plane mirrors into slices; not ready addresses too. */
export function endpointsObject(name: string, namespace: string, root: Fields): Slice[] {
  const reached = (address: Fields): Reached[] => {
    const net = parseNet(address.string("ip") ?? "");
    return net === undefined ? [] : [{ net, pod: podName(address) }];
  };
  return root.objects("subsets").map((subset) => {
    const ready = subset.objects("addresses").flatMap(reached);
    const others = subset.objects("notReadyAddresses").flatMap(reached);
    return {
      service: `${namespace}/${name}`,
      nets: [...ready, ...others].map(({ net }) => net),
      ready,
      ports: subset.objects("ports").flatMap(slicePort),
    };
  });
}

function podName(endpoint: Fields): string | undefined {
  const target = endpoint.object("targetRef");
  return target.string("kind") === "Pod" ? target.string("name") : undefined;
}

function slicePort(port: Fields): SlicePort[] {
  const number = port.integer("port", 1, 65535);
  const protocol = PROTOCOLS[port.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"] ?? 6;
  return number === undefined ? [] : [{ name: port.string("name") ?? "", protocol, port: number }];
}

/** Whether one of the addresses is the endpoint's. */
export function holds(slice: Slice, endpoint: Endpoint): boolean {
  return endpoint.addresses.exact || endpoint.type === "outside"
    ? inNets(endpoint.addresses, slice.nets) === true
    : false;
}

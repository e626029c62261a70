import { inNets, parseNet, type Net } from "../addresses";
import { PROTOCOLS, type Endpoint } from "../model";
import type { Fields } from "./fields";

/** Addresses behind a Service as an EndpointSlice or Endpoints object says them, with the ports of each. */
export interface Slice {
  /** `ns/name` of the Service. */
  readonly service: string;
  readonly nets: readonly Net[];
  readonly ports: readonly SlicePort[];
}

export interface SlicePort {
  readonly protocol: number;
  readonly port: number;
}

/** Felix takes every address, ready or not, and of names none (felix/serviceindex/serviceindex.go). */
export function endpointSlice(namespace: string, root: Fields): Slice[] {
  const service = root.object("metadata").map("labels")["kubernetes.io/service-name"];
  if (service === undefined) return [];
  return [
    {
      service: `${namespace}/${service}`,
      nets: root
        .objects("endpoints")
        .flatMap((endpoint) => endpoint.strings("addresses").flatMap((text) => parseNet(text) ?? [])),
      ports: root.objects("ports").flatMap(slicePort),
    },
  ];
}

/** The older kind, which the control plane mirrors into slices; not ready addresses too. */
export function endpointsObject(name: string, namespace: string, root: Fields): Slice[] {
  return root.objects("subsets").map((subset) => ({
    service: `${namespace}/${name}`,
    nets: [...subset.objects("addresses"), ...subset.objects("notReadyAddresses")].flatMap(
      (address) => parseNet(address.string("ip") ?? "") ?? [],
    ),
    ports: subset.objects("ports").flatMap(slicePort),
  }));
}

function slicePort(port: Fields): SlicePort[] {
  const number = port.integer("port", 1, 65535);
  const protocol = PROTOCOLS[port.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"] ?? 6;
  return number === undefined ? [] : [{ protocol, port: number }];
}

/** Whether one of the addresses is the endpoint's. */
export function holds(slice: Slice, endpoint: Endpoint): boolean {
  return endpoint.addresses.exact || endpoint.type === "outside"
    ? inNets(endpoint.addresses, slice.nets) === true
    : false;
}

import type { Backed } from "./input/endpoints";
import { holds, type Slice } from "./input/endpoint-slices";
import { portSet, type PortSet } from "./port-sets";
import type { Endpoint } from "./reach-model";

/** On which port of a pod a Service's target arrives; undefined where the pod has no port of that name. */
export function targetPort(
  target: number | string,
  protocol: number,
  endpoint: Endpoint,
): number | undefined {
  if (typeof target === "number") return target;
  return endpoint.ports.find((port) => port.name === target && port.protocol === protocol)?.port;
}

/** The ports by which a Service stands for an endpoint; undefined where the input does not say them. */
export function servicePorts(
  service: Backed | undefined,
  slices: readonly Slice[],
  endpoint: Endpoint,
  protocol: number,
): PortSet | undefined {
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

import type { Net } from "../../../../kube/ip";
import type { Backed } from "../input/endpoints";
import type { ServicePort } from "../input/services";
import type { SlicePort } from "../input/endpoint-slices";
import type { Endpoint } from "../reach-model";
import { outsideEnds } from "../outside-ends";
import type { State } from "../reach-state";
import { targetPort } from "../service-ports";

/** Where a packet to a port of a Service may go. */
interface ServiceTarget {
  readonly endpoint: Endpoint;
  /** undefined where the endpoint has no port of the name that `targetPort` gives. */
  readonly port: number | undefined;
}

/** Everything that may answer for a port of a Service: pods, nodes and addresses outside the cluster. */
export function serviceTargets(state: State, service: Backed, port: ServicePort): ServiceTarget[] {
  // The name of a headless Service stands for the endpoints' own addresses: nobody translates a port.
  const own = service.headless ? port.port : undefined;
  const pods = service.backends.map((endpoint) => ({
    endpoint,
    port: own ?? podPort(service, port, endpoint),
  }));
  const others = service.elsewhere.flatMap(({ net, ports }) => {
    const to = own ?? slicePort(ports, port);
    return to === undefined ? [] : ends(state, net).map((endpoint) => ({ endpoint, port: to }));
  });
  return [...pods, ...others];
}

function podPort(service: Backed, port: ServicePort, endpoint: Endpoint): number | undefined {
  const listed = service.slicePorts.get(endpoint);
  return listed === undefined ? targetPort(port.target, port.protocol, endpoint) : slicePort(listed, port);
}

/** kube-proxy pairs ports of Services and slices by name. */
function slicePort(ports: readonly SlicePort[], { name = "", protocol }: ServicePort): number | undefined {
  return ports.find((p) => p.name === name && p.protocol === protocol)?.port;
}

function ends(state: State, net: Net): Endpoint[] {
  const host = state.hosts.find(({ addresses }) => addresses.some((a) => a.text === net.text));
  if (host !== undefined) return [host.node];
  const [address = net.text] = net.text.split("/");
  return outsideEnds(state.outside, net, address).map(({ endpoint }) => endpoint);
}

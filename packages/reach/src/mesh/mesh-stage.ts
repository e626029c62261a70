import type { Stage, Staged } from "../hosts/hook-stages";
import { defaultDecision } from "../hosts/default-decision";
import type { PortSet } from "../port-sets";
import type { Endpoint } from "../reach-model";
import type { Segment } from "../rules/evaluate-rules";
import type { Packet } from "../rules/rule-ports";
import { targetPort } from "../service-ports";
import type { State } from "../reach-state";
import { atProxy } from "./at-proxy";

/** Where ztunnels speak to each other (HBONE): all that network policies see between two ambient pods. */
const HBONE: PortSet = [[15008, 15008]];

const TCP = 6;

/** Whether the mesh may have a say about packets from one end to another. */
export const inMesh = ({ mesh }: Pick<State, "mesh">, to: Endpoint): boolean =>
  mesh !== undefined && to.type === "workload" && to.mesh !== undefined;

/** What nothing here follows between two pods of the mesh; undefined where all of it is followed. */
export function unfollowed(state: State, { source, destination, protocol }: Packet): string | undefined {
  if (!inMesh(state, destination) || protocol !== TCP || source.mesh === undefined) return undefined;
  if (source.mesh !== destination.mesh)
    return "how a sidecar and an ambient pod speak depends on settings of Istio that are not read";
  const waypoint =
    destination.waypoint === true ||
    leading(state, destination).some(({ useWaypoint }) => useWaypoint !== undefined);
  return destination.mesh === "ambient" && waypoint
    ? "the way leads through a waypoint, which is not followed: network policies see port 15008 to it, and from it to the pod"
    : undefined;
}

/** The ports that network policies see. */
export const seenPorts = (
  state: State,
  { source, destination, protocol }: Packet,
  ports: PortSet,
): PortSet =>
  inMesh(state, destination) &&
  protocol === TCP &&
  source.mesh === "ambient" &&
  destination.mesh === "ambient"
    ? HBONE
    : ports;

/** What was decided about port 15008, for the ports that it carries. */
export const carried = (staged: Staged, ports: PortSet): Staged => ({
  ...staged,
  stages: staged.stages.map(({ hook, segments }) => ({
    hook,
    segments: segments.map(({ decision }): Segment => {
      const said =
        decision.policy === null
          ? decision.reason
          : `${decision.reason} (port 15008, HBONE, is what it sees)`;
      return { ports, decision: { ...decision, reason: said } };
    }),
  })),
});

/** Nothing known. */
export const unknownStage = (ports: PortSet, reason: string): Staged => ({
  stages: [{ hook: "none", segments: [{ ports, decision: defaultDecision("unknown", reason) }] }],
  primary: 0,
});

/** The proxy before the destination, behind its network policies. */
export function proxyStage(state: State, packet: Packet, ports: PortSet): Stage | undefined {
  const { source, destination, protocol, request } = packet;
  if (state.mesh === undefined || !inMesh(state, destination) || protocol !== TCP) return undefined;
  const coming = {
    mesh: state.mesh,
    source,
    destination,
    served: served(state, destination),
    ...(request === undefined ? {} : { request }),
  };
  return { hook: `the mesh's proxy before ${destination.name}`, segments: atProxy(coming, ports) };
}

const leading = (state: State, destination: Endpoint) =>
  [...state.services.values()].filter(({ backends }) => backends.includes(destination));

function served(state: State, destination: Endpoint): Map<number, string> {
  return new Map(
    leading(state, destination).flatMap(({ ports }) =>
      ports.flatMap(({ name = "", protocol, target }): [number, string][] => {
        const port = protocol === TCP ? targetPort(target, protocol, destination) : undefined;
        return port === undefined ? [] : [[port, name]];
      }),
    ),
  );
}

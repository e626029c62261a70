import { UserError } from "../../../kube/problems";
import { serviceFlow } from "./explain-service";
import { combine } from "./reach-flows";
import { defaultDecision } from "./hosts/default-decision";
import { hostPortAt, type HostPortService } from "./hosts/host-ports";
import type { Asked, PathEvaluator, Ways } from "./hosts/path-evaluator";
import { serviceDecisions } from "./hosts/service-flow";
import type { Backed } from "./input/endpoints";
import type { ServicePort } from "./input/services";
import { hasPorts, isIcmp, protocolName, type Endpoint } from "./reach-model";
import type { PortSet } from "./port-sets";
import { protocolNumber, type Resolved } from "./question-ends";
import { portSpace } from "./rules/rule-ports";
import type { State } from "./reach-state";
import type { Question, TracedFlow } from "./traced-flow";

/** The answers for two ends of which neither is a Service. @throws UserError for a protocol without ports */
export function between(
  state: State,
  paths: PathEvaluator,
  question: Question,
  source: Resolved,
  destination: Resolved,
): TracedFlow[] {
  const names = { from: source.name, to: destination.name };
  const nodePort = nodePortAt(state, question, destination);
  if (nodePort !== undefined) return [nodePortFlow(state, paths, question, source, destination, nodePort)];
  const hostPort = hostPortOf(state, question, destination);
  if (hostPort !== undefined) {
    const traced = nodePortFlow(state, paths, question, source, destination, hostPort);
    const { flow } = traced;
    if (hostPort.certain || flow.verdict === "deny") return [traced];
    const reason = `hostPort ${question.port ?? ""} leads to ${hostPort.service.name}, if a pod of it runs on this node`;
    return [
      { ...traced, flow: { ...flow, verdict: "unknown", ingress: defaultDecision("unknown", reason) } },
    ];
  }
  const asked: Asked = {
    ...(source.hostEndpoint === undefined ? {} : { source: source.hostEndpoint }),
    ...(destination.hostEndpoint === undefined ? {} : { destination: destination.hostEndpoint }),
    ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
  };
  return protocols(state, question, source.endpoint, destination.endpoint).flatMap((protocol) => {
    const ports = askedPorts(question, protocol);
    const ways = paths.ways(source.endpoint, destination.endpoint, protocol, ports, asked);
    const traced = (segments: Ways, to: string): TracedFlow[] =>
      combine(protocol, segments.egress, segments.ingress).map(({ part, ports: [first] }) => ({
        flow: { from: names.from, to, ...part },
        legs: [
          {
            source: source.endpoint,
            destination: destination.endpoint,
            protocol,
            port: hasPorts(protocol) ? first?.[0] : undefined,
            egress: part.egress,
            ingress: part.ingress,
          },
        ],
      }));
    // Another pod of the same workload is a peer like any other.
    const peers = source.endpoint !== destination.endpoint || severalPods(question, source.endpoint);
    if (peers) return ways === undefined ? [] : traced(ways, names.to);
    const alone = [{ ports, decision: SELF }];
    return traced({ egress: alone, ingress: alone }, names.to);
  });
}

/** Whether a workload that is asked about itself means one of its pods and another, not one and the same. */
function severalPods({ from, to }: Question, { several, name }: Endpoint): boolean {
  return several === true && (from !== to || from === name || name.startsWith(`${from}[`));
}

const SELF = defaultDecision("allow", "a pod always reaches itself");

function protocols(state: State, { port, protocol }: Question, from: Endpoint, to: Endpoint): number[] {
  if (protocol === undefined) return port === undefined ? [...state.protocols] : [6];
  const number = protocolNumber(protocol);
  // "ICMP" means the flavour that the two can speak.
  const six = from.families.find((f) => to.families.includes(f)) === 6;
  return [number === 1 && six ? 58 : number];
}

function askedPorts({ port }: Question, protocol: number): PortSet {
  if (port === undefined) return portSpace(protocol);
  if (isIcmp(protocol)) return [[port << 8, (port << 8) | 255]];
  if (!hasPorts(protocol))
    throw new UserError(`Protocol ${protocolName(protocol)} has no ports: leave the port out.`);
  return [[port, port]];
}

interface NodePort {
  readonly service: Backed;
  readonly port: ServicePort;
}

/** The Service whose node port a question to a host means. */
function nodePortAt(
  state: State,
  { port, protocol }: Question,
  { endpoint }: Resolved,
): NodePort | undefined {
  if (port === undefined || endpoint.type !== "host" || endpoint.kind !== "Node") return undefined;
  const number = protocolNumber(protocol ?? "TCP");
  for (const service of state.services.values()) {
    if (service.type !== "NodePort" && service.type !== "LoadBalancer") continue;
    const found = service.ports.find((p) => p.nodePort === port && p.protocol === number);
    if (found !== undefined) return { service, port: found };
  }
  return undefined;
}

function nodePortFlow(
  state: State,
  paths: PathEvaluator,
  question: Question,
  source: Resolved,
  destination: Resolved,
  { service, port }: NodePort,
): TracedFlow {
  const node = state.hosts.find((host) => host.node === destination.endpoint);
  const answers = serviceDecisions(state, paths, {
    from: source.endpoint,
    service,
    port,
    entry: "nodePort",
    ...(node === undefined ? {} : { node }),
    ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
  });
  const names = { from: source.name, to: destination.name };
  const by = { service, port, entry: "nodePort", ...(node === undefined ? {} : { node }) } as const;
  return serviceFlow(names, source.endpoint, by, question.port ?? port.port, answers);
}

function hostPortOf(
  state: State,
  { port, protocol }: Question,
  { endpoint }: Resolved,
): HostPortService | undefined {
  if (port === undefined || endpoint.type !== "host" || endpoint.kind !== "Node") return undefined;
  const node = state.hosts.find((host) => host.node === endpoint);
  return node === undefined ? undefined : hostPortAt(state, node, port, protocolNumber(protocol ?? "TCP"));
}

import { UserError } from "../../../kube/problems";
import type { Net } from "../../../kube/ip";
import { worse, type Flow } from "./reach-flows";
import { defaultDecision } from "./hosts/default-decision";
import type { PathEvaluator } from "./hosts/path-evaluator";
import { serviceDecisions } from "./hosts/service-flow";
import type { Decisions, Entry } from "./hosts/service-question";
import type { Backed } from "./input/endpoints";
import type { ServicePort } from "./input/services";
import { protocolName, type Decision, type Endpoint } from "./reach-model";
import { protocolNumber, type Resolved, type Target } from "./question-ends";
import type { State } from "./reach-state";
import type { Leg, Question, TracedFlow } from "./traced-flow";

/** The answers for packets to a Service, one for each port that is meant. @throws UserError for a port that it has not */
export function toService(
  state: State,
  paths: PathEvaluator,
  question: Question,
  source: Resolved,
  { service, name, address }: Extract<Target, { service: Backed }>,
): TracedFlow[] {
  const names = { from: source.name, to: name };
  const outside = source.endpoint.type === "outside";
  // Where nothing says it, a Service is of one family, and in most clusters that is IPv4.
  if (state.family !== undefined && !(service.families ?? [4]).includes(state.family))
    throw new UserError(`Service ${service.namespace}/${service.name} has no IPv${state.family} address.`);
  if (service.type === "ExternalName") return [{ flow: aliasFlow(names, service, question), legs: [] }];
  return servicePorts(service, question).map((port) => {
    const shown = question.port ?? port.port;
    const entry = entryOf(service, port, question.port, outside, address);
    if (entry === undefined) {
      const refused = defaultDecision("deny", "a ClusterIP Service has no address outside the cluster");
      const egress = defaultDecision("allow", "the sender is outside the cluster");
      return { flow: flowOf(names, port, shown, egress, refused), legs: [] };
    }
    const answers = serviceDecisions(state, paths, {
      from: source.endpoint,
      service,
      port,
      entry,
      ...(source.net === undefined ? {} : { client: source.net }),
      ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
    });
    return serviceFlow(names, source.endpoint, { service, port, entry }, shown, answers);
  });
}

/** By which of its addresses the question means the Service; undefined where none leads there. */
function entryOf(
  service: Backed,
  port: ServicePort,
  asked: number | undefined,
  outside: boolean,
  address: Net | undefined,
): Entry | undefined {
  const is = (nets: readonly Net[]): boolean => nets.some((net) => net.text === address?.text);
  if (address !== undefined && is(service.loadBalancer.addresses)) return "loadBalancer";
  if (address !== undefined && is(service.externalIPs)) return "externalIP";
  if (asked !== undefined && asked === port.nodePort && asked !== port.port) return "nodePort";
  if (!outside) return "clusterIP";
  if (address !== undefined) return undefined;
  if (service.type === "LoadBalancer") return "loadBalancer";
  if (service.type === "NodePort") return "nodePort";
  return service.externalIPs.length > 0 ? "externalIP" : undefined;
}

/** Nothing is ever sent to an ExternalName: its name is another one's. */
function aliasFlow(names: { from: string; to: string }, service: Backed, question: Question): Flow {
  const to = service.externalName ?? "another name";
  const reason = `Service ${service.namespace}/${service.name} is a DNS alias of ${to}: ask for that name's own address`;
  const open = defaultDecision("unknown", reason);
  const protocol = protocolName(protocolNumber(question.protocol ?? "TCP"));
  const ports = question.port === undefined ? "all" : String(question.port);
  return { ...names, protocol, ports, verdict: "unknown", egress: open, ingress: open };
}

function servicePorts(service: Backed, { port, protocol }: Question): ServicePort[] {
  const number = protocol === undefined ? undefined : protocolNumber(protocol);
  const fit = service.ports.filter(
    (p) =>
      (number === undefined ? port === undefined || p.protocol === 6 : p.protocol === number) &&
      (port === undefined || p.port === port || p.nodePort === port),
  );
  if (fit.length > 0) return fit;
  // Its name stands for the pods' addresses, and those have every port.
  if (service.headless && port !== undefined)
    return [{ name: undefined, protocol: number ?? 6, port, target: port, nodePort: undefined }];
  const known = service.ports.map((p) => {
    const node = p.nodePort === undefined ? "" : `, node port ${p.nodePort}`;
    return `${p.port}/${protocolName(p.protocol)}${node}`;
  });
  const asked = port === undefined ? (protocol ?? "port") : `${port}/${protocol ?? "TCP"}`;
  throw new UserError(
    `Service ${service.namespace}/${service.name} has no ${asked}. It has ${known.join("; ") || "no ports"}.`,
  );
}

/** One answer for all backends of the Service: which of them gets the packet is open. */
export function serviceFlow(
  names: { from: string; to: string },
  source: Endpoint,
  by: NonNullable<Leg["by"]>,
  shown: number,
  answers: readonly Decisions[],
): TracedFlow {
  const legs = answers.map(({ backend, target, egress, ingress }) => ({
    source,
    destination: backend,
    protocol: by.port.protocol,
    port: target,
    egress,
    ingress,
    by,
  }));
  return { flow: together(names, by, shown, answers), legs };
}

function together(
  names: { from: string; to: string },
  { service, port }: NonNullable<Leg["by"]>,
  shown: number,
  answers: readonly Decisions[],
): Flow {
  const [first, ...others] = answers;
  if (first === undefined) {
    const egress = defaultDecision("allow", "not reached");
    const ingress = !service.known
      ? defaultDecision("unknown", "the Service has no selector: its endpoints are not in the input")
      : defaultDecision("deny", "no workload of the input backs the Service");
    return flowOf(names, port, shown, egress, ingress);
  }
  const verdict = (a: Decisions): string => worse(a.egress.verdict, a.ingress.verdict);
  if (others.every((a) => verdict(a) === verdict(first)))
    return flowOf(names, port, shown, first.egress, first.ingress);
  const each = answers.map((a) => `${a.backend.name}: ${verdict(a)}`).join(", ");
  const open = defaultDecision("unknown", `depends on the pod that the Service picks (${each})`);
  return flowOf(names, port, shown, open, open);
}

function flowOf(
  names: { from: string; to: string },
  port: ServicePort,
  shown: number,
  egress: Decision,
  ingress: Decision,
): Flow {
  return {
    ...names,
    protocol: protocolName(port.protocol),
    ports: String(shown),
    verdict: worse(egress.verdict, ingress.verdict),
    egress,
    ingress,
  };
}

import { UserError } from "../../../kube/problems";
import { combine, worse, type Flow } from "./flows";
import { defaultDecision } from "./hosts/chains";
import { hostPortAt, type HostPortService } from "./hosts/host-ports";
import { PathEvaluator, type Asked } from "./hosts/path";
import { serviceDecisions } from "./hosts/service-flow";
import type { Entry } from "./hosts/service-question";
import { parseNet, type Family, type Net } from "./addresses";
import { partKey, withFamily } from "./families";
import type { Backed } from "./input/endpoints";
import type { ServicePort } from "./input/services";
import { hasPorts, isIcmp, protocolName, type Decision, type Endpoint } from "./model";
import type { PortSet } from "./ports";
import { protocolNumber, resolve, type Resolved, type Target } from "./question";
import { portSpace } from "./rules/evaluate";
import type { State } from "./state";

/** One flow to explain. */
export interface Question {
  /** `ns/name`, `Kind/ns/name`, a node, a host endpoint, an address, a CIDR or `internet`. */
  readonly from: string;
  /** The same, or a Service (`service/ns/name`, or `ns/name` where no workload is called so). */
  readonly to: string;
  /** Destination port; for ICMP the type. Without it all ports are told. */
  readonly port?: number;
  /** Name or number. @default "TCP" where a port is given, else every protocol */
  readonly protocol?: string;
  /** The client's port, for rules that match on it. */
  readonly sourcePort?: number;
}

/**
 * What happens to one flow, and which rule decided in each direction. One answer for one protocol and port; more where
 * no port is given, or where an end is a CIDR that policies divide.
 * @throws UserError where an end or a port is not known
 */
export function explain(state: State, question: Question): Flow[] {
  const { port, sourcePort } = question;
  for (const [name, value] of Object.entries({ port, "source port": sourcePort })) {
    const icmp = name === "port" && /^icmp/i.test(question.protocol ?? "");
    if (value !== undefined && !(Number.isInteger(value) && value >= (icmp ? 0 : 1) && value <= 65535))
      throw new UserError(`${name} ${value} is out of range: ports go from 1 to 65535.`);
  }
  const families = state.families();
  if (families.length < 2) return explainIn(state, question);
  const named = [question.from, question.to].flatMap((end) => parseNet(end)?.family ?? []);
  const asked = families.filter((family) => named.every((f) => f === family));
  if (asked.length === 0)
    throw new UserError(
      `No packet can go from ${question.from} to ${question.to}: they share no address family.`,
    );
  return acrossFamilies(asked, (family) => explainIn(state.only(family), question));
}

/** The answers of each family, told once where they are alike. A family that cannot answer has no part in it. */
function acrossFamilies(families: readonly Family[], answer: (family: Family) => Flow[]): Flow[] {
  const failed: UserError[] = [];
  const answered = families.flatMap((family) => {
    try {
      return [{ family, flows: answer(family) }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.push(error);
      return [];
    }
  });
  const [first, second] = answered;
  if (first === undefined) throw failed[0] ?? new UserError("No family can answer.");
  if (second === undefined) return first.flows;
  const key = (flow: Flow): string => JSON.stringify([flow.from, flow.to, partKey(flow)]);
  const [a, b] = [first, second].map(({ flows }) => new Set(flows.map(key)));
  return [
    ...first.flows.map((flow) => (b?.has(key(flow)) === true ? flow : withFamily(flow, first.family))),
    ...second.flows
      .filter((flow) => a?.has(key(flow)) !== true)
      .map((flow) => withFamily(flow, second.family)),
  ];
}

function explainIn(state: State, question: Question): Flow[] {
  const from = resolve(state, question.from);
  if (!("ends" in from)) throw new UserError(`${question.from} is a Service: traffic starts from workloads.`);
  const to = resolve(state, question.to);
  const paths = new PathEvaluator(state);
  const flows = from.ends.flatMap((source) =>
    "ends" in to
      ? to.ends.flatMap((destination) => between(state, paths, question, source, destination))
      : toService(state, paths, question, source, to),
  );
  if (flows.length === 0)
    throw new UserError(
      `No packet can go from ${question.from} to ${question.to}: both lie outside, or they share no address family.`,
    );
  return flows;
}

function between(
  state: State,
  paths: PathEvaluator,
  question: Question,
  source: Resolved,
  destination: Resolved,
): Flow[] {
  const names = { from: source.name, to: destination.name };
  const nodePort = nodePortAt(state, question, destination);
  if (nodePort !== undefined) return [nodePortFlow(state, paths, question, source, destination, nodePort)];
  const hostPort = hostPortOf(state, question, destination);
  if (hostPort !== undefined) {
    const flow = nodePortFlow(state, paths, question, source, destination, hostPort);
    if (hostPort.certain || flow.verdict === "deny") return [flow];
    const reason = `hostPort ${question.port ?? ""} leads to ${hostPort.service.name}, if a pod of it runs on this node`;
    return [{ ...flow, verdict: "unknown", ingress: defaultDecision("unknown", reason) }];
  }
  const asked: Asked = {
    ...(source.hostEndpoint === undefined ? {} : { source: source.hostEndpoint }),
    ...(destination.hostEndpoint === undefined ? {} : { destination: destination.hostEndpoint }),
    ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
  };
  return protocols(state, question, source.endpoint, destination.endpoint).flatMap((protocol) => {
    const ports = askedPorts(question, protocol);
    const ways = paths.ways(source.endpoint, destination.endpoint, protocol, ports, asked);
    const flows =
      ways === undefined
        ? []
        : combine(protocol, ways.egress, ways.ingress).map(({ part }) => ({ ...names, ...part }));
    if (source.endpoint !== destination.endpoint) return flows;
    const itself = combine(protocol, [{ ports, decision: SELF }], [{ ports, decision: SELF }]).map(
      ({ part }) => ({ ...names, ...part }),
    );
    // Another pod of the same workload is a peer like any other.
    const peers = source.endpoint.several === true && flows.some(({ verdict }) => verdict !== "allow");
    return peers ? [...itself, ...flows.map((f) => ({ ...f, to: `another pod of ${f.to}` }))] : itself;
  });
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
): Flow {
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
  return serviceFlow(names, service, port, question.port ?? port.port, answers);
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

function toService(
  state: State,
  paths: PathEvaluator,
  question: Question,
  source: Resolved,
  { service, name, address }: Extract<Target, { service: Backed }>,
): Flow[] {
  const names = { from: source.name, to: name };
  const outside = source.endpoint.type === "outside";
  // Where nothing says it, a Service is of one family, and in most clusters that is IPv4.
  if (state.family !== undefined && !(service.families ?? [4]).includes(state.family))
    throw new UserError(`Service ${service.namespace}/${service.name} has no IPv${state.family} address.`);
  if (service.type === "ExternalName") return [aliasFlow(names, service, question)];
  return servicePorts(service, question).map((port) => {
    const shown = question.port ?? port.port;
    const entry = entryOf(service, port, question.port, outside, address);
    if (entry === undefined) {
      const refused = defaultDecision("deny", "a ClusterIP Service has no address outside the cluster");
      const egress = defaultDecision("allow", "the sender is outside the cluster");
      return flowOf(names, port, shown, egress, refused);
    }
    const answers = serviceDecisions(state, paths, {
      from: source.endpoint,
      service,
      port,
      entry,
      ...(source.net === undefined ? {} : { client: source.net }),
      ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
    });
    return serviceFlow(names, service, port, shown, answers);
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

/** One answer for all pods behind the Service: which of them gets the packet is open. */
function serviceFlow(
  names: { from: string; to: string },
  service: Backed,
  port: ServicePort,
  shown: number,
  answers: ReturnType<typeof serviceDecisions>,
): Flow {
  const [first, ...others] = answers;
  if (first === undefined) {
    const egress = defaultDecision("allow", "not reached");
    const ingress = !service.known
      ? defaultDecision("unknown", "the Service has no selector: its endpoints are not in the input")
      : defaultDecision("deny", "no workload of the input backs the Service");
    return flowOf(names, port, shown, egress, ingress);
  }
  const verdict = (a: (typeof answers)[number]): string => worse(a.egress.verdict, a.ingress.verdict);
  if (others.every((a) => verdict(a) === verdict(first)))
    return flowOf(names, port, shown, first.egress, first.ingress);
  const told = answers.map((a) => `${a.backend.name}: ${verdict(a)}`).join(", ");
  const open = defaultDecision("unknown", `depends on the pod that the Service picks (${told})`);
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

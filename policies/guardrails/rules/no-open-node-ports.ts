import { parse } from "yaml";
import {
  at,
  isUnknown,
  isWorld,
  list,
  unknown,
  violation,
  type Finding,
  type Rule,
  type Subject,
} from "../rule";

/** Kubernetes' range of node ports (kube-apiserver --service-node-port-range). */
const FIRST = 30000;
const LAST = 32767;

/** A NodePort is open on every node at once and has no TLS of its own: the world has no business there. */
export const noOpenNodePorts: Rule = {
  name: "no-open-node-ports",
  description: "Node ports (30000-32767) are not open to the whole internet.",
  check: (s) => {
    switch (s.type) {
      case "aws:ec2/securityGroup:SecurityGroup":
        return group(s);
      case "aws:ec2/securityGroupRule:SecurityGroupRule":
        return at(s.props, "type") === "egress" ? [] : ingress(s.props, "", ["cidrBlocks", "ipv6CidrBlocks"]);
      case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
        return ingress(s.props, "", ["cidrIpv4", "cidrIpv6"]);
      case "command:local:Command":
        return kind(s);
      default:
        return [];
    }
  },
};

function group(s: Subject): Finding[] {
  const rules = list(s.props, "ingress");
  if (rules === "unknown") return [unknown("ingress", "which ports are open", FIX)];
  return rules.flatMap((r, i) => {
    const path = `ingress[${i}]`;
    return isUnknown(r)
      ? [unknown(path, "which ports are open", FIX)]
      : ingress(r, `${path}.`, ["cidrBlocks", "ipv6CidrBlocks"]);
  });
}

const FIX = "open only the ports that are served, or name the addresses of the load balancer and the clients";

function ingress(rule: unknown, prefix: string, sources: string[]): Finding[] {
  const protocol = at(rule, "protocol") ?? at(rule, "ipProtocol");
  const all = protocol === "-1" || protocol === -1 || protocol === "all";
  const from = all ? 0 : at(rule, "fromPort");
  const to = all ? 65535 : at(rule, "toPort");
  const unclearPorts = isUnknown(from) || isUnknown(to) || isUnknown(protocol);
  // ICMP has types in the place of ports.
  if (!unclearPorts && (protocol === "icmp" || Number(from) > LAST || Number(to) < FIRST)) return [];
  return sources.flatMap((source) => {
    const cidrs = list(rule, source);
    const path = `${prefix}${source}`;
    if (cidrs === "unknown" || cidrs.some(isUnknown))
      return [unknown(path, "who reaches the node ports", FIX)];
    if (!cidrs.some(isWorld)) return [];
    if (unclearPorts) return [unknown(`${prefix}fromPort`, "whether node ports are open to everybody", FIX)];
    return [
      violation(
        path,
        `ports ${String(from)}-${String(to)} are open to the whole internet, node ports among them`,
        FIX,
      ),
    ];
  });
}

/** kind publishes ports of its nodes on this machine: on loopback, not to the network around. */
function kind(s: Subject): Finding[] {
  const create = at(s.props, "create");
  if (typeof create !== "string" || !create.startsWith("kind create cluster")) return [];
  const fix = "listen on 127.0.0.1 (kind.portMappings[].listenAddress)";
  const stdin = at(s.props, "stdin");
  if (isUnknown(stdin) || typeof stdin !== "string")
    return [unknown("stdin", "which ports kind publishes", fix)];
  let config: unknown;
  try {
    config = parse(stdin);
  } catch {
    return [unknown("stdin", "which ports kind publishes", fix)];
  }
  const nodes = list(config, "nodes");
  return (nodes === "unknown" ? [] : nodes).flatMap((node, n) => {
    const mappings = list(node, "extraPortMappings");
    return (mappings === "unknown" ? [] : mappings).flatMap((m, i) => {
      const address = at(m, "listenAddress");
      // kind listens everywhere when nothing is said.
      const open = address === undefined || address === "" || address === "0.0.0.0" || address === "::";
      const path = `stdin: nodes[${n}].extraPortMappings[${i}].listenAddress`;
      return open
        ? [violation(path, "a port of the node is open on every address of this machine", fix)]
        : [];
    });
  });
}

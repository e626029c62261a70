import { UserError } from "../../../kube/problems";
import { parseNet, type Net } from "../../../kube/ip";
import { internetName } from "./outside-blocks";
import type { Backed } from "./input/endpoints";
import { PROTOCOLS, type Endpoint } from "./reach-model";
import { outsideEnds } from "./outside-ends";
import type { State } from "./reach-state";

/** An end of a question. */
export interface Resolved {
  readonly endpoint: Endpoint;
  /** How the answer names it: as the question did. */
  readonly name: string;
  /** The network that was asked about, of the outside. */
  readonly net?: Net;
  /** The HostEndpoint by which a host was named. */
  readonly hostEndpoint?: string;
}

export type Target =
  | { readonly ends: readonly Resolved[] }
  /** `address`: the one by which the Service was named. */
  | { readonly service: Backed; readonly name: string; readonly address?: Net };

/**
 * Finds what a question names: a workload (`ns/name`, or `Kind/ns/name` where several share the name), a node or host
 * endpoint by its name, an address, a CIDR, `internet`, or a Service (`service/ns/name`, or `ns/name` where no
 * workload is called so). A CIDR that policies divide gives one end for each part.
 * @throws UserError naming what there is instead
 */
export function resolve(state: State, text: string): Target {
  const found =
    internet(state, text) ??
    address(state, text) ??
    workload(state, text) ??
    host(state, text) ??
    service(state, text);
  if (found !== undefined) return found;
  throw new UserError(
    `${text} is not in the input: name a workload, Service, node, CIDR or internet. ${suggestions(state, text)}`,
  );
}

function internet(state: State, text: string): Target | undefined {
  if (text !== internetName(4) && text !== internetName(6)) return undefined;
  // Asked without a family it is every one that the cluster has: a policy that forgets IPv6 must show.
  const names = text === internetName(4) ? [internetName(4), internetName(6)] : [text];
  const ends = state.outside
    .filter((e) => names.includes(e.name))
    .map((endpoint) => ({ endpoint, name: endpoint.name }));
  if (ends.length === 0)
    throw new UserError(`${text} is empty here: policies name the whole address space. Name a CIDR.`);
  return { ends };
}

function address(state: State, text: string): Target | undefined {
  const net = parseNet(text);
  if (net === undefined) return undefined;
  const single = net.first === net.last;
  const is = (list: readonly Net[]): boolean => single && list.some((a) => a.text === net.text);
  const pod = state.workloads.find((w) => w.type === "workload" && w.addresses.exact && is(w.addresses.nets));
  if (pod !== undefined) return { ends: [{ endpoint: pod, name: pod.name }] };
  const node = state.hosts.find((h) => is(h.addresses));
  if (node !== undefined) return { ends: [{ endpoint: node.node, name: node.name }] };
  const addressed = [...state.services.values()].find((s) => is(s.addresses));
  if (addressed !== undefined) return { service: addressed, name: text, address: net };
  const ends = outsideEnds(state.outside, net, text).map((end) => ({
    ...end,
    net: parseNet(end.name) ?? net,
  }));
  if (ends.length === 0)
    throw new UserError(
      `${text}: nothing in the input has IPv${net.family} addresses. Where pods have them, say it: --pod-cidr ${net.family === 6 ? "fd00:10:244::/56" : "10.244.0.0/16"}`,
    );
  return { ends };
}

/** As kubectl shortens kinds. */
const SHORT: Readonly<Record<string, string>> = {
  po: "pod",
  deploy: "deployment",
  ds: "daemonset",
  sts: "statefulset",
  rs: "replicaset",
  rc: "replicationcontroller",
  cj: "cronjob",
};

function workload(state: State, text: string): Target | undefined {
  const [first = "", ...rest] = text.split("/");
  const named = state.workloads.filter((w) => {
    const plain = w.name.replace(/\[.*$/, "");
    return (
      w.name === text ||
      plain === text ||
      ((SHORT[first.toLowerCase()] ?? first.toLowerCase()) === w.kind.toLowerCase() &&
        plain === rest.join("/")) ||
      (rest.length === 0 && plain.split("/")[1] === text) ||
      (w.aliases?.includes(rest.join("/")) === true && w.namespace === first)
    );
  });
  const exact = named.filter((w) => w.name === text);
  const candidates = exact.length > 0 ? exact : named;
  const [only] = candidates;
  if (only === undefined) return undefined;
  const replicas = candidates.every(
    (w) =>
      w.replica !== undefined && w.kind === only.kind && w.name.split("[")[0] === only.name.split("[")[0],
  );
  if (replicas) return { ends: candidates.map((endpoint) => ({ endpoint, name: endpoint.name })) };
  if (candidates.length > 1)
    throw new UserError(`${text} may be ${candidates.map((w) => w.name).join(" or ")}: name one.`);
  return { ends: [{ endpoint: only, name: only.name }] };
}

function host(state: State, text: string): Target | undefined {
  const name = text.replace(/^(node|hostendpoint)\//i, "");
  const node = state.hosts.find((h) => h.name === name);
  const byInterface = state.hosts.find((h) => h.interfaces.some((i) => i.name === name));
  if (node !== undefined && !/^hostendpoint\//i.test(text)) return { ends: [{ endpoint: node.node, name }] };
  if (byInterface === undefined) return undefined;
  return { ends: [{ endpoint: byInterface.node, name, hostEndpoint: name }] };
}

function service(state: State, text: string): Target | undefined {
  const name = text
    .replace(/^(service|svc)\//i, "")
    // As DNS names it in the cluster.
    .replace(/^([^./]+)\.([^./]+)\.svc(\..*)?$/, "$2/$1");
  const found = state.services.get(name);
  return found === undefined ? undefined : { service: found, name: text };
}

function suggestions(state: State, text: string): string {
  const names = [
    ...new Set([
      ...state.workloads.map((w) => w.name),
      ...[...state.services.keys()].map((name) => `service/${name}`),
      ...state.hosts.map((h) => h.name),
    ]),
  ];
  const last = text.split("/").at(-1)?.toLowerCase() ?? "";
  const near = names.filter((n) => n.toLowerCase().includes(last) || last.includes(n.split("/").at(-1) ?? n));
  const shown = near.length > 0 ? near : names;
  if (shown.length === 0) return "The input holds no workload.";
  return `There is ${shown.slice(0, 8).join(", ")}${shown.length > 8 ? ", …" : ""}.`;
}

/** A protocol by name or number, in any case. @throws UserError */
export function protocolNumber(text: string): number {
  const name = Object.keys(PROTOCOLS).find((p) => p.toLowerCase() === text.toLowerCase());
  const number = name === undefined ? Number(text) : PROTOCOLS[name];
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= 255) return number;
  throw new UserError(`${text} is not a protocol: write ${Object.keys(PROTOCOLS).join(", ")} or a number.`);
}

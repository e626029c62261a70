import { kindOf, readKubectl } from "../labs/rules/guide-commands";
import type { GuideCommand } from "./read-guide";

/** What a command needs of a cluster beside its API server. */
export type Need =
  | "kubelet"
  | "controllers"
  | "nodes"
  | "operator"
  | "helm"
  | "calicoCni"
  | "tierLabels"
  | "certManager"
  | "charts"
  | "kubeadm"
  | "internet"
  | "ping"
  | "kernelLog"
  | "wireguard"
  | "loadBalancer"
  | "ingress"
  | `container ${string}`
  | `port ${number}`
  | `free port ${number}`;

/** Why a cluster lacks it; undefined where it does not. */
export type Lacks = (need: Need) => string | undefined;

/** Kinds that somebody has to make. */
const MADE: Readonly<Record<string, Need>> = {
  pod: "controllers",
  endpointslice: "controllers",
  node: "nodes",
  tigerastatus: "operator",
  blockaffinity: "calicoCni",
  certificate: "certManager",
  ingressclass: "charts",
  gatewayclass: "charts",
  validatingwebhookconfiguration: "charts",
  hostendpoint: "calicoCni",
};
/** Hosts of the internet in a command's words. */
const OUTSIDE: readonly (readonly [RegExp, Need])[] = [
  [/example\.com|checkip/, "internet"],
  [/1\.1\.1\.1/, "ping"],
];
const CHARTS = ["calico-system", "tigera-operator", "ingress-nginx", "cert-manager"];

/** What a command needs, from its words and its comment. */
export function needsOf(c: GuideCommand): Need[] {
  const told = c.parts.flatMap(([program, ...words]) => {
    const inside = OUTSIDE.filter(([host]) => host.test(words.join(" "))).map(([, need]) => need);
    if (program === "kubectl") return [...ofKubectl(words), ...inside];
    if (program === "helm") return ["helm", "internet"] as const;
    if (program === "docker") return [...ofDocker(words), ...inside];
    if (program === "curl") return [...ofRequest(words), ...inside];
    return inside;
  });
  return [...new Set([...told, ...(c.needs as Need[])])];
}

function ofKubectl(words: readonly string[]): Need[] {
  const { verb, namespace, selector, rest } = readKubectl(["kubectl", ...words]);
  const found: Need[] = [];
  if (["exec", "debug", "run", "logs", "port-forward", "attach"].includes(verb)) found.push("kubelet");
  if (["rollout", "cluster-info"].includes(verb)) found.push("controllers");
  if (namespace !== undefined && CHARTS.includes(namespace)) found.push("charts");
  if (namespace === "kube-system") found.push("kubeadm");
  // Calico's API server sets it, or its admission policy.
  if (selector?.startsWith("projectcalico.org/tier") === true) found.push("tierLabels");
  if (verb === "port-forward") found.push(`free port ${Number(rest.at(-1)?.split(":")[0])}`);
  if (["get", "describe", "label"].includes(verb)) {
    const [kinds = "", name] = rest;
    for (const kind of kinds.split(",").map((k) => kindOf(k.split("/")[0] ?? "")))
      found.push(...[MADE[kind] ?? []].flat());
    // Pools of a lab are its own objects; the cluster's first is the operator's.
    if (kindOf(kinds) === "ippool" && name === undefined) found.push("operator");
  }
  return found;
}

function ofDocker([, ...words]: readonly string[]): Need[] {
  const name = words.find((w) => !w.startsWith("-")) ?? "";
  return [`container ${name}`, ...(words.includes("dmesg") ? (["kernelLog"] as const) : [])];
}

function ofRequest(words: readonly string[]): Need[] {
  const host = words.map((w) => /^(?:https?:\/\/)([^/]+)/.exec(w)?.[1]).find((h) => h !== undefined) ?? "";
  const [, port] = /^localhost:(\d+)$/.exec(host) ?? [];
  if (port !== undefined) return [`port ${Number(port)}`];
  return /\.localhost(:\d+)?$/.test(host) ? ["ingress"] : [];
}

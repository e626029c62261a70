import type { KubeObject } from "../../../kube/objects";
import { answerOf, type ClusterAnswers, type ClusterQuestion } from "./cluster-questions";
import { found, type Found } from "./found-fact";
import { dataOf, documentOf, flagOf } from "./found-ranges";

export const KUBE_PROXY_QUESTIONS: readonly ClusterQuestion[] = [
  "daemonSets",
  "proxyConfig",
  "eksProxyConfig",
  "proxyPods",
];
export const BALANCER_QUESTIONS: readonly ClusterQuestion[] = ["awsController", "daemonSets"];

export type KubeProxyMode = "iptables" | "ipvs" | "nftables" | "none";
export type Balancer = "none" | "provided" | "aws-lbc" | "aws-in-tree";

/** On Linux a kube-proxy that is told no mode takes iptables (cmd/kube-proxy/app/server_linux.go, 1.36). */
const modeOf = (text: string): KubeProxyMode | undefined =>
  text === "" ? "iptables" : text === "iptables" || text === "ipvs" || text === "nftables" ? text : undefined;

/** kube-proxy's mode, where it runs as kubeadm, kops or EKS run it. Where nothing of it is seen, nothing is said. */
export function kubeProxyMode(answers: ClusterAnswers): Found<KubeProxyMode> | undefined {
  const daemonSet = answerOf(answers, "daemonSets").find(
    (d) => d.metadata.name === "kube-proxy" && d.metadata.namespace === "kube-system",
  );
  const pods = answerOf(answers, "proxyPods");
  if (daemonSet !== undefined) {
    const desired = (daemonSet["status"] as { desiredNumberScheduled?: number } | undefined)
      ?.desiredNumberScheduled;
    if (desired === 0 && answerOf(answers, "nodes").length > 0)
      return found("none", "DaemonSet kube-system/kube-proxy has no pod");
    const own = dataOf(answerOf(answers, "proxyConfig")[0])["config.conf"];
    const eks = dataOf(answerOf(answers, "eksProxyConfig")[0])["config"];
    const config = documentOf<{ mode?: string }>(own ?? eks);
    // Its own argument goes before the file.
    const told = pods.map((p) => flagOf(p, "proxy-mode")).find((m) => m !== undefined) ?? config?.mode;
    if (config === undefined && told === undefined) return undefined;
    const mode = modeOf(told ?? "");
    const where = own === undefined ? "kube-proxy-config" : "kube-proxy";
    return mode === undefined ? undefined : found(mode, `ConfigMap kube-system/${where}`);
  }
  // One with a file whose DaemonSet is not seen says nothing by its arguments.
  const modes = [
    ...new Set(
      pods.map((p) => modeOf(flagOf(p, "proxy-mode") ?? (flagOf(p, "config") === undefined ? "" : "file"))),
    ),
  ];
  const [mode] = modes;
  return mode !== undefined && modes.length === 1
    ? found(mode, `arguments of ${pods.length} kube-proxy pods`)
    : undefined;
}

/** Where nodes reach the API server with no Service between: what kube-proxy itself uses, as kubeadm sets it up. */
export function apiServerAddress(answers: ClusterAnswers): Found<{ host: string; port: number }> | undefined {
  const kubeconfig = documentOf<{ clusters?: { cluster?: { server?: string } }[] }>(
    dataOf(answerOf(answers, "proxyConfig")[0])["kubeconfig.conf"],
  );
  const server = kubeconfig?.clusters?.[0]?.cluster?.server;
  if (server === undefined || !URL.canParse(server)) return undefined;
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === ""
    ? undefined
    : found({ host, port: port === "" ? 443 : Number(port) }, "kubeconfig of kube-proxy");
}

/**
 * Who serves a Service of type LoadBalancer, by what runs. That some Service has an address decides nothing: with it the
 * fact would go, and with the fact what the stack has made by it. Nobody seen means none: labs refuse rather than wait.
 */
export function balancer(
  answers: ClusterAnswers,
  cloud: string | undefined,
  eks: boolean,
): Found<Balancer> | undefined {
  const [controller] = answerOf(answers, "awsController");
  if (controller !== undefined) return found("aws-lbc", `Deployment ${titleOf(controller)}`);
  const daemonSets = answerOf(answers, "daemonSets");
  const inTree = daemonSets.find((d) => d.metadata.name === "aws-cloud-controller-manager");
  if (inTree !== undefined) return found("aws-in-tree", `DaemonSet ${titleOf(inTree)}`);
  if (eks) return found("aws-in-tree", "EKS, whose control plane has AWS's cloud controller");
  const server = daemonSets.find(givesAddresses);
  if (server !== undefined) return found("provided", `DaemonSet ${titleOf(server)}`);
  if (cloud === "gce" || cloud === "azure") return found("provided", `nodes of ${cloud}`);
  // What was not answered could be where it stands.
  if (BALANCER_QUESTIONS.some((q) => answers.refused[q] !== undefined)) return undefined;
  return found("none", "nobody who gives addresses is known by name");
}

/** A Service that has an address, where nobody is known who gave it. */
export const servedByUnknown = (answers: ClusterAnswers): string | undefined => {
  const served = answerOf(answers, "balanced").find(hasAddress);
  return served === undefined ? undefined : titleOf(served);
};

/** MetalLB, under whatever release, and kube-vip. */
const givesAddresses = ({ metadata: { name, labels } }: KubeObject): boolean =>
  labels?.["app"] === "metallb" || labels?.["app.kubernetes.io/name"] === "metallb" || /^kube-vip/.test(name);

const titleOf = (o: KubeObject): string => `${o.metadata.namespace ?? ""}/${o.metadata.name}`;

const hasAddress = (service: KubeObject): boolean =>
  ((service["status"] as { loadBalancer?: { ingress?: unknown[] } } | undefined)?.loadBalancer?.ingress ?? [])
    .length > 0;

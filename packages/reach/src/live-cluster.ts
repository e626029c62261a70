import { spawn } from "node:child_process";
import { UserError } from "../../../kube/problems";
import type { KubeObject } from "../../../kube/objects";
import type { SourceObject } from "./input/source-object";

/** Which cluster: as kubectl takes it. */
export interface ClusterChoice {
  /** @default the current context */
  readonly context?: string;
  /** @default what KUBECONFIG or kubectl's own default says */
  readonly kubeconfig?: string;
}

/** What is read of a cluster, by resource; the rights are `get` and `list` on these. Secrets are never among them. */
export const LIVE_RESOURCES = [
  "namespaces",
  "nodes",
  "serviceaccounts",
  "pods",
  "replicationcontrollers",
  "services",
  "endpointslices.discovery.k8s.io",
  "replicasets.apps",
  "deployments.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "jobs.batch",
  "cronjobs.batch",
  "networkpolicies.networking.k8s.io",
] as const;
/** Read where the cluster serves them. */
const OPTIONAL_GROUPS = [
  "policy.networking.k8s.io",
  "projectcalico.org",
  "crd.projectcalico.org",
  "security.istio.io",
] as const;
/** Calico's kinds that decide; its own bookkeeping is large and says nothing. */
const CALICO = [
  "networkpolicies",
  "globalnetworkpolicies",
  "stagednetworkpolicies",
  "stagedglobalnetworkpolicies",
  "stagedkubernetesnetworkpolicies",
  "tiers",
  "networksets",
  "globalnetworksets",
  "hostendpoints",
  "profiles",
  "ippools",
  "felixconfigurations",
  "kubecontrollersconfigurations",
];

const ISTIO = ["authorizationpolicies", "peerauthentications"];

/**
 * Reads from a running cluster, through kubectl, what a folder would hold; kubectl fetches long lists by pages.
 * @throws UserError where there is no kubectl, no such cluster, or a right is missing
 */
export async function readCluster(choice: ClusterChoice): Promise<SourceObject[]> {
  const served = (await kubectl(choice, ["api-resources", "--verbs=list", "--no-headers", "-o", "name"]))
    .split("\n")
    .map((line) => line.trim());
  const optional = served.filter((name) => {
    const [resource = "", ...group] = name.split(".");
    const inGroup = OPTIONAL_GROUPS.find((g) => g === group.join("."));
    if (inGroup === undefined) return false;
    // Where Calico serves its API, what it stores behind it is the same once more.
    if (inGroup === "crd.projectcalico.org" && served.includes("globalnetworkpolicies.projectcalico.org"))
      return false;
    return inGroup === "policy.networking.k8s.io" || [...CALICO, ...ISTIO].includes(resource);
  });
  const lists = await Promise.all(
    [LIVE_RESOURCES.join(","), ...(optional.length === 0 ? [] : [optional.join(",")])].map((resources) =>
      kubectl(choice, ["get", resources, "--all-namespaces", "--chunk-size=500", "-o", "json"]),
    ),
  );
  const origin = choice.context ?? "the current context";
  return lists.map((text) => ({ object: JSON.parse(text) as KubeObject, origin }));
}

async function kubectl({ context, kubeconfig }: ClusterChoice, args: readonly string[]): Promise<string> {
  const target = [
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", [...target, "--request-timeout=60s", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing =
        "reach reads a cluster through kubectl, and there is none on the PATH. Install kubectl, or read files.";
      reject(error.code === "ENOENT" ? new UserError(missing) : error);
    });
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else
        reject(
          new UserError(
            `The cluster cannot be read: ${Buffer.concat(err).toString("utf8").trim() || "kubectl failed"}`,
          ),
        );
    });
  });
}

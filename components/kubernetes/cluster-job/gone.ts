import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { reasonOf } from "../../../kube/problems";
import { Api, ApiError } from "./api";

/** No such name, or nobody at the address: not a server that is slow. */
export const isGone = (error: unknown): boolean =>
  /ENOTFOUND|ECONNREFUSED/.test(`${code(error)} ${reasonOf(error)}`);

const code = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

interface Service extends KubeObject {
  status?: { loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] } };
}

/**
 * Waits until Services that something else makes and removes are gone, and with them their load balancers, whose
 * controller holds each Service by a finalizer until then. Where the cluster is gone already that is said.
 * @param label `key=value` that they carry
 */
export async function waitForGone(
  kubeconfig: KubeConfig,
  namespace: string,
  label: string,
  until: number,
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<void> {
  const [key = "", value = ""] = label.split("=");
  let left: Service[] = [];
  for (;;) {
    try {
      left = ((await new Api(kubeconfig).list("v1", "Service")) as Service[]).filter(
        ({ metadata: m }) => m.namespace === namespace && m.labels?.[key] === value,
      );
      if (left.length === 0) return;
    } catch (error) {
      if (isGone(error)) {
        say(
          `the cluster's API server is not there any more: load balancers of namespace ${namespace} may be left`,
        );
        return;
      }
      const passing = !(error instanceof ApiError) || error.code === 429 || error.code >= 500;
      if (!passing || Date.now() > until) throw error;
    }
    if (Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  const lines = left.map(({ metadata: { name }, status }) => {
    const at = (status?.loadBalancer?.ingress ?? []).map((i) => i.hostname ?? i.ip ?? "").join(", ");
    return `  ${namespace}/${name}${at === "" ? "" : `: load balancer ${at}`}`;
  });
  throw new Error(
    [
      "Services of a Gateway that is gone are still there:",
      ...lines,
      `  look: kubectl describe service -n ${namespace}; run destroy again`,
    ].join("\n"),
  );
}

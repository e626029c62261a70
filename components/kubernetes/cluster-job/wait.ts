import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { Api, ApiError } from "./api";

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** What is seen of an object: nothing yet, or its conditions as text when it is not there yet. */
type Look = { done: true } | { done: false; seen: string };

/** Waits until every CRD is established, so that its kind is served. */
export async function waitForCrds(
  kubeconfig: KubeConfig,
  names: readonly string[],
  until: number,
): Promise<void> {
  const objects = names.map((name) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    condition: "Established",
  }));
  await waitForConditions(kubeconfig, objects, until);
}

/** Waits until every object, given as `group/version/Kind/[namespace:]name`, has condition Ready, or the one named behind a `=`. */
export async function waitForReady(
  kubeconfig: KubeConfig,
  references: readonly string[],
  until: number,
): Promise<void> {
  const objects = references.map((reference) => {
    const [path = "", condition = "Ready"] = reference.split("=");
    const parts = path.split("/");
    const [place = "", kind = ""] = [parts.at(-1), parts.at(-2)];
    const [name = "", namespace] = place.split(":").reverse();
    const where = namespace === undefined ? {} : { namespace };
    return { apiVersion: parts.slice(0, -2).join("/"), kind, metadata: { name, ...where }, condition };
  });
  await waitForConditions(kubeconfig, objects, until);
}

interface Awaited extends KubeObject {
  condition: string;
}

async function waitForConditions(
  kubeconfig: KubeConfig,
  objects: readonly Awaited[],
  until: number,
): Promise<void> {
  let open = [...objects];
  let seen = new Map<string, string>();
  for (;;) {
    // A client keeps what it learned of the API: a new one sees kinds that came later.
    const api = new Api(kubeconfig);
    seen = new Map();
    const still: typeof open = [];
    for (const o of open) {
      const look = await lookAt(api, o);
      if (look.done) continue;
      still.push(o);
      seen.set(`${o.kind} ${o.metadata.name}`, look.seen);
    }
    open = still;
    if (open.length === 0) return;
    if (Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  const lines = [...seen].map(([name, what]) => `  ${name}: ${what}`);
  throw new Error(
    [`not ${[...new Set(open.map((o) => o.condition))].join(", ")} in time:`, ...lines, ...hints(open)].join(
      "\n",
    ),
  );
}

async function lookAt(api: Api, { condition, ...o }: Awaited): Promise<Look> {
  try {
    const found: Conditioned = await api.get(o);
    const conditions = found.status?.conditions ?? [];
    if (conditions.some((c) => c.type === condition && c.status === "True")) return { done: true };
    const bad = conditions
      .filter((c) => c.type === "Degraded" || c.type === condition)
      .map((c) => `${c.type}=${c.status} ${c.message ?? c.reason ?? ""}`);
    return { done: false, seen: bad.join("; ") || "no condition yet" };
  } catch (error) {
    // Not there yet, its kind not served yet, or the server for a moment not reachable: all of them may pass.
    const text = error instanceof Error ? error.message : String(error);
    return {
      done: false,
      seen: error instanceof ApiError ? `the API server answers ${error.code}: ${text}` : text,
    };
  }
}

/** Where to look: cert-manager's objects tell by themselves; all else here is the operator's doing. */
const hints = (open: readonly Awaited[]): string[] => [
  ...open
    .filter((o) => o.kind === "Certificate")
    .map((o) => `  look: kubectl -n ${o.metadata.namespace ?? ""} describe certificate,order,challenge`),
  ...(open.some((o) => o.kind !== "Certificate")
    ? ["  look: kubectl get tigerastatus; kubectl -n tigera-operator logs deploy/tigera-operator"]
    : []),
];

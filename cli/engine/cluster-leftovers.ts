import type { KubeObject } from "../../kube/objects";
import { ApiError, NoAnswer, type ClusterApi } from "../cluster/api-client";
import { includes, ObjectReader } from "../cluster/object-reader";
import type { Adoption, PendingOperation } from "./engine";
import { endPending, newestRelease } from "./helm-releases";

/** What became of an operation that was cut off. */
export type Fate =
  /** Nothing was made, or what was made does not stand in the way of making it again. */
  | { kind: "repeat" }
  /** It was made, and is this stack's. */
  | { kind: "adopt"; adoption: Adoption }
  /** Something of that name is there which this stack has not made. */
  | { kind: "foreign"; name: string }
  /** It cannot be looked up from here. */
  | { kind: "unknown"; why: string };

const RELEASE = "kubernetes:helm.sh/v3:Release";
/** Clocks of machine and server may differ by so much. */
const SKEW = 10 * 60_000;

/**
 * Looks up in a cluster what operations that were cut off have made there.
 * @param began when the run that was cut off began; undefined where nobody knows
 */
export async function lookUpInCluster(
  api: ClusterApi,
  operations: readonly PendingOperation[],
  began: number | undefined,
): Promise<Map<PendingOperation, Fate>> {
  const reader = new ObjectReader(api);
  const fates = new Map<PendingOperation, Fate>();
  for (const op of operations) {
    try {
      fates.set(
        op,
        op.type === RELEASE ? await releaseFate(api, op, began) : await objectFate(reader, op, began),
      );
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof NoAnswer)) throw error;
      fates.set(op, { kind: "unknown", why: error.message });
    }
  }
  return fates;
}

async function objectFate(
  reader: ObjectReader,
  { urn, inputs, operation }: PendingOperation,
  began: number | undefined,
): Promise<Fate> {
  // What was being changed or deleted is in the state, and is done again.
  if (operation !== "creating") return { kind: "repeat" };
  const asked = inputs as unknown as KubeObject;
  const live = await reader.read(asked);
  if (live === undefined) return { kind: "repeat" };
  const { namespace, name } = live.metadata;
  if (!isOurs(live, asked, began)) {
    // A patch that was not applied yet sets its fields on what is there.
    return managerOf(asked) === undefined
      ? {
          kind: "foreign",
          name: `${live.kind || asked.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
        }
      : { kind: "repeat" };
  }
  const id = namespace === undefined ? name : `${namespace}/${name}`;
  // As the provider writes it down (checkpointObject), without what only the server knows: the next update reads that.
  const outputs = { ...inputs, __inputs: inputs, __initialApiVersion: asked.apiVersion };
  return { kind: "adopt", adoption: { urn, id, outputs } };
}

/** Patches carry the name under which they hold their fields. */
const managerOf = (o: KubeObject): string | undefined =>
  o.metadata.annotations?.["pulumi.com/patchFieldManager"];

/** The provider's name for its part of an object that it creates. */
const CREATOR = "pulumi-kubernetes";

function isOurs(live: KubeObject, asked: KubeObject, began: number | undefined): boolean {
  const managers = (live.metadata["managedFields"] ?? []) as { manager?: string; operation?: string }[];
  const patch = managerOf(asked);
  if (patch !== undefined) return managers.some((m) => m.manager === patch);
  if (!managers.some((m) => m.manager === CREATOR || m.manager?.startsWith(`${CREATOR}-`) === true))
    return false;
  // Another stack's provider has the same name: by its age, or by all that was asked for, it is the object of that run.
  const made = Date.parse((live.metadata["creationTimestamp"] as string | undefined) ?? "");
  return began === undefined ? includes(live, withoutSecrets(asked)) : made >= began - SKEW;
}

/** Values that are encrypted in the state cannot be compared. */
function withoutSecrets({ data: _, stringData: __, ...rest }: KubeObject): unknown {
  return rest;
}

async function releaseFate(
  api: ClusterApi,
  { urn, inputs, operation }: PendingOperation,
  began: number | undefined,
): Promise<Fate> {
  const name = String(inputs["name"]);
  const namespace = typeof inputs["namespace"] === "string" ? inputs["namespace"] : "default";
  const release = await newestRelease(api, namespace, name);
  if (release === undefined) return { kind: "repeat" };
  const known = operation !== "creating";
  const ours =
    known ||
    (began === undefined
      ? includes(release.values, inputs["values"] ?? {}) && includes(inputs["values"] ?? {}, release.values)
      : release.firstDeployed >= began - SKEW);
  if (!ours) return { kind: "foreign", name: `Helm release ${namespace}/${name}` };
  await endPending(api, release, namespace);
  if (known) return { kind: "repeat" };
  // The next update upgrades the release, which makes what is missing; a destroy uninstalls it.
  return { kind: "adopt", adoption: { urn, id: `${namespace}/${name}`, outputs: inputs } };
}

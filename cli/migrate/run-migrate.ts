import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import type { KubeObject } from "../../kube/objects";
import { UserError } from "../../kube/problems";
import { readFiles } from "../../packages/reach/src";
import { migrate, type Migration } from "../../routing/migrate/migrate";
import { manifests, writeManifests } from "../plan/manifests";
import { toUser, userFolder } from "../user-paths";
import { requestOfText, requestsOfFile } from "./asked-requests";
import { migrationJson } from "./migrate-json";
import { migrationText } from "./migrate-text";

export interface MigrateFlags {
  out?: string;
  json?: boolean;
  ask?: string;
  request?: string[];
  class?: string;
  gatewayClass: string;
  gateway: string;
  for?: "any" | "envoy-gateway";
  defaultCertificate?: string;
  all?: boolean;
}

/**
 * Exit codes: 0 every request is the same; 2 some differ; 3 some cannot be converted or foretold.
 * @throws UserError, ProblemsError (exit code 1): nothing is written
 */
export async function runMigrate(source: string, flags: MigrateFlags): Promise<void> {
  const [namespace = "", name = "", ...more] = flags.gateway.split("/");
  if (namespace === "" || name === "" || more.length > 0)
    throw new UserError(`--gateway ${flags.gateway}: write namespace/name.`);
  if (flags.defaultCertificate !== undefined && !/^[^/]+\/[^/]+$/.test(flags.defaultCertificate))
    throw new UserError(`--default-certificate ${flags.defaultCertificate}: write namespace/secret.`);
  const asked = [
    ...(flags.ask === undefined ? [] : requestsOfFile(flags.ask)),
    ...(flags.request ?? []).map(requestOfText),
  ];
  const { objects, className, notes } = await objectsOf(source);
  if (!objects.some((o) => o.kind === "Ingress")) throw new UserError(`${source} holds no Ingress.`);
  const migration = migrate(objects, {
    className: flags.class ?? className,
    gatewayClass: flags.gatewayClass,
    gateway: { namespace, name },
    implementation: flags.for ?? "any",
    defaultCertificate: flags.defaultCertificate ?? `${namespace}/default-certificate`,
    ...(asked.length === 0 ? {} : { ask: asked }),
  });
  const all = {
    ...migration,
    notes: [
      ...notes.map((text) => ({ about: source, outcome: "remark" as const, text })),
      ...migration.notes,
    ],
  };
  if (flags.out !== undefined)
    writeManifests(flags.out, manifests(all.objects.map((object) => ({ object, patch: false }))));
  const text =
    flags.json === true
      ? migrationJson(all)
      : migrationText(all, {
          all: flags.all === true || asked.length > 0,
          ...(flags.out === undefined ? {} : { out: toUser(flags.out) }),
        });
  await new Promise<void>((resolve) =>
    process.stdout.write(text, () => {
      resolve();
    }),
  );
  process.exitCode = exitCode(all);
}

function exitCode({ requests }: Migration): number {
  if (requests.some((r) => r.verdict === "unknown" || r.verdict === "not convertible")) return 3;
  return requests.some((r) => r.verdict === "different") ? 2 : 0;
}

/** What `kubectl get -o yaml` prints is one List. */
function unfolded(o: KubeObject): KubeObject[] {
  const { items } = o;
  if (!o.kind.endsWith("List") || !Array.isArray(items)) return [o];
  const typed = { apiVersion: o.apiVersion, kind: o.kind.replace(/List$/, "") };
  return items
    .filter((item): item is object => typeof item === "object" && item !== null)
    .flatMap((item) => unfolded({ ...typed, ...item } as KubeObject));
}

/** A path as the user gave it; else the name of a stack. */
async function objectsOf(
  source: string,
): Promise<{ objects: KubeObject[]; className: string; notes: readonly string[] }> {
  if (source === "-" || existsSync(resolvePath(userFolder(), source)) || !/^[\w-]+$/.test(source)) {
    const { objects, notes } = readFiles([source], userFolder());
    return { objects: objects.flatMap((o) => unfolded(o.object)), className: "nginx", notes };
  }
  const [{ readStackFile }, { runOffline }, { stack: program }, { clusterObjects }] = await Promise.all([
    import("../../stacks/offline/stack-file"),
    import("../../stacks/offline/run-offline"),
    import("../../stacks/program"),
    import("../../stacks/offline/registered-objects"),
  ]);
  const { stack, raw } = readStackFile(source);
  const run = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  const objects = clusterObjects(run.resources).objects.map((o) => o.object);
  const named = objects
    .filter((o) => o.kind === "Ingress")
    .map((o) => (o["spec"] as { ingressClassName?: string } | undefined)?.ingressClassName);
  return { objects, className: named.find((n) => n !== undefined) ?? "nginx", notes: [] };
}

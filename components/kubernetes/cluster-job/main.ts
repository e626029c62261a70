/**
 * Run by a Command resource during `up` or `destroy`, with the kubeconfig on stdin and its work in LABS_CLUSTER_JOB:
 *   crds NAME…            wait until these CRDs are established
 *   apply SOURCE NAME…    apply a manifest (URL, file or folder; `--digest=sha256:…` of it) server-side, then wait for these CRDs
 *   ready API/KIND/[NAMESPACE:]NAME…  wait until these objects have condition Ready (`NAME=Available`: another one)
 *   gone NAMESPACE KEY=VALUE   at destroy: wait until Services with this label are gone, and their load balancers
 *   volumes DRIVER        at destroy: delete the claims of a CSI driver's volumes, wait until the volumes are gone
 */
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { applyManifest, readManifest } from "./apply";
import { waitForGone } from "./gone";
import { CLUSTER_JOB } from "./variable";
import { removeVolumes } from "./volumes";
import { waitForCrds, waitForReady } from "./wait";

async function main(argv: string[]): Promise<void> {
  const seconds = Number(argv.find((a) => a.startsWith("--timeout="))?.split("=")[1] ?? 300);
  const digest = argv.find((a) => a.startsWith("--digest="))?.slice("--digest=".length);
  const [verb, ...rest] = argv.filter((a) => !/^--(timeout|digest)=/.test(a));
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(readFileSync(0, "utf8"));
  const until = Date.now() + seconds * 1000;
  if (verb === "crds") return waitForCrds(kubeconfig, rest, until);
  if (verb === "ready") return waitForReady(kubeconfig, rest, until);
  if (verb === "gone") return waitForGone(kubeconfig, rest[0] ?? "", rest[1] ?? "", until);
  if (verb === "volumes") return removeVolumes(kubeconfig, rest[0] ?? "", until);
  if (verb === "apply") {
    const [source, ...names] = rest;
    if (source === undefined) throw new Error("apply needs a source");
    await applyManifest(kubeconfig, await readManifest(source, digest), until);
    return waitForCrds(kubeconfig, names, until);
  }
  throw new Error(`unknown work: ${verb ?? "(none)"}`);
}

main(JSON.parse(process.env[CLUSTER_JOB] ?? "[]") as string[]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

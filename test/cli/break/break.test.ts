import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runBreak } from "../../../cli/break/run-break";
import { runVerify } from "../../../cli/verify/run-verify";
import type { KubeObject } from "../../../kube/objects";
import { clusterWith, options, planOf } from "../verify/fake/lab";
import type { FakeCluster } from "../verify/fake/server";
import { placeOf } from "../verify/fake/store";

let folder: string;
let cluster: FakeCluster;
let out: string;
const managers: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "break-"));
  out = "";
  managers.length = 0;
  jest.spyOn(process.stdout, "write").mockImplementation((text, done?: unknown) => {
    out += String(text);
    if (typeof done === "function") (done as () => void)();
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  cluster = await clusterWith(planOf("stars", 4));
  for (const o of policies())
    o.metadata["managedFields"] = [{ manager: "pulumi-kubernetes-1", operation: "Apply" }];
  cluster.answer = ({ method, path, query }, body) => {
    const resources = [{ name: "networkpolicies", kind: "NetworkPolicy", namespaced: true }];
    if (path === "/apis/networking.k8s.io/v1") return [200, { kind: "APIResourceList", resources }];
    const place = placeOf(path);
    if (method !== "PATCH" || body === undefined || place === undefined) return undefined;
    managers.push(query.get("fieldManager") ?? "");
    const found = cluster.store.find(place);
    if (found !== undefined) cluster.store.remove(found);
    return [200, cluster.store.add(body)];
  };
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.exitCode = 0;
  rmSync(folder, { recursive: true });
  await cluster.stop();
});

const policies = (): KubeObject[] => cluster.store.objects.filter((o) => o.kind === "NetworkPolicy");
const specs = (): string =>
  JSON.stringify(
    policies()
      .map((o) => [o.metadata.name, o.metadata.namespace, o["spec"]])
      .sort(),
  );

function at(): { stack: string; kubeconfig: string } {
  const [stack, kubeconfig] = [join(folder, "Pulumi.try.yaml"), join(folder, "kubeconfig")];
  const config = { "k8s-network-labs:target": "kind", "k8s-network-labs:labs": { stars: { step: 4 } } };
  writeFileSync(stack, JSON.stringify({ config }));
  writeFileSync(kubeconfig, cluster.kubeconfig().exportConfig());
  return { stack, kubeconfig };
}

test("one mistake by a seed, which verify sees; and back", async () => {
  const { stack, kubeconfig } = at();
  const right = specs();
  await runBreak(stack, { seed: "7", kubeconfig });
  expect(out).toMatch(
    /stars, step 4: one mistake is in its objects, and \d+ claims? fails? by it \(seed 7\)/,
  );
  const broken = specs();
  expect(broken).not.toBe(right);
  await runVerify(stack, { ...options, wait: 0, kubeconfig });
  expect(process.exitCode).toBe(1);
  // A second mistake is not put on the first.
  await expect(runBreak(stack, { seed: "8", kubeconfig })).rejects.toThrow(
    /Nothing was broken[\s\S]*(is not as the step has it|is not in the cluster)[\s\S]*--mend/,
  );
  expect(specs()).toBe(broken);
  await runBreak(stack, { mend: true, kubeconfig });
  expect(specs()).toBe(right);
  await runBreak(stack, { mend: true, kubeconfig });
  expect(out).toMatch(/put back NetworkPolicy[\s\S]*nothing was wrong/);
  // The engine goes on holding what is its own.
  expect(managers[0]).toBe("pulumi-kubernetes-1");
  process.exitCode = 0;
  await runBreak(stack, { seed: "7", kubeconfig });
  expect(specs()).toBe(broken);
});

test("what cannot be asked for is refused", async () => {
  const { stack, kubeconfig } = at();
  await expect(runBreak(stack, { lab: "yaobank", kubeconfig })).rejects.toThrow(/no such lab in this stack/);
  await expect(runBreak(stack, { step: "0", kubeconfig })).rejects.toThrow(
    /nothing in which a fault would show/,
  );
  await expect(runBreak(stack, { mend: true, seed: "7", kubeconfig })).rejects.toThrow(/takes no --seed/);
});

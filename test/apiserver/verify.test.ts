import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openApi } from "../../cli/cluster/api-client";
import { RUN_LABEL } from "../../cli/verify/core/probe-pod";
import { checksOf } from "../../cli/verify/core/checks";
import type { Result } from "../../cli/verify/core/check-model";
import { findHints } from "../../cli/verify/hint/find-hints";
import { verify } from "../../cli/verify/verify-claims";
import type { KubeObject } from "../../kube/objects";
import { labAt } from "../../labs/model";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { FakeKubelet } from "../support/apiserver/fake-kubelet";
import { running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { removeAll } from "../support/apiserver/stand-ins";
import { since, standing, type Standing } from "../support/apiserver/standing";

const root = resolve(__dirname, "../..");
const config = { target: "kind", labs: { stars: { step: 3 } } };
const plan = planStack("try", {
  [`${PROJECT}:target`]: config.target,
  [`${PROJECT}:labs`]: JSON.stringify(config.labs),
});
const namespaces = plan.labs.flatMap((s) => Object.values(s.context.namespaces));

describe.each(running().map((r) => [r.set.kubernetes, r] as const))(
  "labs verify, Kubernetes %s",
  (_, { client, address }) => {
    const kubeconfig = kubeconfigOf(address);
    const api = openApi(kubeconfig);
    let before: Standing;
    let kubelet: FakeKubelet;
    let folder: string;

    beforeAll(async () => {
      before = await standing(client);
      for (const o of plan.labs.flatMap((s) => labAt(s).objects)) await client.apply(o);
      kubelet = await FakeKubelet.start(client);
      for (const ns of namespaces) await kubelet.runPods(ns);
      folder = mkdtempSync(join(tmpdir(), "labs-verify-"));
      writeFileSync(join(folder, "kubeconfig"), kubeconfig.exportConfig(), { mode: 0o600 });
      writeFileSync(
        join(folder, "Pulumi.try.yaml"),
        JSON.stringify({
          config: { [`${PROJECT}:target`]: config.target, [`${PROJECT}:labs`]: config.labs },
        }),
      );
    });
    afterAll(async () => {
      await kubelet.stop();
      await removeAll(client, since(before, await standing(client)));
      rmSync(folder, { recursive: true });
    });
    afterEach(() => {
      kubelet.holds = undefined;
    });

    const left = async (): Promise<string[]> =>
      (
        await Promise.all(
          ["pods", "configmaps"].map((p) => api.list(`/api/v1/${p}`, { labelSelector: RUN_LABEL })),
        )
      )
        .flat()
        .map((o) => o.metadata.name);

    /** The command as people give it. */
    function run(...args: string[]): ChildProcess {
      const command = [
        "cli/labs.ts",
        "verify",
        join(folder, "Pulumi.try.yaml"),
        "--kubeconfig",
        join(folder, "kubeconfig"),
      ];
      return spawn(process.execPath, ["--import", "tsx", ...command, ...args], { cwd: root });
    }
    async function until(what: () => Promise<boolean>): Promise<void> {
      for (let i = 0; i < 600 && !(await what()); i++) await new Promise((r) => setTimeout(r, 100));
      expect(await what()).toBe(true);
    }
    const ends = (child: ChildProcess): Promise<{ code: number | null; said: string }> => {
      let said = "";
      child.stderr?.on("data", (c: Buffer) => (said += c.toString()));
      child.stdout?.on("data", (c: Buffer) => (said += c.toString()));
      return new Promise((done) =>
        child.once("close", (code) => {
          done({ code, said });
        }),
      );
    };

    test("probe pods run where Pod Security enforces `restricted`, every claim is tried, and nothing stays", async () => {
      const namespace = (name: string, level: string): KubeObject => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "pod-security.kubernetes.io/enforce": level } },
      });
      for (const ns of namespaces) await client.apply(namespace(ns, "restricted"), { manager: "teacher" });
      // A pod as anybody writes it is refused there.
      const careless = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "careless", namespace: namespaces[0] },
        spec: { containers: [{ name: "c", image: "busybox" }] },
      };
      await expect(client.apply(careless as unknown as KubeObject)).rejects.toThrow(
        /violates PodSecurity "restricted/,
      );
      const report = await verify({
        plan,
        checks: checksOf(plan),
        reached: { kubeconfig, how: "the test's server" },
        options: { timeout: 2, wait: 10, start: 60, parallel: 4, requests: 100, internet: "1.1.1.1" },
        say: () => undefined,
      });
      expect(report.results.filter((r) => r.status !== "pass")).toEqual([]);
      // Three namespaces, four workloads.
      expect(report.created.map((c) => c.kind).sort()).toEqual([
        ...Array<string>(3).fill("ConfigMap"),
        ...Array<string>(4).fill("Pod"),
      ]);
      await until(async () => (await left()).length === 0);
      for (const ns of namespaces) await client.apply(namespace(ns, "privileged"), { manager: "teacher" });
    });

    test("after Ctrl-C nothing is left, and the exit code is that of an interrupt", async () => {
      kubelet.holds = /^labs-verify-/;
      const child = run();
      const ended = ends(child);
      await until(async () => (await left()).length >= 7);
      child.kill("SIGINT");
      expect(await ended).toMatchObject({ code: 130, said: expect.stringContaining("stopping") as string });
      await until(async () => (await left()).length === 0);
    });

    test("what a killed run has left, the next one removes", async () => {
      kubelet.holds = /^labs-verify-/;
      const child = run();
      const ended = ends(child);
      await until(async () => (await left()).length >= 7);
      child.kill("SIGKILL");
      await ended;
      const old = await left();
      expect(old.length).toBeGreaterThanOrEqual(7);
      kubelet.holds = undefined;
      const next = await ends(run());
      expect(next).toMatchObject({ code: 0 });
      for (const name of old) expect(next.said).toContain(`${name} (left by an earlier run)`);
      await until(async () => (await left()).length === 0);
    });

    test("--hint: policies as the API server stores them are those of the step, and a changed one is found", async () => {
      const results = checksOf(plan).map((check): Result => {
        const broken = check.kind === "flow" && check.from.endsWith("/frontend") && check.port === 6379;
        return { check, status: broken ? "fail" : "pass", detail: "", rules: [] };
      });
      // As they should be: then it is not their fault.
      expect(await findHints(api, plan, results)).toMatchObject([
        { cause: "workload", object: "the network" },
      ]);
      const path = `/apis/networking.k8s.io/v1/namespaces/stars/networkpolicies`;
      const stored = await api.get(`${path}/backend-policy`);
      await api.remove(`${path}/backend-policy`);
      await api.create(path, {
        apiVersion: stored.apiVersion,
        kind: stored.kind,
        metadata: { name: "my-policy", namespace: "stars" },
        spec: {
          podSelector: { matchLabels: { role: "backend" } },
          ingress: [
            { from: [{ podSelector: { matchLabels: { role: "frontend" } } }], ports: [{ port: 6378 }] },
          ],
        },
      });
      expect(await findHints(api, plan, results)).toMatchObject([
        {
          cause: "port",
          object: "NetworkPolicy stars/my-policy",
          message: "ingress rule 0 opens TCP port 6378; stars/backend is asked on TCP 6379: write port: 6379",
        },
      ]);
    });
  },
);

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import type { FlowCheck } from "../../cli/verify/core/check-model";
import { findInventory } from "../../cli/verify/cluster/find-inventory";
import { openApi } from "../../cli/cluster/api-client";
import { removeLeftovers } from "../../cli/verify/cluster/probe-leftovers";
import { core } from "../../cli/cluster/api-paths";
import { checksOf } from "../../cli/verify/core/checks";
import { findHints } from "../../cli/verify/hint/find-hints";
import { verify } from "../../cli/verify/verify-claims";
import type { KubeObject } from "../../kube/objects";
import { labAt } from "../../labs/model";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { FakeKubelet } from "../support/apiserver/fake-kubelet";
import { running } from "../support/apiserver/running";
import { removeAll } from "../support/apiserver/stand-ins";
import { since, standing, type Standing } from "../support/apiserver/standing";
import { audited, rightsOf, userWith, type User } from "../support/apiserver/users";

const page = readFileSync(resolve(__dirname, "../../docs/verify.md"), "utf8");
/** The roles that the page gives. */
const roles = [...page.matchAll(/```yaml\n([^`]+)```/g)]
  .flatMap((m) => parseAllDocuments(m[1] ?? "").map((d) => d.toJS() as KubeObject))
  .filter((o) => o.kind === "ClusterRole");

const plan = planStack("try", {
  [`${PROJECT}:target`]: "kind",
  [`${PROJECT}:labs`]: JSON.stringify({ stars: { step: 3 }, "game-2048": {} }),
});
const namespaces = plan.labs.flatMap((s) => Object.values(s.context.namespaces));

describe.each(running().map((r) => [r.set.kubernetes, r] as const))("Kubernetes %s", (_, server) => {
  const { client } = server;
  let before: Standing;
  let kubelet: FakeKubelet;
  let user: User;

  beforeAll(async () => {
    before = await standing(client);
    for (const o of plan.labs.flatMap((s) => labAt(s).objects)) await client.apply(o);
    for (const role of roles) await client.apply(role);
    kubelet = await FakeKubelet.start(client);
    for (const ns of namespaces) await kubelet.runPods(ns);
    user = await userWith(
      server,
      "verify",
      roles.map((r) => r.metadata.name),
    );
  });
  afterAll(async () => {
    await kubelet.stop();
    await removeAll(client, since(before, await standing(client)));
  });

  const verifyAs = (who: User) =>
    verify({
      plan,
      checks: checksOf(plan),
      reached: { kubeconfig: who.kubeconfig, how: "a user" },
      options: { timeout: 2, wait: 0, start: 60, parallel: 4, requests: 20, internet: "1.1.1.1" },
      say: () => undefined,
    });

  test("a user with the rights that docs/verify.md lists is refused nothing, and uses each of them", async () => {
    const api = openApi(user.kubeconfig);
    const report = await verifyAs(user);
    expect(report.results.filter((r) => r.check.kind === "flow" && r.status === "error")).toEqual([]);
    expect(report.created.length).toBeGreaterThan(0);
    expect(report.created.every((c) => c.gone)).toBe(true);
    const [flow] = checksOf(plan).filter((c): c is FlowCheck => c.kind === "flow");
    await findHints(api, plan, [{ check: flow!, status: "fail", detail: "", rules: [] }]);
    // A workload of another kind than a Deployment is looked for among them all.
    await findInventory(api, [{ ...flow!, from: "stars/absent" }], []);
    // An answer that was lost on the way: asked again, the object is there already.
    const lost = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "lost", namespace: "default" } };
    for (let i = 0; i < 2; i++) await api.create(core("default", "configmaps"), lost);
    await api.remove(core("default", "configmaps", "lost"));
    await removeLeftovers(api, { namespaces, lifetimeSeconds: 900, all: true, say: () => undefined });

    const seen = audited(server, user.name);
    expect(seen.filter((a) => a.code === 403)).toEqual([]);
    // Asked for within an exec, not by a request of its own: see below.
    const used = new Set([...seen.map((a) => a.right), "create pods/exec"]);
    expect([...used].sort()).toEqual([...new Set(roles.flatMap(rightsOf))].sort());
  });

  test.each(["get", "create"])("exec needs the right to %s it, and its lack is told", async (verb) => {
    const [role] = roles;
    const rules = (role!["rules"] as { resources: string[]; verbs: string[] }[]).map((r) =>
      r.resources.includes("pods/exec") ? { ...r, verbs: r.verbs.filter((v) => v !== verb) } : r,
    );
    const name = `verify-without-${verb}`;
    await client.apply({ ...role!, metadata: { name }, rules });
    const lacking = await userWith(server, name, [name]);
    const { results } = await verifyAs(lacking);
    const told = results.filter((r) => r.detail.includes("needs the verbs get and create on pods/exec"));
    expect(told.length).toBeGreaterThan(4);
    expect(told.every((r) => r.status === "error")).toBe(true);
  });
});

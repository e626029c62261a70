import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { planOffline } from "../../cli/plan/run-plan";
import {
  CLUSTER_QUESTIONS,
  type ClusterAnswers,
  type ClusterQuestion,
} from "../../components/existing/plan/cluster-questions";
import { readClusterOf } from "../../stacks/ask-cluster";
import { runOffline, type OfflineRun } from "../../stacks/offline/run-offline";
import { planStack } from "../../stacks/stack-plan";
import { stack as program } from "../../stacks/program";
import { k3s, kops, kubeadm, node, withOperator } from "../components/existing/recorded";
import { rawConfig } from "../support/graph";

/** An API server that has been recorded: its answers by their paths, 404 for all else. */
let answers: ClusterAnswers;
let server: Server;
let asked: string[];
/** Paths that are answered once they have been asked twice. */
const busy = new Set<string>();
beforeEach(async () => {
  jest.spyOn(console, "log").mockImplementation(() => undefined);
  asked = [];
  server = createServer(({ url, method }, response) => {
    asked.push(`${method ?? ""} ${url ?? ""}`);
    const say = (code: number, body: object) =>
      response
        .writeHead(code, { "content-type": "application/json", "retry-after": "0" })
        .end(JSON.stringify(body));
    if (busy.delete(url ?? "")) return say(429, { kind: "Status", message: "storage is (re)initializing" });
    if (url === "/version") return say(200, { gitVersion: answers.version });
    const question = Object.entries(CLUSTER_QUESTIONS).find(([, q]) => q.path === url)?.[0] as
      ClusterQuestion | undefined;
    if (question === undefined) return say(404, { kind: "Status", message: "not found" });
    const refused = answers.refused[question];
    if (refused !== undefined) return say(403, { kind: "Status", message: refused });
    const objects = answers.objects[question] ?? [];
    const one = /\/(namespaces|configmaps|services|servicecidrs|installations)\/[^/?]+$|v3$/.test(url ?? "");
    if (one && objects.length === 0) return say(404, { kind: "Status", message: "not found" });
    return say(200, one ? objects[0]! : { kind: "List", items: objects });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const config = (more: object = {}, existing: object = {}) => {
  const { port } = server.address() as AddressInfo;
  return rawConfig({
    target: "existing",
    existing: {
      context: "mine",
      kubeconfig: `apiVersion: v1
kind: Config
clusters: [{ name: mine, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]
users: [{ name: mine, user: {} }]
contexts: [{ name: mine, context: { cluster: mine, user: mine } }]
`,
      ...existing,
    },
    labs: { stars: { step: 1 } },
    ...more,
  });
};
const up = (raw: ReturnType<typeof config>, preview = false): Promise<OfflineRun> =>
  runOffline({ stack: "mine", raw, preview }, () => program({ stack: "mine", raw, offline: false }));
/** Refused before its first resource. */
const refusal = (raw: ReturnType<typeof config>): Promise<unknown> =>
  program({ stack: "mine", raw, offline: false });
/** What would be registered, without the port of this test's server. */
const registered = ({ resources }: OfflineRun) =>
  resources.map(({ type, name, inputs }) => `${type} ${name} ${JSON.stringify(inputs)}`);

test("the plan and the program take the same facts, and ask by reading alone", async () => {
  answers = kubeadm();
  const raw = config();
  const { plan, report } = await planOffline({ stack: "mine", raw, path: "x" });
  expect(plan.facts).toMatchObject({ workers: 2, podCidrs: ["10.244.0.0/16"], serviceCidr: "10.96.0.0/12" });
  expect(report.cluster).toContain("podCidrs 10.244.0.0/16 (ConfigMap kubeadm-config, podSubnet)");
  const run = await up(raw);
  const installation = run.resources.find((r) => r.name === "calico-installation-default");
  expect(JSON.stringify(installation?.inputs)).toContain('"cidr":"10.244.0.0/16"');
  expect(asked.filter((a) => !a.startsWith("GET "))).toEqual([]);
});

test("a preview, the first up and the second one register the same: Calico is then the stack's own", async () => {
  answers = kubeadm();
  const first = registered(await up(config()));
  expect(registered(await up(config()))).toEqual(first);
  answers = withOperator(kubeadm(), "labs-mine");
  expect(registered(await up(config()))).toEqual(first);
  answers = kubeadm();
  const preview = (await up(config(), true)).resources.map((r) => r.name);
  expect(preview).toEqual((await up(config())).resources.map((r) => r.name));
});

test("a node more changes nothing that is registered", async () => {
  const of = (n: number): ClusterAnswers => ({
    ...kubeadm(),
    objects: {
      ...kubeadm().objects,
      nodes: Array.from({ length: n }, (_, i) => node(`w${i}`, { ready: false })),
    },
  });
  const more = { labs: { boutique: {} }, ingress: { expose: "node-ports" }, tls: { issuer: "self-signed" } };
  answers = of(2);
  const two = registered(await up(config(more)));
  answers = of(5);
  expect(registered(await up(config(more)))).toEqual(two);
});

test("a Calico that is there is left alone, and its own mode is what labs are told", async () => {
  answers = kops("Never", "Always");
  const raw = config({ calico: { install: false } });
  expect((await up(raw)).resources.filter((r) => r.name.startsWith("calico"))).toEqual([]);
  const { facts } = planStack("mine", raw, undefined, await readClusterOf("mine", raw));
  expect(facts.cni).toMatchObject({
    type: "calico",
    encapsulation: "VXLAN",
    bgp: true,
    dataplane: "Iptables",
  });
  expect(facts).toMatchObject({ loadBalancer: "aws-in-tree", podCidrs: ["100.96.0.0/11"] });
});

test.each<[string, () => ClusterAnswers, object, RegExp]>([
  [
    "Calico that is there already",
    kops,
    {},
    /calico\.install: the cluster has Calico v3\.31\.6 already \(by manifest\)[\s\S]*fix: set calico\.install to false/,
  ],
  [
    "another CNI",
    k3s,
    {},
    /existing\.installedCni: Calico enforces policy beside the AWS VPC CNI[\s\S]*use a cluster without a CNI/,
  ],
  [
    "a Calico that does not serve what a lab's policies are written in",
    kops,
    { calico: { install: false }, labs: { stars: {}, yaobank: { step: 3 } } },
    /labs\.yaobank: has GlobalNetworkPolicy .*, and the cluster's Calico serves no projectcalico\.org\/v3/,
  ],
  [
    "another version",
    () => ({ ...kubeadm(), version: "v1.35.1" }),
    {},
    /kubernetes: the cluster runs v1\.35\.1[\s\S]*set kubernetes to "1\.35"/,
  ],
])("%s is refused before anything is made", async (_what, recorded, more, message) => {
  answers = recorded();
  const raw = config(more);
  await expect(refusal(raw)).rejects.toThrow(message);
  await expect(readClusterOf("mine", raw).then((r) => planStack("mine", raw, undefined, r))).rejects.toThrow(
    message,
  );
});

test("rights that are missing: the plan and the program say what was tried", async () => {
  const { nodes: _, daemonSets: __, ...objects } = kubeadm().objects;
  answers = {
    ...kubeadm(),
    objects,
    refused: { nodes: "nodes is forbidden", daemonSets: "daemonsets is forbidden" },
  };
  const message =
    /existing\.installedCni: is missing.*nodes is forbidden; DaemonSets: daemonsets is forbidden[\s\S]*existing\.workers: is missing/;
  await expect(refusal(config())).rejects.toThrow(message);
  // What the config says is then enough.
  const whole = { installedCni: "none", workers: 2, kubeProxyMode: "iptables" };
  await expect(up(config({}, whole))).resolves.toBeDefined();
});

test("a cluster that is gone: the plan goes by the config alone and says so, the program refuses", async () => {
  const raw = config(
    {},
    { workers: 2, installedCni: "none", podCidrs: ["10.244.0.0/16"], kubeProxyMode: "iptables" },
  );
  await new Promise((resolve) => server.close(resolve));
  const { report } = await planOffline({ stack: "mine", raw, path: "x" });
  expect(report.notes).toContainEqual(
    expect.stringMatching(
      /^the cluster was not asked, so what the config says of it is not checked: context mine: .*ECONNREFUSED/,
    ),
  );
  expect(report.cluster).toBeUndefined();
  await expect(refusal(raw)).rejects.toThrow(
    /existing\.context: the API server http:\/\/127\.0\.0\.1:\d+ does not answer/,
  );
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
});

test("a server that is busy is asked again", async () => {
  answers = kubeadm();
  busy.add(CLUSTER_QUESTIONS.nodes.path);
  expect(await readClusterOf("mine", config())).toMatchObject({
    found: { answers: { refused: {} }, nodes: { workers: 2 } },
  });
  expect(busy.size).toBe(0);
});

test("other stacks ask no cluster", async () => {
  await expect(readClusterOf("kind", rawConfig({ labs: { stars: {} } }))).resolves.toEqual({
    kind: "not-asked",
  });
});

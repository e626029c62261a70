import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onMachine, removeFromMachine } from "../../../components/kind/docker";
import { CONFINED_DOCKER } from "../../../components/kind/plan/load-balancer-plan";
import { stackGraph, type Graph } from "../../support/graph";

const RUN = "kind-load-balancer-run";
const labs = { "load-balancing": { step: "load-balancer" } };
const graphOf = (config: Readonly<Record<string, unknown>>): Promise<Graph> =>
  stackGraph(config, { stack: "kind", preview: false });
const service = (graph: Graph) => graph.resources.find((r) => r.name.endsWith("echo-lb"));
const waited = (graph: Graph) => !JSON.stringify(service(graph)?.inputs).includes("skipAwait");

describe("a stack whose lab has a load balancer", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await graphOf({ labs });
  });
  test("gets a container on the nodes' network; an image by digest; nothing of the config in the command", () => {
    const { create, environment } = graph.named(RUN).inputs as { create: string; environment: object };
    expect(environment).toMatchObject({
      LABS_MAKES: "load-balancer labs-kind",
      NETWORK: "kind",
      IMAGE: expect.stringMatching(
        /^registry\.k8s\.io\/cloud-provider-kind\/.*:v0\.12\.0@sha256:[0-9a-f]{64}$/,
      ) as string,
    });
    expect(create).not.toContain("labs-kind");
  });
  test("the Service waits for its address, after the container; both go with the cluster, the container by itself", () => {
    const balanced = service(graph)!;
    expect([waited(graph), graph.waitsFor(balanced.name, RUN)]).toEqual([true, true]);
    expect(balanced.deletedWith).toBe(graph.named("kind-cluster").urn);
    expect(graph.waitsFor(RUN, "kind-cluster")).toBe(true);
    expect(graph.named(RUN).deletedWith ?? "").toBe("");
  });
});

test.each<[string, Record<string, unknown>, boolean]>([
  ["a stack without such a lab has none", { labs: { stars: {} } }, false],
  ["unless it is asked for", { labs: { stars: {} }, kind: { loadBalancer: true } }, true],
  ["or the ingress is behind it", { labs: { "game-2048": {} }, ingress: { expose: "load-balancer" } }, true],
  ["and the lab does without where it is not wanted", { labs, kind: { loadBalancer: false } }, false],
])("%s", async (_, config, expected) => {
  const graph = await graphOf(config);
  expect(graph.resources.some((r) => r.name === RUN)).toBe(expected);
  if (service(graph) !== undefined) expect(waited(graph)).toBe(expected);
});

test("on a network of the cluster's own, from a mirror", async () => {
  const graph = await graphOf({
    labs: { stars: {} },
    kind: { loadBalancer: true, network: {} },
    mirrors: { images: { "registry.k8s.io": "mirror.local/k8s", "docker.io": "mirror.local/hub" } },
  });
  expect(graph.named(RUN).inputs["environment"]).toMatchObject({
    NETWORK: "labs-kind",
    IMAGE: expect.stringMatching(/^mirror\.local\/k8s\/cloud-provider-kind\//) as string,
    REGISTRY: "mirror.local/hub",
  });
});

describe("docker, as the container sees it", () => {
  const folder = mkdtempSync(join(tmpdir(), "confined-"));
  const script = join(folder, "docker");
  writeFileSync(script, CONFINED_DOCKER);
  writeFileSync(join(folder, "real"), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  for (const f of ["docker", "real"]) chmodSync(join(folder, f), 0o755);
  // Calls that cloud-provider-kind 0.11 and 0.12, and kind in it, make.
  test.each([
    [
      ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster", "--format", "{{.Names}}"],
      ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster=net-ana", "--format", "{{.Names}}"],
    ],
    [
      ["ps", "-a", "--filter", "label=io.x-k8s.cloud-provider-kind.cluster"],
      ["ps", "-a", "--filter", "label=io.x-k8s.cloud-provider-kind.cluster=net-ana"],
    ],
    [
      ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster=net-bo"],
      ["ps", "-a", "--filter", "label=io.x-k8s.kind.cluster=net-bo"],
    ],
    [
      [
        "run",
        "--publish=0.0.0.0:80:80/TCP",
        "--publish=[::]:53:53/UDP",
        "--publish=443/TCP",
        "--publish=10000/TCP",
        "--publish-all",
        "envoy",
        "bash",
        "-c",
        "echo 'a  b' && x",
      ],
      [
        "run",
        "--label",
        "k8s-network-labs.cluster=net-ana",
        "--publish=127.0.0.1::80/TCP",
        "--publish=127.0.0.1::53/UDP",
        "--publish=127.0.0.1::443/TCP",
        "--publish=127.0.0.1::10000/TCP",
        "envoy",
        "bash",
        "-c",
        "echo 'a  b' && x",
      ],
    ],
  ])("%j", (given, expected) => {
    const env = { ...process.env, LABS_CLUSTER: "net-ana", LABS_DOCKER: join(folder, "real") };
    const { stdout } = spawnSync(script, given, { env, encoding: "utf8" });
    expect(stdout.split("\n").slice(0, -1)).toEqual(expected);
  });
});

test("what a run left is found by its labels and removed: the container first, then its load balancers, no other's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "docker-"));
  const calls = join(folder, "calls");
  writeFileSync(
    join(folder, "docker"),
    `#!/bin/sh
echo "$*" >> ${calls}
case "$*" in
*--format*Names*) printf 'kindccm-1\\t\\t\\tnet-ana\\nnet-bo-load-balancer\\t\\t\\tnet-bo\\nx-control-plane\\tx\\t\\t\\n' ;;
*k8s-network-labs.load-balancer=net-ana*) echo own ;;
*io.x-k8s.cloud-provider-kind.cluster=net-ana*) printf 'one\\ntwo\\n' ;;
esac
`,
    { mode: 0o755 },
  );
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const of = (name: string) => ({ kind: "load-balancer", name }) as const;
  expect(await onMachine([of("net-ana"), of("net-bo"), of("x")], { env })).toEqual([
    of("net-ana"),
    of("net-bo"),
  ]);
  await removeFromMachine(of("net-ana"), { env });
  const removed = readFileSync(calls, "utf8")
    .split("\n")
    .filter((l) => l.startsWith("rm"));
  expect(removed).toEqual(["rm --force own", "rm --force one two"]);
});

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { applyManifest, readManifest } from "../../../components/kubernetes/cluster-job/apply";
import { waitForCrds, waitForReady } from "../../../components/kubernetes/cluster-job/wait";
import { waitForGone } from "../../../components/kubernetes/cluster-job/gone";
import { removeVolumes } from "../../../components/kubernetes/cluster-job/volumes";

/** An API server that answers what a test tells it to, and remembers what it was asked. */
class FakeServer {
  readonly asked: { method: string; path: string; type: string | undefined; body: string }[] = [];
  private constructor(private readonly server: Server) {}

  static async start(
    answer: (request: { method: string; path: string; body: string; count: number }) => [number, unknown],
  ): Promise<FakeServer> {
    const counts = new Map<string, number>();
    const server = createServer();
    const fake = new FakeServer(server);
    server.on("request", (req: IncomingMessage, res) => {
      let body = "";
      req.on("data", (c: Buffer) => (body += c.toString()));
      req.on("end", () => {
        const [method, path] = [req.method ?? "", req.url ?? ""];
        const count = (counts.get(`${method} ${path}`) ?? 0) + 1;
        counts.set(`${method} ${path}`, count);
        fake.asked.push({ method, path, type: req.headers["content-type"], body });
        const [code, reply] = answer({ method, path, body, count });
        res.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(reply));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  kubeconfig(): KubeConfig {
    const { port } = this.server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "fake", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: "fake" },
    );
    return config;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const crdList = {
  resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
};
const established = { status: { conditions: [{ type: "Established", status: "True" }] } };
const soon = (): number => Date.now() + 30_000;
let server: FakeServer;
afterEach(() => server.stop());

test("waits for a CRD that does not exist yet, and then is not established yet", async () => {
  server = await FakeServer.start(({ path, count }) => {
    if (path.endsWith("/v1")) return [200, crdList];
    if (count === 1) return [404, { message: "not found" }];
    return [
      200,
      count === 2 ? { status: { conditions: [{ type: "Established", status: "False" }] } } : established,
    ];
  });
  await waitForCrds(server.kubeconfig(), ["tiers.projectcalico.org"], soon());
  expect(server.asked.filter((a) => a.path.endsWith("tiers.projectcalico.org"))).toHaveLength(3);
}, 20_000);

test("tells what it saw when the time is over", async () => {
  const degraded = {
    status: {
      conditions: [
        { type: "Ready", status: "False" },
        { type: "Degraded", status: "True", message: "no IP pool" },
      ],
    },
  };
  const list = { resources: [{ name: "installations", kind: "Installation", namespaced: false }] };
  server = await FakeServer.start(({ path }) => (path.endsWith("/v1") ? [200, list] : [200, degraded]));
  const wait = waitForReady(
    server.kubeconfig(),
    ["operator.tigera.io/v1/Installation/default"],
    Date.now() - 1,
  );
  await expect(wait).rejects.toThrow(
    /not Ready in time:[\s\S]*Installation default: [\s\S]*Degraded=True no IP pool/,
  );
});

test("a kind that is not served yet is waited for, not given up", async () => {
  server = await FakeServer.start(({ path, count }) => {
    if (!path.endsWith("/v1")) return [200, { status: { conditions: [{ type: "Ready", status: "True" }] } }];
    return count === 1
      ? [404, { message: "the server could not find the requested resource" }]
      : [200, { resources: [{ name: "apiservers", kind: "APIServer", namespaced: false }] }];
  });
  await expect(
    waitForReady(server.kubeconfig(), ["operator.tigera.io/v1/APIServer/default"], soon()),
  ).resolves.toBeUndefined();
}, 20_000);

test("an object of a namespace; a Certificate that does not come says where to look", async () => {
  const list = { resources: [{ name: "certificates", kind: "Certificate", namespaced: true }] };
  const wanting = { status: { conditions: [{ type: "Ready", status: "False", message: "Issuing" }] } };
  server = await FakeServer.start(({ path }) => (path.endsWith("/v1") ? [200, list] : [200, wanting]));
  const wait = waitForReady(
    server.kubeconfig(),
    ["cert-manager.io/v1/Certificate/labs-gateway:shop-tls"],
    Date.now() - 1,
  );
  await expect(wait).rejects.toThrow(
    /Certificate shop-tls: Ready=False Issuing\n {2}look: kubectl -n labs-gateway describe certificate,order,challenge$/,
  );
  expect(server.asked.at(-1)?.path).toBe(
    "/apis/cert-manager.io/v1/namespaces/labs-gateway/certificates/shop-tls",
  );
});

const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "x.example.com" },
  spec: {
    schema: {
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { a: { default: 1, "x-kubernetes-int-or-string": true } },
    },
  },
} as KubeObject;
const policy = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingAdmissionPolicy",
  metadata: { name: "p" },
};
const kinds = {
  resources: [
    ...crdList.resources,
    { name: "mutatingadmissionpolicies", kind: "MutatingAdmissionPolicy", namespaced: false },
  ],
};

test("applies CRDs first, server-side, with every field as it is", async () => {
  server = await FakeServer.start(({ method }) => [200, method === "GET" ? kinds : {}]);
  await applyManifest(server.kubeconfig(), [policy, crd], soon());
  const patches = server.asked.filter((a) => a.method === "PATCH");
  expect(patches.map((p) => p.path.split("?")[0])).toEqual([
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x.example.com",
    "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies/p",
  ]);
  expect(patches[0]!.path).toContain("fieldManager=k8s-network-labs&force=true");
  expect(patches[0]!.type).toBe("application/apply-patch+yaml");
  expect(JSON.parse(patches[0]!.body)).toEqual(crd);
});

test("tries again when the server is busy, and not when it refuses", async () => {
  server = await FakeServer.start(({ method, count }) =>
    method === "GET" ? [200, kinds] : count === 1 ? [503, { message: "busy" }] : [200, {}],
  );
  await applyManifest(server.kubeconfig(), [crd], soon());
  expect(server.asked.filter((a) => a.method === "PATCH")).toHaveLength(2);
  await server.stop();
  server = await FakeServer.start(({ method }) =>
    method === "GET" ? [200, kinds] : [422, { message: "spec.group: Required value" }],
  );
  await expect(applyManifest(server.kubeconfig(), [crd], soon())).rejects.toThrow(
    "cannot apply CustomResourceDefinition x.example.com: spec.group: Required value",
  );
});

test("a manifest that is not what its digest says is refused", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "manifest-")), "a.yaml");
  writeFileSync(file, "kind: A\n");
  const digest = "sha256:d7a9a53b7cc9b6c44a98e2c05a2ba6a04ce0ba48e6ac2d2d80da9dfa95fdcfd3";
  const right = `sha256:${createHash("sha256").update("kind: A\n").digest("hex")}`;
  await expect(readManifest(file, digest)).rejects.toThrow(
    /is not what mirrors.calicoCrdsDigest names.*Nothing was applied/,
  );
  expect(await readManifest(file, right)).toHaveLength(1);
});

test("reads a manifest from a file and from a folder, without empty documents", async () => {
  const folder = mkdtempSync(join(tmpdir(), "manifest-"));
  writeFileSync(join(folder, "a.yaml"), "---\n# only a comment\n---\nkind: A\n---\nkind: B\n");
  writeFileSync(join(folder, "b.txt"), "kind: C\n");
  for (const source of [folder, join(folder, "a.yaml")])
    expect((await readManifest(source)).map((o) => o.kind)).toEqual(["A", "B"]);
});

describe("volumes at destroy", () => {
  const kinds = {
    resources: [
      { name: "persistentvolumes", kind: "PersistentVolume", namespaced: false },
      { name: "persistentvolumeclaims", kind: "PersistentVolumeClaim", namespaced: true },
      { name: "pods", kind: "Pod", namespaced: true },
    ],
  };
  const volume = (name: string, driver: string, policy = "Delete") => ({
    metadata: { name },
    spec: {
      csi: { driver, volumeHandle: `vol-${name}` },
      claimRef: { namespace: "shop", name },
      persistentVolumeReclaimPolicy: policy,
    },
    status: { phase: "Bound" },
  });
  const claim = (name: string) => ({ metadata: { namespace: "shop", name } });
  const pod = (name: string, claimName?: string) => ({
    metadata: { namespace: "shop", name },
    spec: { volumes: claimName === undefined ? [] : [{ persistentVolumeClaim: { claimName } }] },
  });
  const lists = (volumes: object[]): Record<string, object | undefined> => ({
    "/api/v1": kinds,
    "/api/v1/persistentvolumes": { items: volumes },
    "/api/v1/persistentvolumeclaims": { items: [claim("data"), claim("other"), claim("kept")] },
    "/api/v1/pods": { items: [pod("db", "data"), pod("web"), pod("b", "other")] },
  });
  const all = [
    volume("data", "ebs.csi.aws.com"),
    volume("other", "nfs"),
    volume("kept", "ebs.csi.aws.com", "Retain"),
  ];
  const run = (until: number, said: string[] = []) =>
    removeVolumes(server.kubeconfig(), "ebs.csi.aws.com", until, (line) => said.push(line));

  test("claims of the driver go with the pods that hold them, and nothing else; the end is when the volumes are gone", async () => {
    let volumes = all;
    server = await FakeServer.start(({ method, path }) => {
      if (method === "DELETE" && path.includes("/pods/")) volumes = all.slice(1);
      return [200, lists(volumes)[path] ?? {}];
    });
    const said: string[] = [];
    await run(soon(), said);
    expect(server.asked.filter((a) => a.method === "DELETE").map((a) => a.path)).toEqual([
      "/api/v1/namespaces/shop/persistentvolumeclaims/data",
      "/api/v1/namespaces/shop/pods/db",
    ]);
    expect(said).toEqual(["kept, as their reclaim policy says: vol-kept"]);
  }, 20_000);

  test("volumes that stay are named; a refusal is not waited out", async () => {
    server = await FakeServer.start(({ path }) => [200, lists(all)[path] ?? {}]);
    await expect(run(Date.now() - 1)).rejects.toThrow(
      /still there:\n {2}vol-data: Bound , claimed by shop\/data\n/,
    );
    await server.stop();
    server = await FakeServer.start(() => [403, { message: "forbidden: no rights" }]);
    await expect(run(soon())).rejects.toThrow("no rights");
  });

  test("a cluster that is gone is said, and does not hold the destroy", async () => {
    server = await FakeServer.start(() => [200, {}]);
    const kubeconfig = server.kubeconfig();
    await server.stop();
    const said: string[] = [];
    await removeVolumes(kubeconfig, "ebs.csi.aws.com", soon(), (line) => said.push(line));
    expect(said.join()).toMatch(/not there any more: volumes of ebs\.csi\.aws\.com may be left/);
    server = await FakeServer.start(() => [200, {}]);
  });
});

describe("Services of a Gateway that is going", () => {
  const kinds = { resources: [{ name: "services", kind: "Service", namespaced: true }] };
  const owner = "gateway.envoyproxy.io/owning-gateway-name";
  const service = (namespace: string, name: string, gateway: string) => ({
    metadata: { namespace, name, labels: { [owner]: gateway } },
    status: { loadBalancer: { ingress: [{ hostname: "a.elb.amazonaws.com" }] } },
  });
  const mine = service("labs-gateway", "labs", "labs");
  const others = [service("labs-gateway", "x", "other"), service("shop", "labs", "labs")];
  const gone = (until: number, said: string[] = []) =>
    waitForGone(server.kubeconfig(), "labs-gateway", `${owner}=labs`, until, (line) => said.push(line));

  test("it ends when the last one is gone, whatever else is there", async () => {
    server = await FakeServer.start(({ path, count }) =>
      path === "/api/v1" ? [200, kinds] : [200, { items: count === 1 ? [mine, ...others] : others }],
    );
    await gone(soon());
    expect(server.asked.filter((a) => a.path === "/api/v1/services")).toHaveLength(2);
  }, 20_000);

  test("what stays is named with its load balancer", async () => {
    server = await FakeServer.start(({ path }) => [200, path === "/api/v1" ? kinds : { items: [mine] }]);
    await expect(gone(Date.now() - 1)).rejects.toThrow(
      /labs-gateway\/labs: load balancer a\.elb\.amazonaws\.com/,
    );
  });

  test("a cluster that is gone already is said, and no error", async () => {
    server = await FakeServer.start(() => [200, {}]);
    const kubeconfig = server.kubeconfig();
    await server.stop();
    const said: string[] = [];
    await waitForGone(kubeconfig, "labs-gateway", `${owner}=labs`, soon(), (line) => said.push(line));
    expect(said.join()).toMatch(/load balancers of namespace labs-gateway may be left/);
  });
});

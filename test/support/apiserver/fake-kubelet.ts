import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { KubeObject } from "../../../kube/objects";
import { converse } from "../../cli/verify/fake/exec";
import { policed } from "../../cli/verify/fake/network";
import { CERT, KEY } from "../../cli/verify/fake/pem";
import type { Client, ServedKind } from "./client";
import { defaultAccount } from "./stand-ins";

const PODS: ServedKind = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: [] };
const KINDS = ["Namespace", "ServiceAccount", "Pod", "NetworkPolicy", "GlobalNetworkPolicy"];
const NODE = "node1";

/**
 * A node without containers: it binds pods to itself, says that they run, lets them go when they are deleted, and
 * answers exec for them, which the API server passes on. What a probe in a pod would see is decided by the policies that
 * stand on the server.
 */
export class FakeKubelet {
  private readonly addresses = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  /** Pods whose names match do not start. */
  holds: RegExp | undefined;

  private constructor(
    private readonly client: Client,
    private readonly server: Server,
  ) {}

  static async start(client: Client): Promise<FakeKubelet> {
    const server = createServer({ cert: CERT, key: KEY });
    const kubelet = new FakeKubelet(client, server);
    kubelet.answerExec();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await kubelet.register();
    kubelet.work();
    return kubelet;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.client.remove({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
  }

  /** Pods of the Deployments of a namespace, as their controllers would make them. */
  async runPods(namespace: string): Promise<void> {
    await defaultAccount(this.client, namespace);
    const deployments: ServedKind = {
      ...PODS,
      apiVersion: "apps/v1",
      kind: "Deployment",
      plural: "deployments",
    };
    for (const d of await this.client.list(deployments, namespace)) {
      const { replicas = 1, template } = d["spec"] as {
        replicas?: number;
        template: { metadata: { labels: Record<string, string> }; spec: object };
      };
      for (let i = 0; i < replicas; i++)
        await this.client.apply({
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: `${d.metadata.name}-abc-${i}`,
            namespace,
            labels: { ...template.metadata.labels, "pod-template-hash": "abc" },
          },
          spec: template.spec,
        });
    }
    await this.until(async () => (await this.client.list(PODS, namespace)).every(runs));
  }

  private async until(done: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50)))
      if (await done()) return;
    throw new Error("the fake kubelet does not get on");
  }

  private async register(): Promise<void> {
    const node = await this.client.apply({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } });
    await this.client.put(
      {
        ...node.stored,
        status: {
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port: (this.server.address() as AddressInfo).port } },
        },
      },
      "status",
    );
  }

  private work(): void {
    if (this.stopped) return;
    this.running = this.round().catch((error: unknown) => {
      // A pod that was changed or removed meanwhile is looked at again in the next round.
      if (!/modified|not found|exists/.test(String(error))) throw error;
    });
    void this.running.then(() => {
      this.timer = setTimeout(() => {
        this.work();
      }, 50);
    });
  }

  private async round(): Promise<void> {
    for (const pod of await this.client.list(PODS)) {
      if (pod.metadata["deletionTimestamp"] !== undefined) await this.client.remove(pod);
      else if (!runs(pod) && this.holds?.test(pod.metadata.name) !== true) await this.startPod(pod);
    }
  }

  private async startPod(pod: KubeObject): Promise<void> {
    const { name, namespace = "" } = pod.metadata;
    const spec = pod["spec"] as { nodeName?: string; readinessGates?: unknown[] };
    if (spec.nodeName === undefined)
      await this.client.post(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name },
        target: { apiVersion: "v1", kind: "Node", name: NODE },
      });
    const ip = this.addresses.get(`${namespace}/${name}`) ?? `192.168.1.${200 - this.addresses.size}`;
    this.addresses.set(`${namespace}/${name}`, ip);
    const ready = spec.readinessGates === undefined ? "True" : "False";
    const bound = await this.client.get(pod);
    if (bound === undefined) return;
    await this.client.put(
      {
        ...bound,
        status: {
          phase: "Running",
          podIP: ip,
          podIPs: [{ ip }],
          conditions: [{ type: "Ready", status: ready }],
        },
      },
      "status",
    );
  }

  private answerExec(): void {
    const websockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) =>
        ["v5.channel.k8s.io", "v4.channel.k8s.io"].find((p) => offered.has(p)) ?? false,
    });
    this.server.on("upgrade", (request, socket, head) => {
      const url = new URL(request.url ?? "", "https://kubelet");
      const [, namespace = "", name = ""] = /^\/exec\/([^/]+)\/([^/]+)\//.exec(url.pathname) ?? [];
      const script = url.searchParams.getAll("command").at(-1) ?? "";
      websockets.handleUpgrade(request, socket, head, (peer) => {
        void this.policed().then((objects) => {
          const from = objects.find(
            (o) => o.kind === "Pod" && o.metadata.namespace === namespace && o.metadata.name === name,
          );
          if (from === undefined) peer.close();
          else void converse(peer, script, { kind: "well" }, (p) => policed(objects, { ...p, from }));
        });
      });
    });
  }

  private async policed(): Promise<KubeObject[]> {
    const kinds = (await this.client.kinds()).filter((k) => KINDS.includes(k.kind));
    return (await Promise.all(kinds.map((k) => this.client.list(k)))).flat();
  }
}

const runs = (pod: KubeObject): boolean => (pod["status"] as { phase?: string }).phase === "Running";

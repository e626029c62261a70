import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { WebSocketServer } from "ws";
import type { KubeObject } from "../../../../kube/objects";
import { converse, type ExecBehaviour } from "./exec";
import { CERT, KEY } from "./pem";
import { policed, type Fate, type Packet } from "./network";
import { placeOf, Store } from "./store";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
}

/** What a call gets instead of the usual answer. */
export type Answer =
  [code: number, body: unknown, headers?: Record<string, string>] | "silence" | "reset" | "cut off";

/**
 * An API server over TLS with a certificate of its own: objects by REST, exec by WebSocket in channels, and a network
 * behind it that enforces the stored policies. Tests replace single answers to make it slow, refusing or half dead.
 */
export class FakeCluster {
  readonly store = new Store();
  readonly asked: Asked[] = [];
  /** Commands that came by exec, with the pod. */
  readonly execs: { pod: string; protocol: string }[] = [];
  /** May replace the usual answer. */
  answer: (asked: Asked, body: KubeObject | undefined) => Answer | undefined = () => undefined;
  /** What a new pod's status becomes. */
  started: (pod: KubeObject) => Record<string, unknown> = () => ({ phase: "Running" });
  network: (packet: Packet) => Fate = (packet) => policed(this.store.objects, packet);
  /** How the n-th exec goes. */
  behaviour: (n: number, pod: string) => ExecBehaviour = () => ({ kind: "well" });
  private readonly sockets = new Set<Socket>();
  private addresses = 200;
  private open = 0;
  /** Most execs that were open at the same time. */
  mostAtOnce = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeCluster> {
    const server = createServer({ cert: CERT, key: KEY });
    const fake = new FakeCluster(server);
    server.on("request", (request, response) => {
      fake.rest(request, response);
    });
    server.on("connection", (socket: Socket) => {
      fake.sockets.add(socket);
      socket.on("close", () => fake.sockets.delete(socket));
    });
    const websockets = new WebSocketServer({
      noServer: true,
      // As the API server chooses: the newest that both know.
      handleProtocols: (offered) =>
        ["v5.channel.k8s.io", "v4.channel.k8s.io"].find((p) => offered.has(p)) ?? false,
    });
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head) => {
      const url = new URL(request.url ?? "", "https://fake");
      const [, namespace = "", name = ""] =
        /namespaces\/([^/]+)\/pods\/([^/]+)\/exec$/.exec(url.pathname) ?? [];
      const pod = fake.store.find({ root: "/api/v1", plural: "pods", namespace, name });
      const how = fake.behaviour(fake.execs.length, `${namespace}/${name}`);
      fake.execs.push({
        pod: `${namespace}/${name}`,
        protocol: request.headers["sec-websocket-protocol"] ?? "",
      });
      if (how.kind === "silent") return;
      if (pod === undefined || how.kind === "refuse") {
        const code = how.kind === "refuse" ? how.code : 404;
        const body = JSON.stringify({
          kind: "Status",
          message: how.kind === "refuse" ? how.message : "pods not found",
        });
        socket.end(
          `HTTP/1.1 ${code} No\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      websockets.handleUpgrade(request, socket, head, (peer) => {
        fake.mostAtOnce = Math.max(fake.mostAtOnce, ++fake.open);
        peer.on("close", () => fake.open--);
        const script = url.searchParams.getAll("command").at(-1) ?? "";
        void converse(peer, script, how, (p) => fake.network({ ...p, from: pod }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Trusts the server's certificate and nothing else. */
  kubeconfig(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: "fake",
        server: `https://127.0.0.1:${this.port}`,
        caData: Buffer.from(CERT).toString("base64"),
        skipTLSVerify: false,
      },
      { name: "fake", token: "t" },
    );
    return config;
  }

  add(...objects: KubeObject[]): void {
    for (const o of objects) this.store.add(o);
  }

  /** A pod for each replica of each Deployment, running, with an address. */
  schedule(): void {
    for (const d of this.store.objects.filter((o) => o.kind === "Deployment")) {
      const spec = d["spec"] as {
        replicas?: number;
        template: { metadata: { labels: Record<string, string> }; spec: object };
      };
      for (let i = 0; i < (spec.replicas ?? 1); i++)
        this.add({
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: `${d.metadata.name}-abc-${i}`,
            namespace: d.metadata.namespace ?? "",
            labels: { ...spec.template.metadata.labels, "pod-template-hash": "abc" },
            ownerReferences: [
              { kind: "ReplicaSet", name: `${d.metadata.name}-abc`, uid: "rs", controller: true },
            ],
          },
          spec: { ...spec.template.spec, nodeName: "node1" },
          status: this.running(true),
        });
    }
  }

  private running(ready: boolean): Record<string, unknown> {
    const ip = `192.168.1.${this.addresses--}`;
    return {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    };
  }

  private rest(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "https://fake");
    let text = "";
    request.on("data", (c: Buffer) => (text += c.toString()));
    request.on("end", () => {
      const asked: Asked = { method: request.method ?? "", path: url.pathname, query: url.searchParams };
      this.asked.push(asked);
      const body = text === "" ? undefined : (JSON.parse(text) as KubeObject);
      const answer = this.answer(asked, body) ?? this.usual(asked, body);
      if (answer === "silence") return;
      if (answer === "reset") {
        request.socket.destroy();
        return;
      }
      if (answer === "cut off") {
        response.writeHead(200, { "content-length": 1000 });
        response.write("{", () => request.socket.destroy());
        return;
      }
      const [code, reply, headers = {}] = answer;
      response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(reply));
    });
  }

  private usual({ method, path, query }: Asked, body: KubeObject | undefined): Answer {
    if (path === "/apis/projectcalico.org/v3") return [200, { kind: "APIResourceList" }];
    const place = placeOf(path);
    const kind = place === undefined ? undefined : this.store.kindOf(place.plural);
    if (place === undefined || kind === undefined)
      return [404, { kind: "Status", message: "the server could not find the requested resource" }];
    if (method === "POST" && body !== undefined) {
      if (this.store.find({ ...place, name: body.metadata.name }) !== undefined)
        return [409, { message: "already exists" }];
      const stored = this.store.add(body);
      if (kind === "Pod") stored["status"] = { ...this.running(false), ...this.started(stored) };
      return [201, stored];
    }
    if (method === "GET" && place.name === undefined)
      return [
        200,
        {
          kind: `${kind}List`,
          apiVersion: place.root.replace(/^\/apis?\//, ""),
          metadata: {},
          items: this.store
            .list(place, query.get("labelSelector") ?? "")
            .map(({ kind: _, apiVersion: __, ...item }) => item),
        },
      ];
    const found = this.store.find(place);
    if (found === undefined)
      return [404, { kind: "Status", message: `${place.plural} "${place.name ?? ""}" not found` }];
    if (method === "DELETE") this.store.remove(found);
    return [200, found];
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { KubeConfig } from "@kubernetes/client-node";
import type { Binaries } from "./binaries";
import type { KeeperTask, KeeperWord } from "./keeper-task";

export interface ServerOptions {
  /** Further flags of kube-apiserver. */
  flags?: readonly string[];
  /** @default IPv4 first, and IPv6: labs have Services of both */
  serviceCidr?: string;
  /** @default ones that are free */
  ports?: { etcd: number; etcdPeers: number; apiserver: number };
  /** Where the folder with its data is made. @default the system's for temporary files */
  within?: string;
  /** How long both may take to answer. @default 60 s */
  startSeconds?: number;
}

/** What a test in another process needs of a server: plain data. */
export interface ServerAddress {
  url: string;
  /** PEM of the authority of its certificate. */
  ca: string;
  /** In the group system:masters. */
  adminToken: string;
  /** One line of JSON for each request that was answered. */
  auditLog: string;
}

/** A kubeconfig for a server; by default the administrator's. */
export function kubeconfigOf({ url, ca, adminToken }: ServerAddress, token = adminToken): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "apiserver", server: url, caData: Buffer.from(ca).toString("base64"), skipTLSVerify: false },
    { name: "user", token },
  );
  return config;
}

/**
 * A real kube-apiserver with etcd on loopback and nothing else: no controllers, no kubelet. Ends with the process that
 * started it, however that ends.
 */
export class ApiServer {
  private constructor(
    private readonly keeper: ChildProcess,
    readonly address: ServerAddress,
  ) {}

  /** @throws Error with one line where either does not come up; nothing is left then */
  static async start(binaries: Binaries, options: ServerOptions = {}): Promise<ApiServer> {
    const folder = mkdtempSync(join(options.within ?? tmpdir(), "labs-apiserver-"));
    const adminToken = randomBytes(16).toString("hex");
    const ports = options.ports ?? (await freePorts());
    const task = taskOf(binaries, folder, ports, adminToken, options);
    const keeper = spawn(process.execPath, ["--import", "tsx", join(__dirname, "keeper.ts"), folder], {
      cwd: join(__dirname, "../../.."),
      stdio: ["pipe", "pipe", "inherit"],
      // In a group of its own: a terminal's Ctrl-C would end etcd under the API server.
      detached: true,
    });
    keeper.stdin.write(`${JSON.stringify(task)}\n`);
    const word = await firstWord(keeper);
    if ("failed" in word) {
      await ended(keeper);
      throw new Error(`the API server does not start: ${word.failed}`);
    }
    return new ApiServer(keeper, {
      url: `https://127.0.0.1:${ports.apiserver}`,
      ca: readFileSync(join(folder, "certs", "apiserver.crt"), "utf8"),
      adminToken,
      auditLog: join(folder, "audit.log"),
    });
  }

  async stop(): Promise<void> {
    this.keeper.stdin?.end();
    await ended(this.keeper);
  }
}

const BOTH_FAMILIES = "10.96.0.0/16,fd00:10:96::/112";

type Ports = NonNullable<ServerOptions["ports"]>;

function taskOf(
  { etcd, apiserver }: Binaries,
  folder: string,
  ports: Ports,
  adminToken: string,
  { flags = [], serviceCidr = BOTH_FAMILIES, startSeconds = 60 }: ServerOptions,
): KeeperTask {
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
  const peers = `http://127.0.0.1:${ports.etcdPeers}`;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    folder,
    startSeconds,
    etcd: {
      name: "etcd",
      file: etcd,
      health: `${etcdUrl}/health`,
      args: [
        `--data-dir=${join(folder, "etcd")}`,
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        `--listen-peer-urls=${peers}`,
        `--initial-advertise-peer-urls=${peers}`,
        `--initial-cluster=default=${peers}`,
        // Nobody needs this data after a crash.
        "--unsafe-no-fsync",
      ],
    },
    apiserver: {
      name: "kube-apiserver",
      file: apiserver,
      health: `https://127.0.0.1:${ports.apiserver}/readyz`,
      args: [
        `--etcd-servers=${etcdUrl}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${ports.apiserver}`,
        `--cert-dir=${join(folder, "certs")}`,
        `--service-cluster-ip-range=${serviceCidr}`,
        "--authorization-mode=RBAC",
        `--token-auth-file=${file("tokens.csv", `${adminToken},admin,admin,system:masters\n`)}`,
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-signing-key-file=${file("sa.key", privateKey.export({ type: "pkcs8", format: "pem" }).toString())}`,
        `--service-account-key-file=${file("sa.pub", publicKey.export({ type: "spki", format: "pem" }).toString())}`,
        // The address is no address for Endpoints, and nobody would use them.
        "--endpoint-reconciler-type=none",
        // Exec goes through to the kubelet as it comes: one that stands in for it need not speak SPDY.
        "--feature-gates=TranslateStreamCloseWebsocketRequests=false",
        // calico-node is privileged.
        "--allow-privileged=true",
        `--audit-policy-file=${file("audit.json", JSON.stringify(AUDIT))}`,
        `--audit-log-path=${join(folder, "audit.log")}`,
        // At once, so that a test reads what it has just done.
        "--audit-log-mode=blocking",
        ...flags,
      ],
    },
  };
}

const AUDIT = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

async function freePorts(): Promise<Ports> {
  // All open at once, so that they are three.
  const servers = await Promise.all([1, 2, 3].map(() => listening()));
  const [etcd = 0, etcdPeers = 0, apiserver = 0] = servers.map((s) => s.port);
  await Promise.all(servers.map((s) => s.close()));
  return { etcd, etcdPeers, apiserver };
}

function listening(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({
        port,
        close: () =>
          new Promise((done) =>
            server.close(() => {
              done();
            }),
          ),
      });
    });
  });
}

function firstWord(keeper: ChildProcess): Promise<KeeperWord> {
  return new Promise((resolve) => {
    if (keeper.stdout !== null)
      createInterface({ input: keeper.stdout }).once("line", (line) => {
        resolve(JSON.parse(line) as KeeperWord);
      });
    keeper.once("exit", (code) => {
      resolve({ failed: `its keeper ended (${code ?? "?"})` });
    });
    keeper.once("error", (error) => {
      resolve({ failed: error.message });
    });
  });
}

function ended(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) =>
    keeper.once("exit", () => {
      resolve();
    }),
  );
}

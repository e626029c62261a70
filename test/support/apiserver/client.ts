import https from "node:https";
import { ApiError, refusalText } from "../../../components/kubernetes/request";
import { objectTitle, type KubeObject } from "../../../kube/objects";
import type { ServerAddress } from "./server";

/** A kind that the server serves, at the version that it prefers. */
export interface ServedKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
}

export interface ApplyOptions {
  /** @default k8s-network-labs */
  manager?: string;
  dryRun?: boolean;
}

/** What an apply gave: the object as it then stands, and what the server warned of. */
export interface Applied {
  stored: KubeObject;
  warnings: readonly string[];
}

/**
 * Calls of a real API server as the tests need them: server-side apply with strict validation, and everything that
 * stands. Each is made once and says at once what went wrong.
 */
export class Client {
  private readonly roots = new Map<string, Promise<readonly ServedKind[]>>();

  /** Connections are kept: the tests make many thousands of small calls. */
  private readonly agent: https.Agent;

  constructor(private readonly address: Pick<ServerAddress, "url" | "ca" | "adminToken">) {
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 8, ca: address.ca });
  }

  /**
   * Server-side apply that refuses fields that the server does not know, and takes those that others hold.
   * @throws ApiError with the object's name where it is refused
   */
  async apply(
    o: KubeObject,
    { manager = "k8s-network-labs", dryRun = false }: ApplyOptions = {},
  ): Promise<Applied> {
    const query = new URLSearchParams({
      fieldManager: manager,
      fieldValidation: "Strict",
      force: "true",
      ...(dryRun ? { dryRun: "All" } : {}),
    });
    const path = `${await this.pathOf(o)}?${query.toString()}`;
    const { body, warnings } = await this.call("PATCH", path, {
      type: "application/apply-patch+yaml",
      text: JSON.stringify(o),
    }).catch(named(o));
    return { stored: body as KubeObject, warnings };
  }

  /** As it stands, or undefined. */
  async get(o: KubeObject): Promise<KubeObject | undefined> {
    return this.call("GET", await this.pathOf(o)).then(
      ({ body }) => body as KubeObject,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      },
    );
  }

  /** Puts a whole object, or a part of it that has a path of its own (`status`, `finalize`). */
  async put(o: KubeObject, part?: string): Promise<KubeObject> {
    const path = `${await this.pathOf(o)}${part === undefined ? "" : `/${part}`}`;
    return (await this.call("PUT", path, json(o)).catch(named(o))).body as KubeObject;
  }

  async post(path: string, body: unknown): Promise<{ body: unknown; warnings: readonly string[] }> {
    return this.call("POST", path, json(body));
  }

  async remove(o: KubeObject): Promise<void> {
    const options = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      gracePeriodSeconds: 0,
      propagationPolicy: "Background",
    };
    await this.call("DELETE", await this.pathOf(o), json(options)).catch(named(o));
  }

  /** Every object of a kind, in all namespaces or one. */
  async list(kind: ServedKind, namespace?: string): Promise<KubeObject[]> {
    const inside = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const { body } = await this.call("GET", `${rootOf(kind.apiVersion)}${inside}/${kind.plural}`);
    const { items } = body as { items: KubeObject[] };
    return items.map((o) => ({ ...o, apiVersion: kind.apiVersion, kind: kind.kind }));
  }

  /** Every kind that can be listed, each group at its preferred version. */
  async kinds(): Promise<ServedKind[]> {
    const { body } = await this.call("GET", "/apis");
    const { groups } = body as { groups: { preferredVersion: { groupVersion: string } }[] };
    const versions = ["v1", ...groups.map((g) => g.preferredVersion.groupVersion)];
    const found = await Promise.all(versions.map((v) => this.served(v)));
    return found.flat().filter((k) => k.verbs.includes("list"));
  }

  /** The kinds of these objects. */
  async kindsOf(objects: readonly KubeObject[]): Promise<ServedKind[]> {
    const versions = [...new Set(objects.map((o) => o.apiVersion))];
    const wanted = new Set(objects.map((o) => `${o.apiVersion} ${o.kind}`));
    // By version too: one that is served in several would be listed in each.
    const found = versions.map(async (v) =>
      (await this.served(v)).filter((k) => wanted.has(`${v} ${k.kind}`)),
    );
    return (await Promise.all(found)).flat();
  }

  private async pathOf(o: KubeObject): Promise<string> {
    const kind = (await this.served(o.apiVersion)).find((k) => k.kind === o.kind);
    if (kind === undefined) {
      // It may come with a CRD that is applied next.
      this.roots.delete(o.apiVersion);
      throw new ApiError(404, `${objectTitle(o)}: the server serves no ${o.apiVersion} ${o.kind}`);
    }
    const namespace = kind.namespaced ? `/namespaces/${o.metadata.namespace ?? "default"}` : "";
    return `${rootOf(o.apiVersion)}${namespace}/${kind.plural}/${encodeURIComponent(o.metadata.name)}`;
  }

  private served(apiVersion: string): Promise<readonly ServedKind[]> {
    const known = this.roots.get(apiVersion);
    if (known !== undefined) return known;
    const asked = this.discover(apiVersion);
    this.roots.set(apiVersion, asked);
    return asked;
  }

  private async discover(apiVersion: string): Promise<readonly ServedKind[]> {
    interface Resource {
      name: string;
      kind: string;
      namespaced: boolean;
      verbs: string[];
    }
    const body = await this.call("GET", rootOf(apiVersion)).then(
      (a) => a.body as { resources: Resource[] },
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return { resources: [] };
        throw error;
      },
    );
    return body.resources
      .filter((r) => !r.name.includes("/"))
      .map(({ name, kind, namespaced, verbs }) => ({ apiVersion, kind, plural: name, namespaced, verbs }));
  }

  private async call(
    method: string,
    path: string,
    body?: { type: string; text: string },
  ): Promise<{ body: unknown; warnings: readonly string[] }> {
    let answer = await this.send(method, path, body);
    // Of a CRD that has just come the storage is still being opened.
    for (let i = 0; answer.code === 429 && i < 50; i++) {
      await new Promise((r) => setTimeout(r, 100));
      answer = await this.send(method, path, body);
    }
    if (answer.code < 200 || answer.code >= 300) throw new ApiError(answer.code, refusalText(answer));
    return { body: JSON.parse(answer.text) as unknown, warnings: answer.warnings };
  }

  private send(
    method: string,
    path: string,
    body?: { type: string; text: string },
  ): Promise<{ code: number; text: string; warnings: string[] }> {
    const headers = {
      authorization: `Bearer ${this.address.adminToken}`,
      accept: "application/json",
      ...(body === undefined
        ? {}
        : { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
    };
    const options = { method, headers, agent: this.agent, timeout: 60_000 };
    return new Promise((resolve, reject) => {
      const asked = https.request(this.address.url + path, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ code: answer.statusCode ?? 0, text, warnings: warningsOf(answer.rawHeaders) });
        });
      });
      asked.on("timeout", () => asked.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
      asked.on("error", reject);
      asked.end(body?.text);
    });
  }
}

/** Texts of the headers `Warning: 299 - "…"`. From the raw headers: joined by commas they could not be told apart. */
function warningsOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, i) => {
    if (i % 2 === 1 || name.toLowerCase() !== "warning") return [];
    const value = rawHeaders[i + 1] ?? "";
    return [(/^\d+ \S+ "(.*)"$/.exec(value)?.[1] ?? value).replace(/\\(.)/g, "$1")];
  });
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const json = (body: unknown): { type: string; text: string } => ({
  type: "application/json",
  text: JSON.stringify(body),
});

/** Of an error that says not which object it is about. */
const named =
  (o: KubeObject) =>
  (error: unknown): never => {
    if (error instanceof ApiError) throw new ApiError(error.code, `${objectTitle(o)}: ${error.message}`);
    throw error;
  };

import { isDeepStrictEqual } from "node:util";
import { ApiError } from "../../../components/kubernetes/request";
import { objectTitle, type KubeObject } from "../../../kube/objects";
import type { RegisteredObject } from "../../../stacks/offline/registered-objects";
import type { Client } from "./client";
import { removeNamespace } from "./stand-ins";

/** An object of a stack by the identity that the engine gives it. */
interface Made {
  urn: string;
  object: KubeObject;
  patch: boolean;
}

/**
 * Takes a server from one state of a stack to another as the engine and its Kubernetes provider would: server-side
 * apply with a field manager for each resource, in order of creation; then what is no longer registered goes, last made
 * first. A patch that goes gives its fields back.
 */
export class Moves {
  private made: Made[] = [];

  constructor(private readonly client: Client) {}

  /** Gives every refusal and every warning, by object. */
  async to(registered: readonly RegisteredObject[]): Promise<string[]> {
    const wanted = registered.map(({ object, patch, resource }) => ({ object, patch, urn: resource.urn }));
    const complaints: string[] = [];
    const before = new Map(this.made.map((m) => [m.urn, m.object]));
    // The engine calls nobody for what did not change.
    for (const made of wanted.filter((m) => !isDeepStrictEqual(m.object, before.get(m.urn))))
      complaints.push(...(await this.complaints(made.object, () => this.apply(made))));
    const kept = new Set(wanted.map((m) => m.urn));
    for (const gone of this.made.filter((m) => !kept.has(m.urn)).reverse())
      complaints.push(...(await this.complaints(gone.object, () => this.remove(gone))));
    this.made = wanted;
    return complaints;
  }

  /** How an object of the stack would stand if it were applied again: unchanged, if it stands as registered. */
  async again(registered: RegisteredObject): Promise<KubeObject> {
    const { object, resource } = registered;
    const applied = await this.client.apply(object, { manager: managerOf(resource.urn), dryRun: true });
    return applied.stored;
  }

  private async complaints(o: KubeObject, work: () => Promise<readonly string[]>): Promise<string[]> {
    try {
      return (await work()).map((w) => `${objectTitle(o)}: warning: ${w}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [error.message];
    }
  }

  private async apply({ object, patch, urn }: Made): Promise<readonly string[]> {
    if (patch && (await this.client.get(object)) === undefined)
      throw new ApiError(404, `${objectTitle(object)}: patched, and nobody makes it`);
    return (await this.client.apply(object, { manager: managerOf(urn) })).warnings;
  }

  private async remove({ object, patch, urn }: Made): Promise<readonly string[]> {
    if (patch) {
      const { apiVersion, kind, metadata } = object;
      const { name, namespace } = metadata;
      const bare = { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
      return (await this.client.apply(bare, { manager: managerOf(urn) })).warnings;
    }
    if (object.kind === "Namespace") await removeNamespace(this.client, object.metadata.name);
    else await this.client.remove(object);
    return [];
  }
}

/** At most 128 characters; the provider draws a name for each resource. */
const managerOf = (urn: string): string =>
  `pulumi-kubernetes-${urn.split("::").slice(2).join("-").slice(-100)}`;

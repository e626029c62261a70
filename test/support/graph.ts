import type { KubeObject } from "../../kube/objects";
import { registeredObjects } from "../../stacks/offline/registered-objects";
import type { Registered } from "../../stacks/offline/registration";
import { runOffline, type OfflineOptions } from "../../stacks/offline/run-offline";
import { PROJECT } from "../../stacks/stack-plan";
import { stack as program } from "../../stacks/program";

/** The graph of a stack, as the engine would get it: every registration with parent, dependencies, deletedWith. */
export class Graph {
  private readonly byUrn: Map<string, Registered>;

  constructor(
    readonly resources: readonly Registered[],
    readonly outputs: Record<string, unknown>,
  ) {
    this.byUrn = new Map(resources.map((r) => [r.urn, r]));
  }

  /** The one resource with this logical name. */
  named(name: string): Registered {
    const found = this.resources.filter((r) => r.name === name);
    if (found.length !== 1)
      throw new Error(`${found.length} resources named ${name}; there are ${this.names().join(", ")}`);
    return found[0]!;
  }

  has(name: string): boolean {
    return this.resources.some((r) => r.name === name);
  }

  names(): string[] {
    return this.resources.map((r) => r.name);
  }

  ofType(type: string): Registered[] {
    return this.resources.filter((r) => r.type === type);
  }

  /** Whether `name` is made after `other` and deleted before it: by dependency, parent or provider, over any steps. */
  waitsFor(name: string, other: string): boolean {
    const target = this.named(other).urn;
    const seen = new Set<string>();
    const open = [this.named(name).urn];
    for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
      if (urn === target) return true;
      if (seen.has(urn)) continue;
      seen.add(urn);
      const r = this.byUrn.get(urn);
      if (r !== undefined)
        open.push(...r.dependencies, r.provider, ...(r.parent === undefined ? [] : [r.parent]));
    }
    return false;
  }

  /** Kubernetes objects, unmasked, in order of creation. */
  objects(): KubeObject[] {
    return registeredObjects(this.resources, "unmasked").map((o) => o.object);
  }
}

/** Runs the whole stack program offline. Config keys without the project's name. */
export async function stackGraph(
  config: Readonly<Record<string, unknown>>,
  options: Partial<OfflineOptions> = {},
): Promise<Graph> {
  const stack = options.stack ?? "test";
  const raw = rawConfig(config);
  const run = await runOffline({ ...options, stack, raw }, () => program({ stack, raw, offline: true }));
  return new Graph(run.resources, run.outputs);
}

/** Config as the engine hands it over. */
export function rawConfig(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([k, v]) => [
      k.includes(":") ? k : `${PROJECT}:${k}`,
      typeof v === "string" ? v : JSON.stringify(v),
    ]),
  );
}

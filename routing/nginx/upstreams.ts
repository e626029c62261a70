import type { Strategy } from "../canary/canary";
import { CATCH_ALL, type Backend, type Ingress } from "./ingresses";
import type { Server, Upstream, UpstreamCanary } from "./model";

/** Name of an upstream: two paths with the same one share it, and with it the canary. */
export const upstreamKey = (u: Upstream): string => `${u.namespace}-${u.service}-${u.port}`;

type Lost = { ingress: string; what: string }[];

/** Upstreams, each as the first Ingress that names it makes it (createUpstreams). */
export class Upstreams {
  private readonly all = new Map<string, { upstream: Upstream; canary?: Strategy }>();

  constructor(ingresses: readonly Ingress[]) {
    for (const ing of ingresses) {
      if (ing.defaultBackend !== undefined) this.make(ing, ing.defaultBackend, true);
      for (const rule of ing.rules)
        for (const path of rule.paths ?? [])
          if (path.backend !== undefined) this.make(ing, path.backend, false);
    }
  }

  private make(ing: Ingress, backend: Backend, again: boolean): void {
    const upstream = { namespace: ing.namespace, ...backend };
    const key = upstreamKey(upstream);
    // A default backend makes its upstream anew.
    if (this.all.has(key) && !again) return;
    const { canary } = ing.settings;
    this.all.set(key, { upstream, ...(canary === undefined ? {} : { canary }) });
  }

  /** Whether it was made by a canary: such an upstream gets no location. */
  isCanaryOnly(u: Upstream): boolean {
    return this.all.get(upstreamKey(u))?.canary !== undefined;
  }

  /** Joins canaries to the upstreams of locations with their host, path and type. */
  mergeCanaries(
    ingresses: readonly Ingress[],
    servers: ReadonlyMap<string, Server>,
    lost: Lost,
  ): Map<string, UpstreamCanary> {
    const merged = new Map<string, UpstreamCanary>();
    const canaries = ingresses.filter((i) => i.settings.canary !== undefined);
    if (canaries.length === ingresses.length) return merged;
    for (const ing of canaries) {
      if (ing.defaultBackend !== undefined)
        this.merge(ing, ing.defaultBackend, servers.get(CATCH_ALL), undefined, merged, lost);
      for (const rule of ing.rules)
        for (const path of rule.paths ?? [])
          if (path.backend !== undefined)
            this.merge(ing, path.backend, servers.get(rule.host), path, merged, lost);
    }
    return merged;
  }

  private merge(
    ing: Ingress,
    backend: Backend,
    server: Server | undefined,
    path: { path: string; type: string } | undefined,
    merged: Map<string, UpstreamCanary>,
    lost: Lost,
  ): void {
    const upstream = { namespace: ing.namespace, ...backend };
    const key = upstreamKey(upstream);
    const alternative = this.all.get(key);
    const where = `${server?.host ?? "its host"}${path?.path ?? ""}`;
    const drop = (why: string) => lost.push({ ingress: ing.key, what: `canary on ${where} ${why}` });
    if (alternative === undefined) return;
    if (server === undefined) {
      drop("has no primary: no other Ingress has the host");
      return;
    }
    let joined = false;
    for (const l of server.locations) {
      if (l.upstream === undefined) continue;
      const primary = upstreamKey(l.upstream);
      if (primary === key) {
        drop(`leads to the Service that ${l.path} leads to already`);
        return;
      }
      const same = path === undefined || (l.path === path.path && l.type === path.type);
      if (!same || this.isCanaryOnly(l.upstream)) continue;
      joined = true;
      // Without a policy of its own (the Service was used elsewhere first) it never gets a request.
      const strategy = alternative.canary ?? {};
      if (!merged.has(primary)) merged.set(primary, { upstream, strategy, ingress: ing.key });
      else if (merged.get(primary)?.ingress !== ing.key)
        drop(
          `comes after the canary of ${merged.get(primary)?.ingress ?? ""} on the same Service; nginx takes one`,
        );
    }
    if (joined) return;
    drop("has no primary: no path with its host, path and type");
    this.all.delete(key);
  }
}

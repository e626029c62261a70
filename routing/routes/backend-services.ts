import type { KubeObject } from "../../kube/objects";
import type { Backend } from "./routes";

interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
}

/** Services among plain objects, by namespace and name. */
export class ServiceIndex {
  private readonly services = new Map<string, ServicePort[]>();

  constructor(objects: readonly KubeObject[]) {
    for (const o of objects) {
      if (o.kind !== "Service") continue;
      const spec = o["spec"] as { ports?: ServicePort[] } | undefined;
      this.services.set(`${o.metadata.namespace ?? ""}/${o.metadata.name}`, spec?.ports ?? []);
    }
  }

  /** Why a backend does not exist, or undefined. */
  lacks(namespace: string, backend: Backend): { message: string; fix: string } | undefined {
    const ports = this.services.get(`${namespace}/${backend.service}`);
    if (ports === undefined) {
      const there = [...this.services.keys()]
        .filter((k) => k.startsWith(`${namespace}/`))
        .map((k) => k.slice(namespace.length + 1));
      const fix = there.length === 0 ? "add the Service" : `Services there: ${there.join(", ")}`;
      return { message: `there is no Service ${backend.service} in namespace ${namespace}`, fix };
    }
    if (ports.some((p) => p.port === backend.port || (p.name !== undefined && p.name === backend.port)))
      return undefined;
    const known = ports.map((p) => (p.name === undefined ? `${p.port}` : `${p.port} (${p.name})`)).join(", ");
    return {
      message: `Service ${backend.service} has no port ${backend.port}`,
      fix: `its ports: ${known || "none"}`,
    };
  }
}

import type { KubeObject } from "../kube/objects";

/** Services by `namespace/name`, and what is known of their ports. */
export class Services {
  private readonly byKey = new Map<string, Spec>();
  /** Without any Service among the objects nothing is known, and all are taken to exist. */
  readonly known: boolean;

  constructor(objects: readonly KubeObject[]) {
    for (const o of objects)
      if (o.kind === "Service")
        this.byKey.set(`${o.metadata.namespace ?? "default"}/${o.metadata.name}`, o["spec"] ?? {});
    this.known = this.byKey.size > 0;
  }

  has(namespace: string, name: string): boolean {
    return !this.known || this.byKey.has(`${namespace}/${name}`);
  }

  /** The name outside that an ExternalName Service stands for. */
  externalName(namespace: string, name: string): string | undefined {
    const spec = this.byKey.get(`${namespace}/${name}`);
    return spec?.type === "ExternalName" ? (spec.externalName ?? "") : undefined;
  }

  /** Whether it takes TCP at the port number: what a route's backendRef names. */
  hasPort(namespace: string, name: string, port: number): boolean {
    const spec = this.byKey.get(`${namespace}/${name}`);
    return !this.known || (spec?.ports ?? []).some((p) => p.port === port && (p.protocol ?? "TCP") === "TCP");
  }

  /** `port 80 (http), port 443`. */
  portsText(namespace: string, name: string): string {
    const ports = this.byKey.get(`${namespace}/${name}`)?.ports ?? [];
    if (ports.length === 0) return "no ports";
    return ports.map((p) => `port ${p.port}${p.name === undefined ? "" : ` (${p.name})`}`).join(", ");
  }

  /** The name of the port that an Ingress means, where the Service has others beside it. */
  nameAmongOthers(namespace: string, name: string, port: number | string): string | undefined {
    const ports = this.byKey.get(`${namespace}/${name}`)?.ports ?? [];
    const number = this.portOf(namespace, name, port);
    return ports.length < 2 ? undefined : ports.find((p) => p.port === number)?.name;
  }

  /** `appProtocol` of the port that an Ingress means. */
  appProtocol(namespace: string, name: string, port: number | string): string | undefined {
    const number = this.portOf(namespace, name, port);
    return this.byKey.get(`${namespace}/${name}`)?.ports?.find((p) => p.port === number)?.appProtocol;
  }

  /** The number of the Service's first port. */
  firstPort(namespace: string, name: string): number | undefined {
    return this.byKey.get(`${namespace}/${name}`)?.ports?.[0]?.port;
  }

  /**
   * The Service port that an Ingress means, as the controller looks for it: by number, by target port or by name
   * (serviceEndpoints); undefined where there is none that takes TCP.
   */
  portOf(namespace: string, name: string, port: number | string): number | undefined {
    const spec = this.byKey.get(`${namespace}/${name}`);
    if (spec === undefined) return !this.known && Number(port) > 0 ? Number(port) : undefined;
    const wish = String(port);
    const found = (spec.ports ?? []).find(
      (p) => String(p.port) === wish || String(p.targetPort ?? p.port) === wish || p.name === wish,
    );
    if (found !== undefined) return (found.protocol ?? "TCP") === "TCP" ? found.port : undefined;
    // An ExternalName Service needs no ports.
    return spec.type === "ExternalName" && Number(port) > 0 ? Number(port) : undefined;
  }
}

interface Spec {
  type?: string;
  externalName?: string;
  ports?: {
    port: number;
    name?: string;
    targetPort?: number | string;
    protocol?: string;
    appProtocol?: string;
  }[];
}

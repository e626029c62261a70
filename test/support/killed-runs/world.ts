import { createHash } from "node:crypto";
import { ApiError, type ClusterApi } from "../../../cli/cluster/api-client";
import type { AwsCli } from "../../../cli/engine/aws-leftovers";
import { encoded } from "../../../cli/engine/helm-releases";
import type { Machine } from "../../../cli/engine/machine";
import { madeBy, type MachineObject } from "../../../components/kind/machine-objects";
import type { KubeObject } from "../../../kube/objects";

type Inputs = Readonly<Record<string, unknown>>;

/** Something at AWS: `ids` are all by which it can be read, the first is its own. */
interface AwsItem {
  type: string;
  ids: string[];
  inputs: Inputs;
}

/**
 * What stands outside the state: objects in a cluster with Helm's records, resources at AWS, and what Docker has. It
 * refuses what the real ones refuse, in their words.
 */
export class OutsideWorld {
  readonly objects = new Map<string, KubeObject>();
  readonly aws: AwsItem[] = [];
  machine: MachineObject[] = [];
  /** The clock of the cluster; what a run makes is younger than its journal, which has the real time. */
  now = Date.now();
  #count = 0;

  constructor(
    readonly stack: string,
    /** Kinds that the cluster serves, with whether they stand in namespaces. */
    private readonly kinds: ReadonlyMap<string, boolean>,
  ) {}

  /** Everything that a stack's resources have made; what the cluster had before is not among it. */
  made(): string[] {
    return [
      ...[...this.objects].filter(([, o]) => isPulumis(o) || o.kind === "Secret").map(([key]) => key),
      ...this.aws.filter((i) => !REPEATABLE.test(i.type)).map((i) => `${i.type} ${i.ids[0] ?? ""}`),
      ...this.machine.map((o) => `${o.kind} ${o.name}`),
    ];
  }

  /** Makes a resource, as its provider does. @param half so that it was cut off in the middle */
  create(type: string, inputs: Inputs, half = false): string {
    if (type === "kubernetes:helm.sh/v3:Release") return this.install(inputs, half);
    if (type.startsWith("kubernetes:")) return this.createObject(type, inputs);
    if (type.startsWith("aws:")) return this.createAtAws(type, inputs);
    const made = madeBy({ type, inputs });
    if (made !== undefined) {
      if (this.machine.some((o) => o.kind === made.kind && o.name === made.name))
        throw new Error(`${made.kind} ${made.name} already exists`);
      this.machine.push(made);
    }
    return `id-${++this.#count}`;
  }

  /** Finishes what was adopted, or failed to come up. */
  update(type: string, inputs: Inputs, id: string): void {
    if (type === "kubernetes:helm.sh/v3:Release") {
      const [namespace = "", name = ""] = id.split("/");
      const record = this.objects.get(releaseKey(namespace, name));
      const status = record?.metadata.labels?.["status"];
      if (status === undefined) throw new Error(`release: not found`);
      if (status.startsWith("pending-"))
        throw new Error("another operation (install/upgrade/rollback) is in progress");
      this.record(namespace, name, "deployed", inputs);
    } else if (type.startsWith("kubernetes:")) {
      if (!this.objects.has(keyOf(inputs as unknown as KubeObject))) throw new Error(`${id} not found`);
    } else if (type.startsWith("aws:") && this.find(type, id) === undefined)
      throw new Error(`${id} not found`);
  }

  remove(type: string, inputs: Inputs, id: string): void {
    if (type === "kubernetes:helm.sh/v3:Release")
      this.objects.delete(releaseKey(...(id.split("/") as [string, string])));
    else if (type.endsWith("Patch")) {
      const o = this.objects.get(keyOf(inputs as unknown as KubeObject));
      if (o !== undefined) o.metadata["managedFields"] = [];
    } else if (type.startsWith("kubernetes:")) this.objects.delete(keyOf(inputs as unknown as KubeObject));
    else if (type.startsWith("aws:")) {
      const at = this.aws.findIndex((i) => i.type === type && i.ids.includes(id));
      if (at !== -1) this.aws.splice(at, 1);
    } else {
      const made = madeBy({ type, inputs });
      this.machine = this.machine.filter((o) => o.kind !== made?.kind || o.name !== made.name);
    }
  }

  /** What a provider reads by an id: the resource's own id, or undefined where it is not there. */
  read(type: string, id: string): string | undefined {
    return this.find(type, id)?.ids[0];
  }

  private find(type: string, id: string): AwsItem | undefined {
    return this.aws.find((i) => i.type === type && i.ids.includes(id));
  }

  private createObject(type: string, inputs: Inputs): string {
    const o = structuredClone(inputs) as unknown as KubeObject;
    const key = keyOf(o);
    const { name, namespace } = o.metadata;
    const id = namespace === undefined ? name : `${namespace}/${name}`;
    const manager = o.metadata.annotations?.["pulumi.com/patchFieldManager"];
    const live = this.objects.get(key);
    if (type.endsWith("Patch")) {
      const base = live ?? { ...o, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
      base.metadata["managedFields"] = [{ manager, operation: "Apply" }];
      this.objects.set(key, base);
      return id;
    }
    if (live !== undefined) throw new Error(`${o.kind} "${name}" already exists`);
    o.metadata["managedFields"] = [{ manager: "pulumi-kubernetes", operation: "Update" }];
    o.metadata["creationTimestamp"] = new Date(this.now).toISOString();
    this.objects.set(key, o);
    return id;
  }

  private install(inputs: Inputs, half: boolean): string {
    const [namespace, name] = [String(inputs["namespace"]), String(inputs["name"])];
    if (this.objects.has(releaseKey(namespace, name)))
      throw new Error("cannot re-use a name that is still in use");
    this.record(namespace, name, half ? "pending-install" : "deployed", inputs);
    return `${namespace}/${name}`;
  }

  private record(namespace: string, name: string, status: string, inputs: Inputs): void {
    const first = new Date(this.now).toISOString();
    const payload = { info: { status, first_deployed: first }, config: inputs["values"] ?? {} };
    const metadata = { name: `sh.helm.release.v1.${name}.v1`, namespace };
    this.objects.set(releaseKey(namespace, name), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, labels: { owner: "helm", name, status, version: "1" } },
      data: { release: encoded(payload) },
    });
  }

  private createAtAws(type: string, inputs: Inputs): string {
    const text = (key: string): string => (inputs[key] ?? "") as string;
    const own = `${type.replace(/^.*:/, "").toLowerCase()}-${++this.#count}`;
    const fixed = FIXED[type]?.(text);
    if (fixed !== undefined && this.find(type, fixed) !== undefined)
      throw new Error(`${type.replace(/^.*:/, "")} ${fixed} already exists`);
    const ids = fixed === undefined ? [own] : [fixed];
    if (type === "aws:eks/podIdentityAssociation:PodIdentityAssociation") {
      if (this.aws.some((i) => i.type === type)) throw new Error("association already exists");
      ids.push(`${text("clusterName")},${own}`);
    }
    this.aws.push({ type, ids, inputs });
    return ids[0] ?? own;
  }

  /** The cluster's API server, as far as recovery asks it. */
  clusterApi(): ClusterApi {
    const gone = (): never => {
      throw new ApiError(404, "not found");
    };
    return {
      kubeconfig: undefined as never,
      get: (path) => {
        const root = /^\/(?:api|apis\/[^/]+)\/[^/]+$/.exec(path);
        if (root !== null)
          return Promise.resolve({ resources: this.resourcesOf(path) } as unknown as KubeObject);
        const found = [...this.objects.values()].find((o) => pathOf(o) === path);
        return Promise.resolve().then(() => (found === undefined ? gone() : structuredClone(found)));
      },
      list: (path, query = {}) => {
        const labels = (query["labelSelector"] ?? "").split(",").map((l) => l.split("="));
        const all = [...this.objects.values()].filter(
          (o) =>
            pathOf(o).startsWith(`${path}/`) &&
            labels.every(([key = "", value]) => o.metadata.labels?.[key] === value),
        );
        return Promise.resolve(structuredClone(all));
      },
      replace: (path, object) => {
        const [key] = [...this.objects].find(([, o]) => pathOf(o) === path) ?? gone();
        this.objects.set(key, structuredClone(object));
        return Promise.resolve();
      },
      create: gone,
      apply: gone,
      remove: gone,
    };
  }

  private resourcesOf(root: string): { name: string; kind: string; namespaced: boolean }[] {
    const version = root.replace(/^\/apis?\//, "");
    return [...this.kinds]
      .filter(([key]) => key.startsWith(`${version} `))
      .map(([key, namespaced]) => {
        const kind = key.slice(version.length + 1);
        return { name: pluralOf(kind), kind, namespaced };
      });
  }

  /** The AWS CLI, as far as recovery calls it. */
  awsCli(): AwsCli {
    const of = (type: string): AwsItem[] => this.aws.filter((i) => i.type === type);
    const id = (i: AwsItem): string => i.ids[0] ?? "";
    return (...args) => {
      const [service = "", command = "", ...rest] = args;
      switch (`${service} ${command}`) {
        case "ec2 describe-tags": {
          const key = rest.some((r) => r.includes("Values=labs:stack")) ? "labs:stack" : "Name";
          const tagged = this.aws.filter((i) => EC2[i.type] !== undefined);
          const value = (i: AwsItem): string =>
            key === "Name" ? String((i.inputs["tags"] as Inputs | undefined)?.["Name"]) : this.stack;
          return Promise.resolve({
            Tags: tagged.map((i) => ({ ResourceId: id(i), ResourceType: EC2[i.type], Value: value(i) })),
          });
        }
        case "ec2 describe-nat-gateways":
          return Promise.resolve({
            NatGateways: of("aws:ec2/natGateway:NatGateway").map((i) => ({
              NatGatewayId: id(i),
              State: "available",
            })),
          });
        case "ec2 describe-launch-templates":
          return Promise.resolve({
            LaunchTemplates: of("aws:ec2/launchTemplate:LaunchTemplate")
              .filter((i) => rest.includes(`Name=launch-template-name,Values=${String(i.inputs["name"])}`))
              .map((i) => ({ LaunchTemplateId: id(i) })),
          });
        case "ec2 describe-vpcs":
          return Promise.resolve({
            Vpcs: [
              {
                CidrBlockAssociationSet: of(
                  "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
                ).map((i) => ({ AssociationId: id(i), CidrBlock: i.inputs["cidrBlock"] })),
              },
            ],
          });
        case "iam list-open-id-connect-providers":
          return Promise.resolve({
            OpenIDConnectProviderList: of("aws:iam/openIdConnectProvider:OpenIdConnectProvider").map((i) => ({
              Arn: id(i),
            })),
          });
        case "eks list-pod-identity-associations":
          return Promise.resolve({
            associations: of("aws:eks/podIdentityAssociation:PodIdentityAssociation").map((i) => ({
              associationId: id(i),
            })),
          });
        default:
          return Promise.reject(new Error(`aws ${service} ${command} is not played here`));
      }
    };
  }

  thisMachine(): Machine {
    const has = (o: MachineObject): boolean =>
      this.machine.some((m) => m.kind === o.kind && m.name === o.name);
    return {
      name: "laptop",
      host: "laptop",
      has: (objects) => Promise.resolve(objects.filter(has)),
      remove: (object) => {
        this.machine = this.machine.filter((m) => m.kind !== object.kind || m.name !== object.name);
        // Its objects are inside.
        if (object.kind === "cluster") this.objects.clear();
        return Promise.resolve();
      },
      apiPort: () => Promise.resolve(undefined),
      alive: () => false,
    };
  }
}

/** They go with what they are on. */
const REPEATABLE = /\/tag:Tag$/;

const EC2: Readonly<Record<string, string>> = {
  "aws:ec2/vpc:Vpc": "vpc",
  "aws:ec2/subnet:Subnet": "subnet",
  "aws:ec2/internetGateway:InternetGateway": "internet-gateway",
  "aws:ec2/natGateway:NatGateway": "natgateway",
  "aws:ec2/eip:Eip": "elastic-ip",
  "aws:ec2/routeTable:RouteTable": "route-table",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc-endpoint",
};

/** What there can be only once, and under which id it is read. */
const FIXED: Readonly<Record<string, (text: (key: string) => string) => string>> = {
  "aws:iam/role:Role": (t) => t("name"),
  "aws:iam/rolePolicy:RolePolicy": (t) => `${t("role")}:${t("name")}`,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (t) => `${t("role")}/${t("policyArn")}`,
  "aws:cloudwatch/logGroup:LogGroup": (t) => t("name"),
  "aws:eks/nodeGroup:NodeGroup": (t) => `${t("clusterName")}:${t("nodeGroupName")}`,
  "aws:eks/addon:Addon": (t) => `${t("clusterName")}:${t("addonName")}`,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": (t) => `${t("subnetId")}/${t("routeTableId")}`,
  "aws:ec2/route:Route": (t) => `${t("routeTableId")}_${t("destinationCidrBlock")}`,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (t) =>
    `arn:aws:iam::1:oidc-provider/${t("url").replace(/^https:\/\//, "")}`,
};

const isPulumis = (o: KubeObject): boolean =>
  ((o.metadata["managedFields"] ?? []) as { manager?: string }[]).some(
    (m) => m.manager?.startsWith("pulumi-") === true,
  );

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;
const keyOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
const releaseKey = (namespace: string, name: string): string =>
  `v1 Secret ${namespace}/sh.helm.release.v1.${name}.v1`;
const pathOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}${metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`}/${pluralOf(kind)}/${metadata.name}`;

/** A name that the engine chooses, another one at each attempt. */
export const autoname = (logical: string, attempt: number): string =>
  `${logical}-${createHash("sha256").update(`${logical} ${attempt}`).digest("hex").slice(0, 7)}`;

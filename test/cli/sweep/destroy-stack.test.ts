import type { ClusterApi } from "../../../cli/cluster/api-client";
import { EngineError, type StackState } from "../../../cli/engine/engine";
import type { EngineSession } from "../../../cli/engine/session";
import { destroyStack } from "../../../cli/sweep/destroy-stack";
import type { KubeObject } from "../../../kube/objects";

const service = (name: string, type = "LoadBalancer", labels = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "ada", labels },
  spec: { type },
});
const resource = (type: string, inputs: object, id?: string) => ({
  urn: type,
  type,
  real: true,
  inputs: inputs as Record<string, unknown>,
  ...(id === undefined ? {} : { id }),
});
const provider = resource("pulumi:providers:aws", {
  region: "eu-west-1",
  defaultTags: JSON.stringify({ tags: { "labs:cluster": "labs-eks" } }),
});
const EKS: StackState = {
  resources: [provider, resource("kubernetes:core/v1:Service", {}, "ada/own")],
  pending: [],
};

/** A session in which AWS refuses to delete the VPC while a load balancer is there. */
function session(services: KubeObject[] | Error, balancer?: string) {
  let balancers = balancer === undefined ? [] : [balancer];
  const did: string[] = [];
  const api = {
    list: () => (services instanceof Error ? Promise.reject(services) : Promise.resolve([...services])),
    remove: (path: string) => {
      did.push(`DELETE ${path}`);
      (services as KubeObject[]).splice(
        (services as KubeObject[]).findIndex((s) => path.endsWith(`/${s.metadata.name}`)),
        1,
      );
      return Promise.resolve();
    },
  } as unknown as ClusterApi;
  const engine = {
    assertIdle: () => Promise.resolve(),
    kubeconfigs: () => Promise.resolve(new Map([["urn", "kubeconfig"]])),
    destroy: () => {
      did.push("destroy");
      return balancers.length === 0
        ? Promise.resolve()
        : Promise.reject(new EngineError("failed", "DependencyViolation"));
    },
  };
  const aws = (place: { region?: string | undefined }) => (service_: string, command: string) => {
    if (command.startsWith("delete")) {
      did.push(`${command} in ${String(place.region)}`);
      balancers = [];
    }
    const arn = (name: string) => `arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/${name}/1`;
    const tags = [{ Key: "elbv2.k8s.aws/cluster", Value: "labs-eks" }];
    const answers: Record<string, unknown> = {
      "ec2 describe-vpcs": {
        Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "labs:cluster", Value: "labs-eks" }] }],
      },
      "elbv2 describe-load-balancers": {
        LoadBalancers: balancers.map((name) => ({ LoadBalancerArn: arn(name), Type: "network" })),
      },
      "elbv2 describe-tags": {
        TagDescriptions: balancers.map((name) => ({ ResourceArn: arn(name), Tags: tags })),
      },
    };
    return Promise.resolve(answers[`${service_} ${command}`] ?? {});
  };
  return { did, session: { engine, clusterApi: () => api, awsCli: aws } as unknown as EngineSession };
}
let now = 0;
const clock = { now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };
const options = { cancel: new AbortController().signal, kill: new AbortController().signal };
async function destroyed(state: StackState, given: ReturnType<typeof session>): Promise<string[]> {
  await destroyStack(given.session, "eks", state, options, () => undefined, clock);
  return given.did;
}

test("Services of others go first; the stack's own, a chart's, and those without a load balancer do not", async () => {
  const chart = { "app.kubernetes.io/managed-by": "Helm" };
  const all = [
    service("own"),
    service("ingress", "LoadBalancer", chart),
    service("web", "ClusterIP"),
    service("adas"),
  ];
  expect(await destroyed(EKS, session(all))).toEqual([
    "DELETE /api/v1/namespaces/ada/services/adas",
    "destroy",
  ]);
});

test("what AWS has all the same is found by the cluster's tag when it has refused, and then destroy goes on", async () => {
  const silent = session(new Error("no answer"), "adas");
  expect(await destroyed(EKS, silent)).toEqual(["destroy", "delete-load-balancer in eu-west-1", "destroy"]);
});

test("a failure of something else stays one, and other targets are not asked", async () => {
  const broken = session([]);
  broken.session.engine.destroy = () => Promise.reject(new EngineError("failed", "AccessDenied"));
  await expect(destroyed(EKS, broken)).rejects.toThrow("AccessDenied");
  const kind = session(new Error("must not be asked"));
  expect(await destroyed({ resources: [], pending: [] }, kind)).toEqual(["destroy"]);
});

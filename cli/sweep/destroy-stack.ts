import { TAG_CLUSTER } from "../../components/aws/plan/aws-tags";
import type { KubeObject } from "../../kube/objects";
import { reasonOf } from "../../kube/problems";
import { realClock, type Clock } from "../clock";
import type { ClusterApi } from "../cluster/api-client";
import { core } from "../cluster/api-paths";
import { EngineError, type OperationOptions, type StackState } from "../engine/engine";
import type { EngineSession } from "../engine/session";
import { awsCall } from "./aws-call";
import { deleteInTheWay } from "./sweep-aws";

/** How long a controller may take to delete a load balancer. */
const PATIENCE = 5 * 60_000;

interface EksOfStack {
  cluster: string;
  region: string | undefined;
  profile: string | undefined;
}

/**
 * Destroys a stack. On EKS a Service of somebody's may have had AWS make a load balancer, of which the state knows nothing
 * and which holds the VPC: such Services go first, while what serves them lives; and what is there all the same is found
 * by the cluster's tag when AWS has refused.
 */
export async function destroyStack(
  session: EngineSession,
  stack: string,
  state: StackState,
  options: OperationOptions,
  say: (line: string) => void,
  clock: Clock = realClock,
): Promise<void> {
  const { engine } = session;
  const eks = eksOf(state);
  if (eks === undefined) {
    await engine.destroy(stack, options);
    return;
  }
  // Somebody's running update would miss them.
  await engine.assertIdle(stack);
  await removeServices(session, stack, state, say, clock);
  try {
    await engine.destroy(stack, options);
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== "failed") throw error;
    const { cluster, ...place } = eks;
    const aws = awsCall(session.awsCli(place));
    const clusters = new Set([cluster]);
    const { deleted } = await deleteInTheWay({ aws, region: place.region ?? "", clusters, say, clock }).catch(
      () => ({ deleted: [] }),
    );
    if (deleted.length === 0) throw error;
    say(`Deleted what held the network of ${stack}: ${deleted.map((f) => `${f.kind} ${f.id}`).join(", ")}.`);
    await engine.destroy(stack, options);
  }
}

/** The EKS cluster of a stack, and where it is, by its provider: that stays to the end, and tags all that it makes. */
export function eksOf({ resources }: StackState): EksOfStack | undefined {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const { region, profile, defaultTags } =
    resources.find((r) => r.type === "pulumi:providers:aws")?.inputs ?? {};
  // A provider's inputs are text, or as the program gave them.
  const given = (typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags) as
    { tags?: Record<string, unknown> } | undefined;
  const cluster = text(given?.tags?.[TAG_CLUSTER]);
  return cluster === undefined ? undefined : { cluster, region: text(region), profile: text(profile) };
}

async function removeServices(
  { engine, clusterApi }: EngineSession,
  stack: string,
  state: StackState,
  say: (line: string) => void,
  clock: Clock,
): Promise<void> {
  const own = new Set(
    state.resources.flatMap((r) => (r.type === "kubernetes:core/v1:Service" ? (r.id ?? []) : [])),
  );
  const [kubeconfig] = (await engine.kubeconfigs(stack)).values();
  if (kubeconfig === undefined) return;
  try {
    const api = clusterApi(kubeconfig);
    const foreign = (await balanced(api)).filter((s) => !own.has(title(s)) && !isHelms(s));
    if (foreign.length === 0) return;
    say(
      `Services with load balancers that this stack did not make go first: ${foreign.map(title).join(", ")}.`,
    );
    for (const { metadata } of foreign) await api.remove(core(metadata.namespace, "services", metadata.name));
    const end = clock.now() + PATIENCE;
    const names = new Set(foreign.map(title));
    while ((await balanced(api)).some((s) => names.has(title(s))) && clock.now() < end)
      await clock.sleep(5000);
  } catch (error) {
    say(`The cluster does not answer, so Services of others stay: ${reasonOf(error).split("\n")[0] ?? ""}.`);
  }
}

const balanced = async (api: ClusterApi): Promise<KubeObject[]> =>
  (await api.list("/api/v1/services")).filter(
    (s) => (s["spec"] as { type?: string } | undefined)?.type === "LoadBalancer",
  );

const title = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

/** A release of the stack deletes its own. */
const isHelms = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.["app.kubernetes.io/managed-by"] === "Helm";

import { fatesOf } from "../../../cli/engine/interrupted-operations";
import { NoAnswer } from "../../../cli/cluster/api-client";
import type { PendingOperation, StackState } from "../../../cli/engine/engine";
import type { KubeObject } from "../../../kube/objects";
import { runRecoverably } from "../../../cli/engine/recovery";
import { PlayedEngine } from "../../support/killed-runs/played-engine";
import { OutsideWorld } from "../../support/killed-runs/world";
import { Graph } from "../../support/graph";

const BEGAN = Date.UTC(2026, 10, 26, 9);
const web: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { ports: [{ port: 80 }] },
};
const PROVIDER = "urn:pulumi:mine::p::pulumi:providers:kubernetes::k";
const begun = (o: object, type = "kubernetes:core/v1:Service", provider = PROVIDER): PendingOperation => ({
  urn: `urn:pulumi:mine::p::${type}::web`,
  type,
  operation: "creating",
  inputs: o as Record<string, unknown>,
  provider,
});

/** Fates in a world that has an object as somebody made it. */
async function fates(
  op: PendingOperation,
  live: KubeObject | undefined,
  { beganIsKnown = true, gone = false }: { beganIsKnown?: boolean; gone?: boolean } = {},
) {
  const world = new OutsideWorld("mine", new Map([["v1 Service", true]]));
  if (live !== undefined) world.objects.set("it", live);
  const engine = new PlayedEngine(new Graph([], {}), world);
  engine.state.deployment.resources = [{ urn: PROVIDER, type: "pulumi:providers:kubernetes", custom: true }];
  const state: StackState = { resources: [], pending: [op] };
  return fatesOf(engine.session(), "mine", state, {
    clusterGone: gone,
    began: beganIsKnown ? BEGAN : undefined,
  });
}

const live = (manager: string, made: number, more: object = {}): KubeObject => ({
  ...web,
  ...more,
  metadata: {
    ...web.metadata,
    creationTimestamp: new Date(made).toISOString(),
    managedFields: [{ manager, operation: "Update" }],
  },
});

test("what the cut off run has made is adopted, with what the provider needs of it", async () => {
  expect(await fates(begun(web), live("pulumi-kubernetes", BEGAN + 1000))).toMatchObject({
    adopted: [
      {
        id: "shop/web",
        outputs: { ...web, __inputs: web, __initialApiVersion: "v1" },
      },
    ],
    done: [],
  });
});

test.each([
  ["kubectl made", live("kubectl-create", BEGAN + 1000)],
  ["another stack made long before", live("pulumi-kubernetes", BEGAN - 3_600_000)],
])("what %s is left alone, and named", async (_, object) => {
  expect(await fates(begun(web), object)).toMatchObject({ adopted: [], foreign: ["Service shop/web"] });
});

test("where nobody knows when the run began, all that was asked for must stand there", async () => {
  const old = BEGAN - 3_600_000;
  const unknown = { beganIsKnown: false };
  const as = (spec: object) => live("pulumi-kubernetes", old, { spec });
  const defaulted = { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP" }] };
  expect((await fates(begun(web), as(defaulted), unknown)).adopted).toHaveLength(1);
  expect((await fates(begun(web), as({ ports: [{ port: 81 }] }), unknown)).foreign).toHaveLength(1);
});

test("what is not there, or went with its cluster, or had no provider yet, is simply made", async () => {
  const made = live("pulumi-kubernetes", BEGAN);
  for (const found of [
    await fates(begun(web), undefined),
    await fates(begun(web), made, { gone: true }),
    await fates(begun(web, undefined, "urn:pulumi:mine::p::pulumi:providers:kubernetes::other"), made),
    await fates(begun({ ...web, apiVersion: "v9", kind: "Unheard" }), made),
  ])
    expect(found).toMatchObject({ done: [expect.any(String)], adopted: [], foreign: [], unclear: [] });
});

test("an API server that does not answer leaves it open", async () => {
  const engine = new PlayedEngine(new Graph([], {}), new OutsideWorld("mine", new Map()));
  engine.state.deployment.resources = [{ urn: PROVIDER, type: "pulumi:providers:kubernetes", custom: true }];
  const silent = () => Promise.reject(new NoAnswer("server:6443: no answer in 15 s"));
  const session = { ...engine.session(), clusterApi: () => ({ get: silent, list: silent }) as never };
  const state: StackState = { resources: [], pending: [begun(web)] };
  expect(await fatesOf(session, "mine", state, { clusterGone: false, began: BEGAN })).toMatchObject({
    done: [],
    unclear: [{ why: "server:6443: no answer in 15 s" }],
  });
});

test("what nobody can look up stays known through an import of the state, which forgets all that is pending", async () => {
  const world = new OutsideWorld("mine", new Map());
  const engine = new PlayedEngine(new Graph([], {}), world);
  const op = { urn: "urn:pulumi:mine::p::aws:odd/thing:Thing::it", type: "aws:odd/thing:Thing" };
  const done = { urn: "urn:pulumi:mine::p::command:local:Command::c", type: "command:local:Command" };
  engine.state.deployment.pending_operations = [
    { resource: op, type: "creating" },
    { resource: done, type: "creating" },
  ];
  const said: string[] = [];
  const { session } = { session: engine.session() };
  const run = {
    session,
    stack: "mine",
    lostCluster: "replace",
    say: (line: string) => void said.push(line),
    kill: new AbortController().signal,
  } as const;
  await runRecoverably(run, () => Promise.resolve());
  expect(engine.state.deployment.pending_operations).toEqual([]);
  expect((await session.engine.state("mine")).pending.map((p) => [p.urn, p.type])).toEqual([
    [op.urn, op.type],
  ]);
  expect(said).toEqual([
    "Not known whether it was made: nothing here looks up aws:odd/thing:Thing. Look for it.",
  ]);
  await session.engine.settle("mine", { done: [op.urn], adopted: [] });
  expect((await session.engine.state("mine")).pending).toEqual([]);
  expect(engine.tags.size).toBe(0);
});

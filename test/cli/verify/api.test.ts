import { ApiError, NoAnswer, openApi, type ClusterApi } from "../../../cli/cluster/api-client";
import type { KubeObject } from "../../../kube/objects";
import { FakeClock } from "./fake/clock";
import { FakeCluster, type Answer } from "./fake/server";

let cluster: FakeCluster;
let clock: FakeClock;
beforeEach(async () => {
  cluster = await FakeCluster.start();
  clock = new FakeClock();
});
afterEach(() => cluster.stop());

const open = (timeoutMs = 5000): ClusterApi => openApi(cluster.kubeconfig(), { timeoutMs, clock });
const pod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "a", name },
});
const PODS = "/api/v1/namespaces/a/pods";

/** Answers in this order, then as usual. */
function first(...answers: Answer[]): void {
  cluster.answer = () => answers.shift();
}

test("items of a list know what they are", async () => {
  cluster.add(pod("x"));
  expect(await open().list(PODS)).toMatchObject([{ apiVersion: "v1", kind: "Pod", metadata: { name: "x" } }]);
});

test("a list comes in pages", async () => {
  first(
    [
      200,
      {
        kind: "PodList",
        apiVersion: "v1",
        metadata: { continue: "more" },
        items: [{ metadata: { name: "1" } }],
      },
    ],
    [200, { kind: "PodList", apiVersion: "v1", metadata: {}, items: [{ metadata: { name: "2" } }] }],
  );
  expect((await open().list(PODS)).map((o) => o.metadata.name)).toEqual(["1", "2"]);
  expect(cluster.asked[1]?.query.get("continue")).toBe("more");
});

test.each<[string, Answer]>([
  ["resets", "reset"],
  ["cuts its answer off", "cut off"],
  ["is too busy", [429, { message: "too many requests" }, { "retry-after": "1" }]],
  ["is starting", [503, { message: "starting" }]],
])("a server that %s once is asked again", async (_, answer) => {
  cluster.add(pod("x"));
  first(answer);
  expect(await open().list(PODS)).toHaveLength(1);
  expect(cluster.asked).toHaveLength(2);
  expect(clock.slept).toHaveLength(1);
});

test("a server that resets always is given up after three times", async () => {
  cluster.answer = () => "reset";
  await expect(open().list(PODS)).rejects.toThrow(NoAnswer);
  expect(cluster.asked).toHaveLength(3);
});

test("a silent server costs its limit once, not thrice", async () => {
  cluster.answer = () => "silence";
  await expect(open(100).list(PODS)).rejects.toThrow(/no answer in 0.1 s/);
  expect(cluster.asked).toHaveLength(1);
});

test("a creation whose answer was lost is not made twice", async () => {
  const lost: Answer[] = ["reset"];
  cluster.answer = ({ method }, body) => {
    const answer = method === "POST" ? lost.shift() : undefined;
    if (answer !== undefined && body !== undefined) cluster.add(body);
    return answer;
  };
  expect((await open().create(PODS, pod("x"))).metadata.name).toBe("x");
  expect(cluster.store.objects).toHaveLength(1);
});

test("a refusal is told with the server's words", async () => {
  first([403, { message: "pods is forbidden: User x cannot list" }]);
  const error: unknown = await open()
    .list(PODS)
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).code).toBe(403);
  expect((error as ApiError).message).toContain("cannot list");
});

test("an answer that is no JSON is no answer", async () => {
  const server = open();
  cluster.answer = () => [200, undefined];
  await expect(server.get(`${PODS}/x`)).rejects.toThrow(/not JSON/);
});

test("removing what is not there is no error", async () => {
  await expect(open().remove(`${PODS}/x`)).resolves.toBeUndefined();
});

test("a signal ends a call", async () => {
  cluster.answer = () => "silence";
  const controller = new AbortController();
  const call = open().get(`${PODS}/x`, controller.signal);
  controller.abort(new Error("enough"));
  await expect(call).rejects.toThrow("enough");
});

import { madeBy } from "../../../components/kind/machine-objects";
import { dockerNetworks as lab } from "../../../labs/docker-networks/lab";
import { stackGraph, type Graph } from "../../support/graph";

const graphAt = (step: string, preview: boolean, stack = "one") =>
  stackGraph({ labs: { "docker-networks": { step } } }, { stack, preview });
const own = (graph: Graph) =>
  graph.ofType("command:local:Command").filter((r) => r.name.startsWith("lab-docker-networks-machine-"));
const environment = (graph: Graph, name: string) =>
  graph.named(`lab-docker-networks-machine-${name}`).inputs["environment"] as Record<string, string>;

describe.each([true, false])("a step's networks and containers (preview %s)", (preview) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await graphAt("macvlan", preview);
  });

  test("a container goes before its networks, all of them before the cluster", () => {
    const at = (name: string) => `lab-docker-networks-machine-${name}`;
    expect(graph.waitsFor(at("container-db"), at("network-back"))).toBe(true);
    expect(graph.waitsFor(at("connection-web-back"), at("container-web"))).toBe(true);
    expect(graph.waitsFor(at("connection-web-back"), at("network-back"))).toBe(true);
    for (const { name } of own(graph)) expect(graph.waitsFor(name, "kind-cluster")).toBe(true);
  });

  test("recovery and sweep know each: by its environment, and by the label", () => {
    const made = own(graph).flatMap((r) => madeBy(r) ?? []);
    expect(made.map((m) => `${m.kind} ${m.name}`).sort()).toEqual(
      [
        ...["alone", "client", "db", "lan-a", "lan-b", "on-host", "web"].map(
          (n) => `container labs-one-${n}`,
        ),
        ...["back", "front", "lan"].map((n) => `network labs-one-${n}`),
      ].sort(),
    );
    for (const r of own(graph).filter((x) => madeBy(x) !== undefined))
      expect((r.inputs["environment"] as Record<string, string>)["LABS_LABEL"]).toBe(
        "k8s-network-labs.cluster=labs-one",
      );
  });

  test("host and none get no alias, which Docker refuses there; the published port is a free one of loopback", () => {
    const create = (name: string) =>
      graph.named(`lab-docker-networks-machine-container-${name}`).inputs["create"] as string;
    for (const name of ["on-host", "alone"]) expect(create(name)).not.toContain("alias");
    expect(create("client")).toContain("--network-alias");
    expect(create("web")).toContain("--publish 127.0.0.1::80");
    expect(create("db")).not.toContain("--publish");
  });
});

test("a second interface is made in place; only what creation decides makes a container anew", async () => {
  const at = new Map<string, Graph>();
  for (const { id } of lab.steps.slice(1, 5)) at.set(id, await graphAt(id, false));
  const web = (id: string) =>
    at.get(id)!.named("lab-docker-networks-machine-container-web").inputs["triggers"];
  expect(web("second-network")).toEqual(web("own-network"));
  expect(web("connect")).toEqual(web("second-network"));
  expect(web("publish")).not.toEqual(web("connect"));
});

test("two stacks on one machine share no name, and neither says a range", async () => {
  const one = await graphAt("macvlan", false);
  const two = await graphAt("macvlan", false, "two");
  expect(environment(one, "network-front")["LABS_NAME"]).toBe("labs-one-front");
  expect(environment(two, "network-front")["LABS_NAME"]).toBe("labs-two-front");
  for (const r of own(two)) expect(r.inputs["create"]).not.toContain("subnet");
});

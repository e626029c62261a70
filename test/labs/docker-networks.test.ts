import { dockerNetworks as lab } from "../../labs/docker-networks/lab";
import { answerContainer, type ContainerClaim, type LabMachine } from "../../labs/machine";
import { labAt, machineAt } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { claimHolds, LabStates } from "../../labs/prediction/lab-states";
import { lacks } from "../../labs/select";
import { tunnelsOf } from "../../stacks/kind-machine";
import { facts } from "../support/facts";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig } from "../support/graph";
import { selectionOf } from "./proof";

const here = { ...facts, docker: { prefix: "labs-kind" } };
const container = (name: string, on: LabMachine["containers"][number]["on"], publish?: number) => ({
  name,
  image: "i",
  script: "s",
  on,
  ...(publish === undefined ? {} : { publish }),
});
const machine: LabMachine = {
  networks: [
    { name: "front", driver: "bridge" },
    { name: "back", driver: "bridge" },
    { name: "lan", driver: "macvlan" },
  ],
  containers: [
    container("old", "bridge"),
    container("older", "bridge"),
    container("a", ["front"]),
    container("b", ["front", "back"], 80),
    container("c", ["back"]),
    container("m", ["lan"]),
    container("host", "host", 80),
    container("none", "none"),
  ],
};
const ask = (from: string, to: string, by: ContainerClaim["by"], port = 80) =>
  answerContainer(machine, { kind: "container", from, to, by, port, verdict: "allow", reason: "r" }).found;

test.each([
  ["old", "older", "address", "allow"],
  ["old", "older", "name", "deny"],
  ["a", "b", "name", "allow"],
  ["b", "c", "name", "allow"],
  ["a", "c", "address", "deny"],
  ["a", "c", "name", "deny"],
  ["a", "old", "address", "deny"],
  ["host", "a", "address", "allow"],
  ["host", "a", "name", "deny"],
  ["host", "m", "address", "deny"],
  ["m", "a", "address", "deny"],
  ["a", "host", "address", "unknown"],
  ["none", "a", "address", "deny"],
  ["a", "none", "address", "deny"],
  ["machine", "b", "published port", "allow"],
  ["machine", "c", "published port", "deny"],
  ["machine", "host", "published port", "deny"],
  ["a", "b", "published port", "unknown"],
  ["machine", "a", "address", "unknown"],
  ["a", "nobody", "name", "unknown"],
  ["nobody", "a", "name", "unknown"],
] as const)("Docker's rules: %s to %s by %s is %s", (from, to, by, found) => {
  expect(ask(from, to, by)).toBe(found);
});

test("another port than the published one is closed", () => {
  expect(ask("machine", "b", "published port", 81)).toBe("deny");
});

test("every claim holds at its step, and where it says why not, Docker's rule is named", () => {
  const { steps } = new LabStates(selectionOf(lab, 0, here)).all();
  steps.forEach((at, i) => {
    const { context } = selectionOf(lab, i, here);
    expect(at.claims.filter((c) => !claimHolds(at, context, c))).toEqual([]);
  });
  const [first] = claimsOf(selectionOf(lab, 1, here)) as ContainerClaim[];
  expect(answerContainer(machineAt({ lab, step: 0 }), first!)).toEqual({
    holds: false,
    found: "deny",
    because: "Docker's own network bridge has no DNS of containers",
  });
});

test("containers stand on networks of their step, with names that no node, host1 or load balancer has", () => {
  for (const step of lab.steps.keys()) {
    const { networks, containers } = machineAt({ lab, step });
    const names = [...networks, ...containers].map((o) => o.name);
    const asked = containers.flatMap(({ on }) => (typeof on === "string" ? [] : on));
    expect(networks.map((n) => n.name)).toEqual(expect.arrayContaining(asked));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).not.toMatch(/^(control-plane|worker\d*|host1|load-balancer)$/);
  }
});

test("only where Docker is beside the nodes, else refused with the reason; pods stay as they are", () => {
  expect(lacks(lab, here)).toEqual([]);
  expect(lacks(lab, facts).map((l) => l.reason)).toEqual([expect.stringContaining("beside the nodes")]);
  const objects = [...lab.steps.keys()].map((step) => labAt(selectionOf(lab, step, here)).objects);
  for (const o of objects) expect(o).toEqual(objects[0]);
});

test("the machine is asked for what the lab's networks need, before the first step", () => {
  const plan = planStack("kind", rawConfig({ target: "kind", labs: { "docker-networks": {} } }));
  expect(tunnelsOf(plan)).toEqual(expect.arrayContaining(["macvlan", "dummy"]));
  expect(tunnelsOf({ ...plan, labs: [] })).not.toContain("macvlan");
});

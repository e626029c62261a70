import type { ContainerCheck } from "../../../cli/verify/core/check-model";
import { compareContainer, seenFrom } from "../../../cli/verify/core/compare-container";
import { checksOf } from "../../../cli/verify/core/checks";
import { expectedOf, titleOf } from "../../../cli/verify/format/report-words";
import { planStack } from "../../../stacks/stack-plan";
import { rawConfig } from "../../support/graph";

const probe = { id: "c", protocol: "TCP" as const, target: { address: "web", port: 80 } };
const check: ContainerCheck = {
  kind: "container",
  id: "l: t",
  lab: "l",
  from: "a",
  to: "web",
  by: "name",
  port: 80,
  verdict: "deny",
  reason: "no DNS",
};
const said = (line: string, by: ContainerCheck["by"] = "name") =>
  seenFrom({ stdout: `${line}\n` }, probe, by);

test("a name that nobody knows and an address that no route leads to are closed, all else that is odd is unknown", () => {
  expect(said("@c 1 nc: bad address 'web'")).toEqual({ saw: "closed", detail: "web: the name is not known" });
  expect(said("@c 1 nc: bad address 'web'", "address").saw).toBe("unclear");
  expect(said("@c 1 nc: can't connect: Network is unreachable", "address").saw).toBe("closed");
  expect(said("@c 143 ").saw).toBe("closed");
  expect(said("@c 0 ").saw).toBe("open");
  expect(said("@c 90 no tool: neither nc nor bash").saw).toBe("unclear");
  expect(seenFrom({ stdout: "", broken: "No such container" }, probe, "name")).toEqual({
    saw: "unclear",
    detail: "No such container",
  });
});

test("what was seen against what is claimed; a mismatch shows the lab's reason", () => {
  expect(compareContainer(check, { saw: "closed", detail: "d" }).status).toBe("pass");
  expect(compareContainer(check, { saw: "unclear", detail: "d" }).status).toBe("error");
  expect(compareContainer(check, { saw: "open", detail: "d" })).toMatchObject({
    status: "fail",
    rules: ["the lab: no DNS"],
  });
});

test("claims between containers are checks of their own, with words of their own", () => {
  const plan = planStack("kind", rawConfig({ target: "kind", labs: { "docker-networks": {} } }));
  expect(checksOf(plan).map((c) => [c.kind, titleOf(c), expectedOf(c)])).toEqual([
    ["container", "container client → container web, by address, TCP 80", "open"],
    ["container", "container client → container web, by name, TCP 80", "closed"],
  ]);
});

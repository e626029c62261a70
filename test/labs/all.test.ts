import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { labs } from "../../labs/index";
import { registeredObjects } from "../../stacks/offline/objects";
import { runOffline } from "../../stacks/offline/run";
import { readConfig } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { stack as program } from "../../stacks/program";
import { claims, stackState, type Claim } from "../../stacks/reachability";
import { parseSelector } from "../../packages/reach/src/selector";
import { labAt } from "../../labs/model";

const root = resolve(__dirname, "../..");

/** The file of the stack that a lab runs on: its own where it needs a cluster of its own, else kind. */
const fileOf = (id: string): string =>
  [`Pulumi.${id}.yaml`, "Pulumi.kind.yaml"].map((f) => resolve(root, f)).find((f) => existsSync(f))!;

/** That stack with these labs at these steps. */
function stackWith(steps: Record<string, number>): { stack: string; raw: Record<string, string> } {
  const file = fileOf(Object.keys(steps)[0]!);
  const selected = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { step }]));
  const raw = readConfig(readFileSync(file, "utf8"), file);
  return { stack: "proof", raw: { ...raw, [`${PROJECT}:labs`]: JSON.stringify(selected) } };
}

const last = (id: string): number => labs.find((l) => l.id === id)!.steps.length - 1;

/** Labs that share a stack are proved together, on one stack, each at its step or at its last. */
const together = [...new Set(labs.map((l) => fileOf(l.id)))].map((file) =>
  labs.map((l) => l.id).filter((id) => fileOf(id) === file),
);
const cases = together.flatMap((ids) =>
  Array.from({ length: Math.max(...ids.map(last)) + 1 }, (_, step) => {
    const steps = Object.fromEntries(ids.map((id) => [id, Math.min(step, last(id))]));
    return [
      Object.entries(steps)
        .map(([id, n]) => `${id} ${n}`)
        .join(", "),
      steps,
    ] as const;
  }),
);

/** One line that names the rule that decided, as the person who broke the policy needs it. */
const told = ({ expectation: e, flows }: Claim): string =>
  flows
    .map(
      (f) =>
        `${e.from} -> ${e.to}:${e.port} claimed ${e.verdict} (${e.reason}) but is ${f.verdict}: ` +
        `egress ${f.egress.verdict} by ${f.egress.policy ?? f.egress.reason} rule ${f.egress.rule}, ` +
        `ingress ${f.ingress.verdict} by ${f.ingress.policy ?? f.ingress.reason} rule ${f.ingress.rule}`,
    )
    .join("; ");

test.each(cases)("every claimed flow holds on what the stack registers: %s", async (_title, steps) => {
  const { stack, raw } = stackWith(steps);
  const plan = planStack(stack, raw);
  const run = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  const state = stackState(
    plan,
    registeredObjects(run.resources, "unmasked").map((o) => o.object),
  );
  const found = plan.labs.flatMap((l) => claims(state, l));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((c) => !c.holds).map(told)).toEqual([]);
});

describe.each(labs.map((l) => l.id))("%s", (id) => {
  const lab = labs.find((l) => l.id === id)!;

  test("its ids are names, its steps are told apart, and its guide is there", () => {
    expect(
      [id, ...lab.steps.map((s) => s.id)].filter((n) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(n)),
    ).toEqual([]);
    expect(new Set(lab.steps.map((s) => s.id)).size).toBe(lab.steps.length);
    expect(existsSync(resolve(root, "labs", id, "README.md"))).toBe(true);
  });

  test("a lab that is not cluster-wide selects only its own namespaces", () => {
    if (lab.clusterWide) return;
    const { stack, raw } = stackWith({ [id]: last(id) });
    const selection = planStack(stack, raw).labs[0]!;
    const foreign = {
      "kubernetes.io/metadata.name": "somebody-elses",
      "projectcalico.org/name": "somebody-elses",
    };
    const global = labAt(selection).objects.filter((o) => o.kind === "GlobalNetworkPolicy");
    const selectors = global.map(
      (o) => (o["spec"] as { namespaceSelector?: string }).namespaceSelector ?? "all()",
    );
    expect(selectors.filter((s) => parseSelector(s).matches(foreign))).toEqual([]);
  });
});

test("a wrong policy fails with the deciding rule in the message", async () => {
  const { stack, raw } = stackWith({ stars: 4 });
  const plan = planStack(stack, raw);
  const run = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  const broken = registeredObjects(run.resources, "unmasked").map(({ object }) =>
    object.metadata.name === "backend-policy"
      ? (JSON.parse(JSON.stringify(object).replace("6379", "6380")) as typeof object)
      : object,
  );
  const failed = claims(stackState(plan, broken), plan.labs[0]!).filter((c) => !c.holds);
  expect(failed.map(told).join()).toMatch(
    /stars\/frontend -> stars\/backend:6379 claimed allow .* ingress deny by /,
  );
});

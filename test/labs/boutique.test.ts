import { boutique } from "../../labs/boutique/lab";
import { calls, portOf, services } from "../../labs/boutique/policies";
import { labAt } from "../../labs/model";
import { facts } from "../support/facts";
import { ask, contextOf, stateAt, unproved } from "./proof";

test.each(boutique.steps.map((s, i) => [s.id, i] as const))("step %s does what it claims", (_, step) => {
  expect(boutique.steps[step]!.expect(contextOf(boutique, facts))).not.toEqual([]);
  expect(unproved(boutique, step, facts)).toEqual([]);
});

test("the table of calls is what the services are configured to call", () => {
  const { objects } = labAt({
    instance: "boutique",
    lab: boutique,
    step: 0,
    context: contextOf(boutique, facts),
  });
  const env = (o: (typeof objects)[number]) =>
    (o["spec"] as { template: { spec: { containers: { env?: { name: string; value: string }[] }[] } } })
      .template.spec.containers[0]!.env ?? [];
  const targets = new Map(
    objects
      .filter((o) => o.kind === "Service")
      .map((o) => [o.metadata.name, (o["spec"] as { ports: { targetPort: number }[] }).ports[0]!.targetPort]),
  );
  const configured = objects
    .filter((o) => o.kind === "Deployment")
    .flatMap((o) =>
      env(o)
        .filter((e) => e.name.endsWith("_ADDR"))
        .map((e) => e.value.split(":")[0]!)
        // Named, and nothing runs there.
        .filter((to) => to !== "shoppingassistantservice")
        .map((to) => `${o.metadata.name} ${to} ${targets.get(to)}`),
    );
  expect(configured.sort()).toEqual(calls.map(([from, to, port]) => `${from} ${to} ${port}`).sort());
});

test("at the end nobody reaches a service on any other port than its own", () => {
  const last = boutique.steps.length - 1;
  const state = stateAt(boutique, last, facts);
  for (const to of services) {
    const flows = ask(state, {
      from: "boutique/checkoutservice",
      to: `boutique/${to}`,
      port: portOf(to) + 1,
    });
    if (to !== "checkoutservice") expect(flows.map((f) => f.verdict)).toEqual(["deny"]);
  }
});

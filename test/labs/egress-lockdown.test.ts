import { containsCidr } from "cidr-tools";
import fc from "fast-check";
import { egressLockdown as lab, insideRanges } from "../../labs/egress-lockdown/lab";
import { facts } from "../support/facts";
import { ask, stateAt, unproved } from "./proof";

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, facts)).toEqual([]);
  });

  test("claims hold where pods live outside the private ranges", () => {
    const aws = { ...facts, podCidrs: ["100.64.0.0/16"], serviceCidr: "172.20.0.0/16" };
    expect(unproved(lab, i, aws)).toEqual([]);
  });
});

test("whatever the cluster's ranges, they count as inside", () => {
  const cidr = fc
    .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.integer({ min: 16, max: 24 }))
    .map(([a, b, p]) => `${a}.${b}.0.0/${p}`);
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 3 }), cidr, (podCidrs, serviceCidr) => {
      const inside = insideRanges({ podCidrs, serviceCidr });
      for (const c of [...podCidrs, serviceCidr]) expect(inside.some((r) => containsCidr(r, c))).toBe(true);
    }),
  );
});

test("the metadata address is outside", () => {
  const flows = [0, 1].map(
    (step) =>
      ask(stateAt(lab, step, facts), { from: "lockdown-bank/customer", to: "169.254.169.254", port: 80 })[0]
        ?.verdict,
  );
  expect(flows).toEqual(["allow", "deny"]);
});

test("the lockdown decides before the application's own policies", () => {
  const [flow] = ask(stateAt(lab, 1, facts), { from: "lockdown-bank/customer", to: "internet", port: 443 });
  expect(flow?.egress).toMatchObject({ verdict: "deny", policy: "egress-lockdown", rule: 0 });
});

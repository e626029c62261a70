import { dualStack as lab } from "../../labs/dual-stack/lab";
import { answerTo } from "../../cli/page/pair-flows";
import { explain } from "../../packages/reach/src";
import { facts } from "../support/facts";
import { selectionOf, stateAt, unproved } from "./proof";

const both = { ...facts, podCidrs: ["192.168.0.0/16", "fd00:10:244::/56"] };

test.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s: claims hold", (step) => {
  expect(unproved(lab, step, both)).toEqual([]);
});

test("a cluster of one family refuses it, with the way out", () => {
  const reason = (podCidrs: string[]) => lab.needs.other?.({ ...facts, podCidrs })?.fix;
  expect(reason(["192.168.0.0/16"])).toContain("kind.ipFamily");
  expect(reason(["fd00:10:244::/56"])).toContain("kind.ipFamily");
  expect(reason(both.podCidrs)).toBeUndefined();
});

test("asked without a family, internet is both, and a policy that forgets one shows", () => {
  const asked = { to: "families/web", port: 8080, from: "internet" };
  const verdicts = (step: number) =>
    explain(stateAt(lab, step, both), asked).map((f) => [f.from, f.verdict].join(" "));
  expect(verdicts(1)).toEqual(["internet allow", "internet (IPv6) deny"]);
  expect(verdicts(2)).toEqual(["internet allow", "internet (IPv6) allow"]);
  expect(explain(stateAt(lab, 1, facts), asked).map((f) => f.from)).toEqual(["internet"]);
});

test("the page's quick way to an answer sees both families, too", () => {
  const asked = { from: "families/client", to: "families/web", port: 8080, protocol: "TCP" };
  const verdicts = answerTo(stateAt(lab, 1, both), asked).map((f) => [f.family, f.verdict].join(" "));
  expect(verdicts).toEqual(["IPv4 allow", "IPv6 deny"]);
});

test("its workloads have Services of each kind", () => {
  const families = lab
    .workloads(selectionOf(lab, 0, both).context)
    .filter((o) => o.kind === "Service")
    .map((o) => (o["spec"] as { ipFamilyPolicy: string }).ipFamilyPolicy);
  expect(families).toEqual(["PreferDualStack", "SingleStack", "SingleStack"]);
});

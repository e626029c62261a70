import type { FlowCheck, Report, Result } from "../../../cli/verify/core/check-model";
import { reportJson } from "../../../cli/verify/format/report-json";
import { reportJunit } from "../../../cli/verify/format/report-junit";
import { reportText } from "../../../cli/verify/format/report-text";
import { succeeded } from "../../../cli/verify/format/report-words";

const check = (to: string, lab = "stars"): FlowCheck => ({
  kind: "flow",
  id: `${lab}: a → ${to}`,
  lab,
  step: "1 closed",
  reason: 'so <it> & "is"',
  from: "a/x",
  to,
  protocol: "TCP",
  port: 80,
  verdict: "deny",
});
const results: Result[] = [
  { check: check("b/1"), status: "pass", detail: "no answer", rules: [] },
  {
    check: check("b/2"),
    status: "fail",
    detail: "10.0.0.1:80: connected",
    rules: ["ingress closed: by <rule>", "the lab: so"],
  },
  { check: check("b/3"), status: "error", detail: "broken \u0000\u0007\ud800 'pipe'", rules: [] },
  { check: check("b/4", "bank"), status: "skip", detail: "no way", rules: [] },
];
const report: Report = {
  stack: "kind",
  cluster: "fake",
  results,
  created: [{ kind: "Pod", namespace: "a", name: "p", gone: false }],
  notes: ["a note"],
  hints: [{ cause: "port", object: "NetworkPolicy b/p", message: "opens 81", fixes: ["stars: a → b/2"] }],
  seconds: 1.5,
};

test("JUnit: a suite for each lab, counts that are right, and nothing that XML forbids", () => {
  const xml = reportJunit(report);
  expect(xml).toContain(
    '<testsuites name="labs verify kind" tests="4" failures="1" errors="1" skipped="1" time="1.500">',
  );
  expect(xml).toContain('<testsuite name="stars" tests="3" failures="1" errors="1" skipped="0">');
  expect(xml).toContain('<testsuite name="bank" tests="1" failures="0" errors="0" skipped="1">');
  expect(xml).toContain(
    '<failure message="10.0.0.1:80: connected">ingress closed: by &lt;rule&gt;\nthe lab: so</failure>',
  );
  expect(xml).toContain('<error message="broken \uFFFD\uFFFD\uFFFD &apos;pipe&apos;"></error>');
  expect(xml).toContain('<skipped message="no way"></skipped>');
  // Balanced, and every & is an entity.
  expect(xml.match(/<testcase/g)).toHaveLength(4);
  expect(xml.match(/<\/testcase>|<testcase[^>]*\/>/g)).toHaveLength(4);
  expect(xml).not.toMatch(/&(?!amp;|lt;|gt;|quot;|apos;|#10;)/);
});

test("JSON: counts, verdict and every result", () => {
  const json = JSON.parse(reportJson(report)) as {
    ok: boolean;
    counts: unknown;
    results: { title: string; status: string }[];
  };
  expect(json).toMatchObject({ ok: false, counts: { pass: 1, fail: 1, error: 1, skip: 1 } });
  expect(json.results[1]).toMatchObject({
    lab: "stars",
    title: "a/x → b/2 TCP 80",
    status: "fail",
    expected: "closed",
    rules: ["ingress closed: by <rule>", "the lab: so"],
  });
});

test("text: the mismatch with its rule, the hint, what is left, and the sum", () => {
  const text = reportText(report);
  expect(text).toContain("a/x → b/2 TCP 80: expected closed; seen: 10.0.0.1:80: connected");
  expect(text).toContain("      ingress closed: by <rule>");
  expect(text).toContain("port: NetworkPolicy b/p: opens 81");
  expect(text).toContain("Still in the cluster: Pod a/p");
  expect(text).toContain("1 as expected, 1 not, 1 unknown, 1 not probed");
});

test("a run that could try nothing has not succeeded", () => {
  const of = (...status: Result["status"][]) => ({
    results: status.map((s) => ({ ...results[0]!, status: s })),
  });
  expect([
    succeeded(of("pass", "skip")),
    succeeded(of("skip")),
    succeeded(of("pass", "error")),
    succeeded(of("pass", "fail")),
    succeeded(of()),
  ]).toEqual([true, false, false, false, true]);
});

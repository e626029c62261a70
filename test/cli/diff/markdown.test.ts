import { diffMarkdown, type StackDiff } from "../../../cli/diff/diff-markdown";

const nothing: StackDiff = {
  stack: "kind",
  base: "origin/main",
  isNew: false,
  resources: { added: [], changed: [], removed: [] },
  cost: {},
  flows: { groups: [] },
  elsewhere: [],
  workloads: { added: [], removed: [] },
  guardrails: [],
  intents: [],
};
const group = { what: "closes" as const, from: ["a/b"], to: ["c/d"], opened: "", closed: "TCP 80" };

test("a stack that stays as it is takes one line", () => {
  expect(diffMarkdown(nothing)).toBe("`kind`: nothing changes.\n\n");
});

test("cells cannot break the table, long lists are folded and cut, what is unknown is said", () => {
  const text = diffMarkdown({
    ...nothing,
    resources: {
      added: Array.from({ length: 250 }, (_, i) => ({ type: "a|b", name: `n${i}\nx` })),
      changed: [
        {
          type: "t",
          name: "kind-shape",
          replaced: true,
          properties: [{ path: "a`b", values: "1 → 2" }],
        },
      ],
      removed: [],
    },
    flows: { unknown: "a selector does not parse" },
    workloads: { added: ["ns/new"], removed: Array.from({ length: 30 }, (_, i) => `ns/w${i}`) },
    guardrails: [
      {
        rule: "imdsv2",
        urn: "u",
        type: "t",
        name: "n",
        path: "p",
        message: "m",
        fix: "f",
        verdict: "violation",
      },
    ],
  });
  expect(text).toMatch(/^### kind: resources 250 added, 1 replaced\n/);
  expect(text).toContain("**The kind cluster is replaced**, and everything in it with it.");
  expect(text).toContain("<details><summary>251 resources</summary>");
  expect(text).toContain("| added | a\\|b | n0 x |  |");
  expect(text).toContain("… and 191 more.");
  expect(text).toContain("Not known: a selector does not parse");
  expect(text).toContain("Workloads that are new: `ns/new`.");
  expect(text).toContain("`ns/w7` and 22 more.");
  expect(text).toContain("- broken: `imdsv2` t `n`: p: m. Fix: f");
});

test("steps at which the same changes are told together, also where nothing changes now", () => {
  const text = diffMarkdown({
    ...nothing,
    elsewhere: [
      { title: "step 2 (stars `allow-ui`)", flows: { groups: [group] } },
      { title: "step 3 (stars `backend`)", flows: { groups: [group] } },
      { title: "step 4 (stars `frontend`)", flows: { unknown: "why" } },
    ],
  });
  expect(text).toMatch(/^### kind: no resource changes\n/);
  expect(text).toContain(
    "No flow opens or closes.\n\nAt step 2 (stars `allow-ui`), step 3 (stars `backend`):\n\n| | From |",
  );
  expect(text).toContain("At step 4 (stars `frontend`):\n\nNot known: why");
  expect(text.match(/\| closes \| a\/b \| c\/d \| {2}\| TCP 80 \|/g)).toHaveLength(1);
});

test("intents that do not hold are named with what decided, also where nothing changes", () => {
  const intent = { from: "a/b", to: "c/d", port: 80, verdict: "deny" as const };
  const decision = { tier: "default", policy: "c/p", rule: 0, reason: "policy c/p\nallows" };
  const flow = {
    ...{ from: "a/b", to: "c/d", protocol: "TCP", ports: "80", verdict: "allow" as const },
    egress: { ...decision, verdict: "allow" as const },
    ingress: { ...decision, verdict: "allow" as const },
    remarks: [{ about: "address" as const, text: "it is the proxy's address" }],
  };
  const kept = { intent, flows: [{ ...flow, verdict: "deny" as const }], holds: true };
  expect(diffMarkdown({ ...nothing, intents: [kept] })).toBe(
    "`kind`: nothing changes. 1 of 1 intents hold.\n\n",
  );
  const broken = { intent: { ...intent, reason: "the bank is shut" }, flows: [flow], holds: false };
  expect(diffMarkdown({ ...nothing, intents: [kept, broken] })).toContain(
    `**Intents**: 1 of 2 intents hold.

- \`a/b → c/d TCP 80\` must be closed, and is open: leaving: policy c/p allows; entering: policy c/p allows
  - the bank is shut
  - it is the proxy's address
`,
  );
});

test("as many stacks as this project has fit into one comment, however much changes", () => {
  const long = Array.from({ length: 1000 }, (_, i) => ({
    ...group,
    from: Array.from({ length: 50 }, (_, j) => `namespace-${i}/workload-${j}`),
  }));
  expect(diffMarkdown({ ...nothing, flows: { groups: long } }).length).toBeLessThan(16_000);
});

test("a price that changes is shown with the difference; a base that knew no prices changes nothing", () => {
  const cost = (before?: number, after = 0.24) => ({
    ...(before === undefined ? {} : { before: { hour: before, unknown: [] } }),
    after: { hour: after, unknown: ["spot"] },
  });
  expect(diffMarkdown({ ...nothing, cost: cost(0.24, 0.3356) })).toContain(
    "**Price** at list prices, without traffic: 0.24 → 0.34 USD an hour (+0.0956); no price is known of: spot",
  );
  expect(diffMarkdown({ ...nothing, cost: cost() })).toContain("nothing changes");
  expect(diffMarkdown({ ...nothing, cost: cost(0.24) })).toContain("nothing changes");
});

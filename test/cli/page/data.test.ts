import { isMap, isSeq, parseDocument, type Node } from "yaml";
import { labs } from "../../../labs/index";
import { explain } from "../../../packages/reach/src";
import {
  answersOf,
  answersAt,
  changeOf,
  findTarget,
  portsOfCell,
  remarksOf,
  statusOf,
  walksOf,
} from "../../../cli/page/page-flows";
import { labPage } from "../../../cli/page/lab-page";
import type { LabPage, PageDecision, PageState } from "../../../cli/page/page-data";
import { documentChanges, documentOf, ruleOf } from "../../../cli/page/document-changes";
import { LabStates } from "../../../labs/prediction/lab-states";
import { selectionOf } from "../../labs/proof";
import { at, factsFor, pageOf } from "./pages";

describe.each(labs.map((lab) => [lab.id, lab] as const))("the page of %s", (_, lab) => {
  const states = new LabStates(selectionOf(lab, 0, factsFor(lab.id)));
  const page = labPage(states).lab;

  test("every flow and request that a step claims holds on it", () => {
    const failing = page.steps.flatMap((s) => [...s.claims, ...s.requests].filter((c) => !c.holds));
    expect(failing).toEqual([]);
    const expected = lab.steps.map((s) => s.expect(states.selection.context).length);
    expect(page.steps.map((s) => s.claims.length + s.requests.length)).toEqual(expected);
  });

  test("every claimed flow has the way of its packet, which ends as the claim says", () => {
    for (const state of page.steps)
      for (const { from, to, protocol, port, verdict, staged, only } of state.claims) {
        const [a, b] = [from, to].map((id) => page.nodes.findIndex((n) => n.id === id));
        if (staged === true || only !== undefined || a === undefined || b === undefined) continue;
        if (a < 0 || b < 0 || answersAt(page, state, a, b, { protocol, port }).length !== 1) continue;
        const ways = walksOf(page, state, a, b, { protocol, port });
        if (ways.length === 0) expect([from, to, protocol, port, portsOfCell(page, a, b)]).toEqual("a way");
        for (const { hops } of ways)
          expect([from, to, port, hops.some((hop) => hop.verdict === "deny")]).toEqual([
            from,
            to,
            port,
            verdict === "deny",
          ]);
      }
  });

  test("every decision of a policy leads to its YAML, and every rule to its lines", () => {
    for (const state of page.steps) {
      for (const [decision, direction] of decisionsOf(page, state)) {
        if (decision.policy === null) continue;
        const document = documentOf(page, state, decision);
        expect(document?.policy).toBe(decision.policy);
        if (decision.rule >= 0) expect(ruleOf(document!, decision, direction).lines).toBeDefined();
      }
    }
  });

  test("the lines of a rule are those that a YAML parser gives it", () => {
    for (const document of page.documents) {
      const spec = parseDocument(document.yaml).get("spec");
      for (const direction of ["ingress", "egress"] as const) {
        const list = isMap(spec) ? spec.get(direction) : undefined;
        const lines = isSeq(list) ? list.items.map((i) => linesOf(document.yaml, i as Node)) : [];
        expect(document.rules[direction]).toEqual(lines);
      }
    }
  });

  test("the answers of its cells are those of the evaluator", () => {
    const { steps } = states.all();
    for (const [i, { state }] of steps.entries()) {
      const pageState = page.steps[i]!;
      for (const { from, to, protocol, port } of pageState.claims) {
        const ends = [from, to].map((end) => page.nodes.findIndex((n) => n.id === end));
        if (ends.includes(-1)) continue;
        const [answer] = answersAt(page, pageState, ends[0]!, ends[1]!, { protocol, port });
        const [flow] = explain(state, { from, to, port, protocol });
        expect(answer?.verdict).toBe(flow?.verdict);
        expect(page.decisions[answer!.egress]?.reason).toBe(flow?.egress.reason);
        expect(page.decisions[answer!.ingress]?.reason).toBe(flow?.ingress.reason);
        const counts = portsOfCell(page, ends[0]!, ends[1]!).some(
          (p) => p.port === port && p.protocol === protocol,
        );
        if (!counts) continue;
        const [noted] = explain(state, { from, to, port, protocol, remarks: true });
        expect(remarksOf(page, pageState, ends[0]!, ends[1]!, answer!, port)).toEqual(
          (noted?.remarks ?? []).map(({ text }) => text).slice(0, 4),
        );
      }
    }
  });

  test("every port of a pair stands in exactly one answer", () => {
    const { length } = page.nodes;
    for (const state of page.steps) {
      for (const cell of new Set(state.cells)) {
        if (cell < 0) continue;
        const from = Math.floor(state.cells.indexOf(cell) / length);
        const to = state.cells.indexOf(cell) % length;
        const tcp = answersOf(page, state, from, to).filter((a) => a.protocol === "TCP");
        for (const family of ["IPv4", "IPv6"] as const) {
          const own = tcp.filter((a) => a.family === undefined || a.family === family);
          const size = own.flatMap((a) => a.ports).reduce((sum, [a, b]) => sum + b - a + 1, 0);
          expect(size).toBe(65535);
        }
      }
    }
  });
});

function* decisionsOf(page: LabPage, state: PageState): Generator<[PageDecision, "egress" | "ingress"]> {
  for (const cell of new Set(state.cells)) {
    for (const answer of page.answers[cell] ?? []) {
      for (const direction of ["egress", "ingress"] as const)
        yield [page.decisions[answer[direction]]!, direction];
    }
  }
}

function linesOf(yaml: string, node: Node): [number, number] {
  const [first, last] = node.range!;
  const line = (offset: number): number => yaml.slice(0, offset).split("\n").length - 1;
  return [line(first), line(last - 1)];
}

describe("what the stars page says", () => {
  const page = pageOf("stars");
  const step = (id: string): PageState => page.steps.find((s) => s.id === id)!;
  const [frontend, backend, client] = ["stars/frontend", "stars/backend", "client/client"].map((n) =>
    at(page, n),
  );

  test("a step's effect on a pair, on the port that is served", () => {
    expect(statusOf(page, step("open"), frontend!, backend!).kind).toBe("open");
    expect(changeOf(page, step("open"), step("default-deny"), frontend!, backend!)).toEqual({
      opened: [],
      closed: ["6379"],
    });
    expect(changeOf(page, step("allow-ui"), step("backend"), frontend!, backend!)).toEqual({
      opened: ["6379"],
      closed: [],
    });
    expect(changeOf(page, step("allow-ui"), step("backend"), client!, backend!)).toEqual({
      opened: [],
      closed: [],
    });
  });

  test("the rule that lets a flow in, with its lines", () => {
    const answer = answersAt(page, step("backend"), frontend!, backend!, { protocol: "TCP", port: 6379 })[0]!;
    const decision = page.decisions[answer.ingress]!;
    expect(decision).toMatchObject({
      verdict: "allow",
      tier: "default",
      policy: "stars/backend-policy",
      rule: 0,
    });
    const document = documentOf(page, step("backend"), decision)!;
    const [first, last] = document.rules.ingress[0]!;
    const lines = document.yaml.split("\n").slice(first, last + 1);
    expect(lines[0]).toMatch(/- from:/);
    expect(lines.at(-1)).toMatch(/port: 6379/);
  });

  test("what a step brought", () => {
    const named = (i: number): string => page.documents[i]!.policy;
    const brought = documentChanges(page, step("allow-ui"), step("backend"));
    expect(brought.standing.filter((s) => s.change === "new").map((s) => named(s.index))).toEqual([
      "stars/backend-policy",
    ]);
    const back = documentChanges(page, step("backend"), step("allow-ui"));
    expect(back.removed.map(named)).toEqual(["stars/backend-policy"]);
  });

  test("a question finds workloads, Services and addresses", () => {
    expect(findTarget(page, "stars/backend", false)).toEqual({ node: backend });
    expect(findTarget(page, "Backend", false)).toEqual({ node: backend });
    expect(
      page.services[(findTarget(page, "service/stars/backend", true) as { service: number }).service],
    ).toEqual({
      id: "stars/backend",
      ports: [{ protocol: "TCP", port: 6379, target: 6379 }],
      backends: [{ node: backend, named: {} }],
    });
    expect(findTarget(page, "198.51.100.7", false)).toEqual({ node: at(page, "internet") });
    expect(findTarget(page, "nobody", true)).toBeUndefined();
  });
});

test("an address belongs to the smallest network around it that a policy names", () => {
  const page = pageOf("global-policy");
  const named = page.nodes.filter((n) => n.type === "outside" && n.id.includes("/"));
  expect(named.length).toBeGreaterThan(0);
  for (const node of named) {
    expect(findTarget(page, node.id.split("/")[0]!, false)).toEqual({ node: at(page, node.id) });
  }
});

test("canary shares and routes of the boutique", () => {
  const page = pageOf("boutique");
  const canary = page.steps.find((s) => s.id === "canary-5")!;
  expect(canary.routes.map((r) => r.canary?.rule)).toContain("5 of 100");
  expect(canary.requests[0]?.shares).toEqual([
    { backend: "boutique/frontend", share: 0.95 },
    { backend: "boutique/frontend-green", share: 0.05 },
  ]);
});

test("what selectors can find at a step: labels of namespaces, accounts and pods, each list once", () => {
  const page = pageOf("egress-lockdown");
  const account = (step: number) =>
    page.labels[page.steps[step]!.labels]!.find(
      (l) => l.kind === "ServiceAccount" && l.name === "lockdown-bank/customer",
    );
  expect(account(1)?.labels).not.toHaveProperty("internet-egress");
  expect(account(2)?.labels).toMatchObject({ "internet-egress": "allowed" });
  expect(page.labels).toHaveLength(2);
  // The account is there from the start: the step changes it, and going back takes nothing away.
  const told = (from: number, to: number) => documentChanges(page, page.steps[from], page.steps[to]!);
  const changed = told(1, 2).standing.filter((s) => s.change !== "kept");
  expect(changed.map((s) => [page.documents[s.index]?.kind, s.change])).toEqual([
    ["ServiceAccount", "changed"],
  ]);
  expect(told(2, 1).removed).toEqual([]);
  expect(page.labels[0]).toContainEqual({
    kind: "Namespace",
    name: "lockdown-bank",
    labels: expect.objectContaining({ "kubernetes.io/metadata.name": "lockdown-bank" }) as object,
  });
  expect(page.labels[0]).toContainEqual(
    expect.objectContaining({ kind: "Deployment", name: "lockdown-bank/customer", account: "customer" }),
  );
});

test("routes at Gateways, the stack's and a lab's own, stand in the table with whom they are asked at", () => {
  const lab = pageOf("gateway-api");
  const canary = lab.steps.find((s) => s.id === "canary")!;
  expect(canary.routes.map((r) => `${r.url} ${r.to}`)).toEqual([
    "http://books.localhost/ 308 to https",
    "https://books.localhost/ gateway-shop/books-next:80",
    "https://books.localhost/ gateway-shop/books:80 90, gateway-shop/books-next:80 10",
    "https://books.localhost/pay gateway-pay/pay:80",
  ]);
  expect(canary.requests[0]?.sends).toContain("at Gateway gateway-infra/web");
});

/** The comparison with other programs, held against peers that are right, and wrong on purpose. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareDecisions, questionsOf } from "../../bench/compare/decisions";
import { openFlowsHere, type Listed } from "../../bench/compare/here";
import { npGuard } from "../../bench/compare/np-guard";
import { differences } from "../../bench/compare/open-flows";
import { explain, flowsJson, load, type Flow } from "../../packages/reach/src";
import { kubernetesPolicy, pod } from "../packages/reach/support";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "compare-"))));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that prints a text, whatever it is asked. */
function printing(text: string, code = 0): string {
  const path = join(folder, `peer${Math.abs(code)}`);
  writeFileSync(`${path}.txt`, text);
  writeFileSync(path, `#!/bin/sh\ncat > /dev/null\ncat ${path}.txt >&${code === 0 ? 1 : 2}\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

const out = { ipBlock: { cidr: "203.0.113.0/24" } };
const objects = [
  pod("x/web", { app: "web" }, { ip: "10.0.0.1" }),
  pod("x/db", { app: "db" }, { ip: "10.0.0.2" }),
  kubernetesPolicy("x/db", {
    podSelector: { matchLabels: { app: "db" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 80 }] }],
    egress: [{ to: [out], ports: [{ port: 443 }, { port: 53, endPort: 60, protocol: "UDP" }] }],
  }),
];
const state = load(objects);

describe("decisions", () => {
  const with_ = (of: (flow: Flow) => object): ReturnType<typeof compareDecisions> => {
    const answers = questionsOf(objects).map((question) => of(explain(state, question)[0] as Flow));
    return compareDecisions(printing(`${JSON.stringify({ answers })}\n`), [objects]);
  };

  test.each<[string, (flow: Flow) => object, number]>([
    ["right", ({ egress, ingress }) => ({ egress, ingress }), 0],
    [
      "right about verdicts, and silent about rules",
      ({ egress, ingress }) => ({
        egress: { verdict: egress.verdict },
        ingress: { verdict: ingress.verdict },
      }),
      0,
    ],
    ["wrong about rules", ({ egress, ingress }) => ({ egress, ingress: { ...ingress, rule: 7 } }), 16],
    ["wrong about what is open", ({ egress }) => ({ egress, ingress: { verdict: "allow" } }), 7],
  ])("of a peer that is %s", (_, of, wrong) => {
    const found = with_(of);
    expect([found.cells, found.different.length]).toEqual([32, wrong]);
  });

  test("of a peer that answers less than it was asked", () => {
    expect(with_(() => ({})).different).toHaveLength(32);
    expect(() => compareDecisions(printing(""), [objects, objects])).toThrow(/answered 1 of 2 worlds/);
  });
});

describe("lists", () => {
  const here = openFlowsHere(
    JSON.parse([...flowsJson(state, { all: false })].join("")) as Listed,
    state.outside.map(({ name }) => name),
  );
  const all = "All Connections";
  const [low, set, high] = [
    "0.0.0.0-203.0.112.255",
    "203.0.113.0-203.0.113.255",
    "203.0.114.0-255.255.255.255",
  ];
  const right = [
    { src: "x/web[Pod]", dst: "x/db[Pod]", conn: "TCP 80" },
    { src: "x/db[Pod]", dst: set, conn: "TCP 443,UDP 53-60" },
    ...[low, set, high].flatMap((net) => [
      { src: net, dst: "x/web[Pod]", conn: all },
      { src: "x/web[Pod]", dst: net, conn: all },
    ]),
  ];
  const compared = (list: object[]): string[] => {
    const peer = npGuard(printing(JSON.stringify(list)), folder);
    if ("refused" in peer) throw new Error(peer.refused);
    expect(peer.cpuSeconds).toBeGreaterThanOrEqual(0);
    return differences(here, peer.flows).different;
  };

  test("of a peer that is right", () => {
    expect(compared(right)).toEqual([]);
  });

  test("of a peer that is wrong: about a port, a flow that is not there, an address outside", () => {
    const wrong = right.map((c) => (c.conn === "TCP 80" ? { ...c, conn: "TCP 81" } : c)).slice(0, -1);
    expect(compared(wrong.filter(({ dst }) => dst !== set))).toEqual([
      ...["TCP: 443", "UDP: 53-60"].map((p) => `x/db[Pod] → 203.0.113.0 ${p} here, closed there`),
      "x/web[Pod] → x/db[Pod] TCP: 80 here, 81 there",
      ...["TCP", "UDP", "SCTP"].map((p) => `x/web[Pod] → 203.0.113.0 ${p}: 1-65535 here, closed there`),
      ...["TCP", "UDP", "SCTP"].map((p) => `x/web[Pod] → 203.0.114.0 ${p}: 1-65535 here, closed there`),
    ]);
  });

  test("a peer that refuses a world says why, without paths", () => {
    expect(npGuard(printing("log\nError: policy x/p is not known\n", 3), folder)).toEqual({
      refused: "Error: policy … is not known",
    });
  });
});

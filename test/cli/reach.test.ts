import Ajv, { type AnySchema } from "ajv/dist/2020";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { program } from "../../cli/labs";
import { reportError } from "../../packages/reach/src/cli/report-error";

const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } }, spec: { containers: [] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec: { template: { metadata: { labels: { app: db } }, spec: { containers: [] } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 5432 }] }]
`;

let folder = "";
let printed = "";
let failed = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reach-"));
  mkdirSync(join(folder, "deep"));
  writeFileSync(join(folder, "deep", "shop.yaml"), manifests);
  writeFileSync(join(folder, "values.yaml"), "replicas: 3\n");
  writeFileSync(join(folder, "notes.txt"), "no manifest");
  printed = "";
  failed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((chunk: string | Uint8Array, ...rest: unknown[]) => {
    printed += String(chunk);
    for (const callback of rest) if (typeof callback === "function") (callback as () => void)();
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    failed += String(chunk);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = 0;
});

async function reach(...args: string[]): Promise<string> {
  await program()
    .parseAsync(["node", "labs", "reach", ...args])
    .catch(reportError);
  return printed;
}

interface Answer {
  workloads: { name: string; kind: string; labels: Record<string, string> }[];
  flows: {
    from: string;
    to: string;
    protocol: string;
    ports: string;
    verdict: string;
    egress: Decision;
    ingress: Decision;
  }[];
}
interface Decision {
  verdict: string;
  tier: string | null;
  policy: string | null;
  rule: number;
  reason: string;
}

test("json: workloads, and what is open", async () => {
  const { workloads, flows } = JSON.parse(await reach(folder, "--format", "json")) as Answer;
  expect(workloads).toEqual([
    { name: "shop/db", kind: "Deployment", labels: { app: "db" } },
    { name: "shop/web", kind: "Deployment", labels: { app: "web" } },
  ]);
  const into = flows.filter((f) => f.to === "shop/db");
  expect(into).toMatchObject([
    {
      from: "shop/web",
      protocol: "TCP",
      ports: "5432",
      verdict: "allow",
      ingress: { tier: "default", policy: "shop/db", rule: 0 },
    },
  ]);
  expect(flows.every((f) => f.verdict !== "deny")).toBe(true);
});

test("json --all covers the ports of each pair and protocol once", async () => {
  const { flows } = JSON.parse(await reach(folder, "--all", "--format", "json")) as Answer;
  const tcp = flows.filter((f) => f.from === "shop/web" && f.to === "shop/db" && f.protocol === "TCP");
  expect(tcp.map((f) => [f.verdict, f.ports])).toEqual([
    ["deny", "1-5431,5433-65535"],
    ["allow", "5432"],
  ]);
  expect(
    flows
      .filter((f) => f.from === "shop/web" && f.to === "shop/db" && f.protocol === "UDP")
      .map((f) => f.ports),
  ).toEqual(["all"]);
});

test("json agrees with its schema, for every subcommand", async () => {
  const file = join(__dirname, "../../packages/reach/reach.schema.json");
  const valid = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, "utf8")) as AnySchema);
  const now = join(folder, "now.json.txt");
  writeFileSync(now, manifests.replace("5432", "5433"));
  const ends = ["--from", "shop/web", "--to", "shop/db"];
  // A key that stands twice is a note, a policy that selects nothing is unused.
  writeFileSync(
    join(folder, "deep", "more.yaml"),
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: n, name: none, namespace: shop}, spec: {podSelector: {matchLabels: {a: b}}}}",
  );
  const intents = join(folder, "intents.yaml.txt");
  writeFileSync(
    intents,
    "open: [{ from: shop/web, to: shop/db, port: 5432, protocol: TCP, reason: r }]\nclosed: [{ from: gone, to: shop/db }, { from: internet, to: shop/db }]\n",
  );
  for (const args of [
    ["list", folder, "--all"],
    ["explain", folder, ...ends],
    ["explain", folder, ...ends, "--port", "5432", "--walk"],
    ["diff", join(folder, "deep"), now],
    ["exposure", folder],
    ["check", intents, folder],
    ["unused", folder],
  ]) {
    printed = "";
    const answer = JSON.parse(await reach(...args, "--format", "json")) as { notes?: string[] };
    expect([args[0], valid(answer), valid.errors]).toEqual([args[0], true, null]);
    expect([args[0], answer.notes]).toEqual([
      args[0],
      [expect.stringMatching(/a key stands twice/) as string],
    ]);
  }
});

test("one flow: as text with what decided, as json in the same envelope", async () => {
  const question = ["--from", "shop/web", "--to", "shop/db", "--port", "5432"];
  expect(await reach(folder, ...question)).toMatch(
    /shop\/web → shop\/db {2}TCP 5432: open\n +egress +allow .*\n +ingress allow +ingress rule 0 of Kubernetes NetworkPolicy shop\/db/,
  );
  printed = "";
  const { flows } = JSON.parse(
    await reach(folder, ...question, "--protocol", "udp", "--format", "json"),
  ) as Answer;
  expect(flows).toMatchObject([{ protocol: "UDP", ports: "5432", verdict: "deny", ingress: { rule: -1 } }]);
});

test.each(["text", "md", "dot"])("%s names the open pair", async (format) => {
  expect(await reach(folder, "--format", format)).toMatch(/shop\/web.*shop\/db.*TCP 5432/);
});

test("--explain tells the rules below each pair", async () => {
  expect(await reach(folder, "--explain")).toMatch(/TCP 5432\n +TCP 5432\n +egress .*\n +ingress allow/);
});

test("--exposure", async () => {
  expect(await reach(folder, "--exposure")).toMatch(/shop\/db\n +ingress +closed/);
});

test("--diff tells what opened and closed", async () => {
  const now = join(folder, "now.yaml");
  writeFileSync(now, manifests.replace("5432", "5433"));
  const old = join(folder, "deep");
  expect(await reach("--diff", old, now)).toBe("~ shop/web → shop/db  TCP: opens 5433, closes 5432\n");
  printed = "";
  expect(JSON.parse(await reach("--diff", old, now, "--format", "json"))).toMatchObject({
    added: [],
    removed: [],
    changed: [{ from: "shop/web", to: "shop/db", protocol: "TCP", opened: "5433", closed: "5432" }],
  });
  printed = "";
  expect(await reach("--diff", old, old)).toBe("No flow opens or closes.\n");
});

describe("wrong input ends with exit code 1 and no stack", () => {
  test.each<[string, string[], RegExp]>([
    ["a path that is not there", ["/nowhere"], /\/nowhere: does not exist/],
    ["a folder without objects", ["FOLDER/empty"], /holds no Kubernetes object/],
    ["a file that is no manifest", ["FOLDER/values.yaml"], /values\.yaml: holds no Kubernetes object/],
    ["broken YAML", ["FOLDER/broken.yaml"], /broken\.yaml:2: is not YAML/],
    ["a question with one end", ["FOLDER", "--from", "shop/web"], /add --from and --to/],
    [
      "an end that is not there",
      ["FOLDER", "--from", "shop/wep", "--to", "shop/db"],
      /shop\/wep is not in the input.*There is/,
    ],
    [
      "a port out of range",
      ["FOLDER", "--from", "shop/web", "--to", "shop/db", "--port", "70000"],
      /port 70000 is out of range/,
    ],
    [
      "a protocol that is none",
      ["FOLDER", "--from", "shop/web", "--to", "shop/db", "--protocol", "tpc"],
      /tpc is not a protocol/,
    ],
    ["--diff with one path", ["--diff", "FOLDER"], /name the old and the new/],
    [
      "a selector that does not parse",
      ["FOLDER/selector.yaml"],
      /selector\.yaml: GlobalNetworkPolicy p: spec\.selector: .*\n +fix: /,
    ],
  ])("%s", async (_title, args, message) => {
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "broken.yaml"), "a: b\n  c: [");
    writeFileSync(
      join(folder, "selector.yaml"),
      "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: { name: p }\nspec: { selector: 'a ==' }\n",
    );
    const paths = args.map((a) => a.replace("FOLDER", a === "FOLDER" ? join(folder, "deep") : folder));
    await reach(...paths);
    expect(failed).toMatch(message);
    expect(failed).not.toMatch(/\n +at /);
    expect(process.exitCode).toBe(1);
  });
});

describe("subcommands", () => {
  const ends = ["--from", "shop/web", "--to", "shop/db"];
  const now = (): string => {
    const file = join(folder, "now.yml");
    writeFileSync(file, manifests.replace("5432", "5433"));
    return file;
  };
  test.each<[string, () => string[], () => string[]]>([
    ["list", () => ["list", folder, "--explain"], () => [folder, "--explain"]],
    [
      "explain",
      () => ["explain", folder, ...ends, "--port", "1", "--format", "json"],
      () => [folder, ...ends, "--port", "1", "--format", "json"],
    ],
    ["explain of all ports", () => ["explain", folder, ...ends], () => [folder, ...ends, "--explain"]],
    ["diff", () => ["diff", join(folder, "deep"), now()], () => ["--diff", join(folder, "deep"), now()]],
    [
      "exposure",
      () => ["exposure", folder, "--format", "md"],
      () => [folder, "--exposure", "--format", "md"],
    ],
  ])("%s and its short form print the same", async (_name, long, short) => {
    const expected = await reach(...long());
    expect([failed, expected]).toEqual(["", expect.stringMatching(/shop/)]);
    printed = "";
    expect(await reach(...short())).toBe(expected);
  });

  test.each<[string, string[], RegExp]>([
    [
      "a comparison and a question",
      ["--diff", "A", "B", ...ends, "--port", "5432", "--explain", "--exposure"],
      /^error: --from, --to, --port, --explain, --exposure do not go with --diff: leave them out/,
    ],
    ["exposure and a question", ["A", "--exposure", "--to", "shop/db"], /--to does not go with --exposure/],
    ["a question and --all", ["A", ...ends, "--all"], /--all does not go with a question/],
    [
      "a drawing of a question",
      ["A", ...ends, "--format", "dot"],
      /--format dot does not go with a question: take text, json, md/,
    ],
    [
      "a drawing of a comparison",
      ["--diff", "A", "B", "--format", "dot"],
      /--format dot does not go with --diff/,
    ],
    [
      "a drawing with rules",
      ["list", "A", "--explain", "--format", "dot"],
      /--explain does not go with --format dot/,
    ],
  ])("refused: %s", async (_title, args, message) => {
    await reach(...args);
    expect([failed, printed]).toEqual([expect.stringMatching(message), ""]);
    expect(process.exitCode).toBe(1);
  });
});

test("paths are those of where the user stands, and shown as they were written", async () => {
  process.env["INIT_CWD"] = folder;
  try {
    expect(await reach("deep/shop.yaml")).toMatch(/shop\/web/);
    await reach("deep/nothing.yaml");
    expect(failed).toMatch(/- deep\/nothing\.yaml: does not exist/);
  } finally {
    delete process.env["INIT_CWD"];
  }
});

test("as a program: standard input, a pipe that closes early, exit codes", () => {
  const run = (args: string): ReturnType<typeof spawnSync> =>
    spawnSync("bash", ["-o", "pipefail", "-c", `node --import tsx cli/labs.ts reach ${args}`], {
      cwd: join(__dirname, "../.."),
      input: manifests,
      encoding: "utf8",
    });
  const piped = run("- --all --explain | head -1");
  expect(piped.stdout).toMatch(/shop\/db/);
  expect(String(piped.stderr)).not.toMatch(/EPIPE/);
  const bad = run("/nowhere");
  expect([bad.status, String(bad.stderr)]).toEqual([1, expect.stringContaining("/nowhere: does not exist")]);
}, 30_000);

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
const installed = "node_modules/k8s-network-reach";
let folder = "";
let tarball = "";

/** npm's own variables of a surrounding `npm test` would lead an inner npm astray. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_PATH)/i.test(name)),
);

function run(program: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env: environment, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${String(status)}:\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "reach-tarball-"));
  const package_ = join(repository, "packages/reach");
  tarball =
    // The repository's .npmrc runs no scripts of packages; this one is the package's own build.
    run("npm", ["pack", "--silent", "--ignore-scripts=false", "--pack-destination", folder], package_)
      .trim()
      .split("\n")
      .at(-1) ?? "";
  writeFileSync(join(folder, "package.json"), '{ "name": "somewhere-else", "private": true }\n');
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${tarball}`]);
  mkdirSync(join(folder, "manifests"));
  writeFileSync(
    join(folder, "manifests/shop.yaml"),
    `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [] }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: shop, labels: { app: db } }
spec: { containers: [] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 5432 }] }]
`,
  );
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("the command runs where nothing else of the repository is", () => {
  const reach = (...args: string[]): string => run("node_modules/.bin/reach", args);
  const { version } = JSON.parse(readFileSync(join(folder, installed, "package.json"), "utf8")) as {
    version: string;
  };
  expect(reach("--version").trim()).toBe(version);
  expect(reach("list", "manifests")).toMatch(/shop\/web +→ shop\/db +open {2}TCP 5432\n/);
  expect(reach("explain", "manifests", "--from", "shop/web", "--to", "shop/db", "--port", "80")).toMatch(
    /TCP 80: closed/,
  );
  expect(reach("diff", "manifests", "manifests")).toBe("No flow opens or closes.\n");
  expect(reach("exposure", "manifests")).toMatch(/shop\/db\n +ingress +closed/);
});

test.each([
  ["import", "mjs", 'import { load, readObjects, explain } from "k8s-network-reach";'],
  ["require", "cjs", 'const { load, readObjects, explain } = require("k8s-network-reach");'],
])("the library by %s", (_how, extension, line) => {
  const file = `use.${extension}`;
  writeFileSync(
    join(folder, file),
    `${line}
const [flow] = explain(load(readObjects(["manifests"])), { from: "shop/web", to: "shop/db", port: 5432 });
console.log(flow.verdict, flow.ingress.policy);
`,
  );
  expect(run("node", [file])).toBe("allow shop/db\n");
});

test("its types hold for import and require, with every check of a strict program", () => {
  const program = `
import { connectivity, diff, explain, load, readObjects, type Flow, type KubeObject, type Verdict } from "k8s-network-reach";
import { parseSelector } from "k8s-network-reach/selector";
const pod: KubeObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };
const state = load([...readObjects(["manifests"]), pod], { podCidrs: ["10.0.0.0/16"] });
const flows: Flow[] = [...connectivity(state, { all: true }), ...explain(state, { from: "a", to: "b" })];
export const verdicts: Verdict[] = flows.map((f) => f.verdict);
export const opened: string[] = diff(state, state).added.map((c) => c.opened);
export const text: string = parseSelector("a == 'b'").canonical;
// @ts-expect-error a verdict is one of three words
export const wrong: Verdict = "perhaps";
`;
  const files = ["types.mts", "types.cts"];
  for (const file of files) writeFileSync(join(folder, file), program);
  const compilerOptions = {
    module: "nodenext",
    target: "es2022",
    lib: ["es2022"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  expect(run(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", "."])).toBe("");
});

test("its types hold no any: they are made without Node's own", () => {
  for (const name of ["index.d.mts", "selector.d.cts"])
    expect(readFileSync(join(folder, installed, "dist", name), "utf8")).not.toMatch(/[:<|] ?any\b/);
});

test("nothing in it needs another package or a place of the machine that built it", () => {
  const dist = join(folder, installed, "dist");
  const text = readdirSync(dist)
    .filter((file) => /\.[cm]js$/.test(file))
    .map((file) => readFileSync(join(dist, file), "utf8"))
    .join("\n");
  const wanted = [...text.matchAll(/^(?:import|export) .*?from "([^"]+)"|^import "([^"]+)"/gm)].map(
    (m) => m[1] ?? m[2]!,
  );
  const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map((m) => m[1]!);
  const others = [...wanted, ...required].filter(
    (name) => !name.startsWith(".") && !builtinModules.includes(name.replace(/^node:/, "")),
  );
  expect(others).toEqual([]);
  expect(text).not.toContain(repository);
  expect(readdirSync(join(folder, installed)).sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist",
    "package.json",
    "reach.schema.json",
  ]);
});

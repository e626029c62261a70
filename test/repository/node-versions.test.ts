import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "../..");
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const { engines } = JSON.parse(text("package.json")) as { engines: { node: string } };
const majors = engines.node.split(" || ").map((range) => /\d+/.exec(range)![0]);

test("the Node versions of package.json are those that CI runs", () => {
  const ci = parse(text(".github/workflows/ci.yml")) as {
    jobs: Record<string, { strategy?: { matrix?: { node?: unknown[] } } }>;
  };
  const matrix = Object.values(ci.jobs).flatMap((job) => job.strategy?.matrix?.node ?? []);
  expect([...new Set(matrix.map((version) => String(version).split(".")[0]))].sort()).toEqual(majors);
});

test("nvm takes the newest of them", () => {
  expect(text(".nvmrc").trim()).toBe(majors.at(-1));
});

test.each(["README.md", "CONTRIBUTING.md", "docs/instructors.md"])("%s names them", (path) => {
  expect(text(path)).toContain(`Node ${majors.slice(0, -1).join(", ")} or ${majors.at(-1)!}`);
});

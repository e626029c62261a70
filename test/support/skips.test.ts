import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";

const root = join(__dirname, "../..");

/** jest on a test file of its own, as CI runs it; the list is the folder's. */
function run(test: string, listed: string): { code: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), "skips-"));
  try {
    writeFileSync(join(folder, "a.test.js"), test);
    writeFileSync(join(folder, "package.json"), "{}");
    spawnSync("mkdir", [join(folder, "test")]);
    writeFileSync(join(folder, "test/skipped.txt"), listed);
    const reporter = join(root, "test/support/skips.cjs");
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, "node_modules/jest/bin/jest.js"), "--rootDir", folder, "--reporters", reporter],
      { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "true" } },
    );
    return { code: status, said: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const SKIPPED = `test("one", () => {}); test.skip("two [needs a moon]", () => {});`;

test("a skipped test names its reason in the summary, and fails the run unless it is listed", () => {
  const alone = run(SKIPPED, "");
  expect(alone.said).toContain("Skipped:\n  a.test.js: needs a moon (1 test)\n");
  expect(alone.said).toContain("skipped, and not in test/skipped.txt");
  expect(alone.code).toBe(1);
  const listed = run(SKIPPED, "a.test.js: needs a moon\n");
  expect(listed.said).toContain("Skipped:\n  a.test.js: needs a moon (1 test)\n");
  expect(listed.code).toBe(0);
});

test("a test skipped without a word is on no list", () => {
  const { code, said } = run(
    `test("one", () => {}); test.skip("two", () => {});`,
    "a.test.js: needs a moon\n",
  );
  expect(said).toContain('a.test.js: no reason is named for "two"');
  expect(code).toBe(1);
});

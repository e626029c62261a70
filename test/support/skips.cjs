// Says which tests were skipped, and why. In CI one that test/skipped.txt does not list fails the run.
const { readFileSync } = require("node:fs");
const { join, relative } = require("node:path");

const LIST = "test/skipped.txt";

/** `file: reason` → how many tests. */
function skips(results, root) {
  const found = new Map();
  for (const { testFilePath, testResults } of results)
    for (const { status, fullName } of testResults) {
      if (status !== "pending" && status !== "todo") continue;
      const reason = /\[(needs .*)\](?= |$)/.exec(fullName)?.[1] ?? `no reason is named for "${fullName}"`;
      const line = `${relative(root, testFilePath)}: ${reason}`;
      found.set(line, (found.get(line) ?? 0) + 1);
    }
  return found;
}

class Skips {
  constructor(config) {
    this.root = config.rootDir;
  }
  onRunComplete(_, { testResults }) {
    // Tests that -t or .only leave out were not meant.
    if (process.argv.some((a) => /^(-t|--testNamePattern)/.test(a))) return;
    const found = skips(testResults, this.root);
    if (found.size === 0) return;
    const lines = [...found].map(([line, count]) => `  ${line} (${count} test${count === 1 ? "" : "s"})`);
    process.stderr.write(`\nSkipped:\n${lines.join("\n")}\n`);
    if (process.env.CI !== "true") return;
    const listed = new Set(readFileSync(join(this.root, LIST), "utf8").split("\n"));
    const more = [...found.keys()].filter((line) => !listed.has(line));
    if (more.length === 0) return;
    this.error = new Error(`skipped, and not in ${LIST}: make them run, or list them\n${more.join("\n")}`);
    process.stderr.write(`\nerror: ${this.error.message}\n`);
  }
  getLastError() {
    return this.error;
  }
}

module.exports = Skips;
module.exports.skips = skips;

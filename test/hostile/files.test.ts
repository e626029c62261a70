import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { loadClass } from "../../cli/students/class-input";
import { ProblemsError, UserError } from "../../kube/problems";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack } from "../../stacks/stack-plan";

// A file of a stranger: a clear answer in bounded time and memory, the exit code as documented, nothing written beside.

const root = resolve(__dirname, "../..");
const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghi"
  .split("")
  .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`)
  .join("\n")}\n`;

/** What stands in the file, or how it comes to be. */
const CORPUS: Record<string, string | Buffer | ((path: string) => void)> = {
  "a-binary": Buffer.from("\0\x01\xff\xfe".repeat(500), "latin1"),
  "an-alias-bomb": BOMB,
  "a-cycle": "config: &c\n  k8s-network-labs:labs: *c\nkind: Pod\nlabels: &l { a: *l }\n",
  "20000-brackets": `config: ${"[".repeat(20_000)}\n`,
  "20000-levels": `config: ${"{a: ".repeat(20_000)}1${"}".repeat(20_000)}\n`,
  "a-list": "- [1]\n",
  "keys-of-every-object":
    "config:\n  __proto__: { polluted: yes }\n  constructor: { prototype: {} }\n  toString: 1\n",
  "a-tag-that-is-code": "config: !!js/function 'function(){ process.exit(7) }'\n",
  "escape-sequences": 'config:\n  "\\e]0;owned\\a\\e[2J": "\\e[31mred"\nid: "\\e[2J"\n',
  "9-MiB": `# ${"x".repeat(9 * 2 ** 20)}\n`,
  "a-folder": (path) => {
    mkdirSync(path);
  },
  "a-fifo": (path) => {
    spawnSync("mkfifo", [path]);
  },
  "a-device-without-end": (path) => {
    symlinkSync("/dev/zero", path);
  },
  "a-link-in-a-circle": (path) => {
    symlinkSync(path, path);
  },
};
const KINDS = [
  ["stack", "yaml"],
  ["class", "yaml"],
  ["roster", "csv"],
  ["roster", "yaml"],
  ["manifest", "yaml"],
] as const;

const fresh = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  writeFileSync(join(folder, "right.csv"), "id\nana\n");
  return folder;
};

test.each(KINDS)(
  "%s files (%s) of the corpus: each refused in words, in a process of 512 MiB",
  (kind, ending) => {
    const folder = fresh();
    const names = Object.entries(CORPUS).map(([what, content]) => {
      const name = `${kind}--${what}.${ending}`;
      if (typeof content === "function") content(join(folder, name));
      else writeFileSync(join(folder, name), content);
      return name;
    });
    const before = readdirSync(folder);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--max-old-space-size=512", "--import", "tsx", join(__dirname, "readers.ts"), folder],
      {
        cwd: root,
        encoding: "utf8",
        timeout: 300_000,
        killSignal: "SIGKILL",
        env: { ...process.env, NODE_NO_WARNINGS: "1" },
      },
    );
    // Where it hung or died, the last name on standard error is whose fault it was.
    expect([status, stderr.trim().split("\n").at(-1)]).toEqual([0, names.sort().at(-1)]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l) as { name: string; ms: number; said: string });
    expect(answers.map((a) => a.name)).toEqual(names);
    for (const { name, ms, said } of answers) {
      expect([name, said.slice(0, 300)]).toEqual([name, expect.stringMatching(/^refused: /)]);
      expect([name, said.length < 20_000, ms < 30_000]).toEqual([name, true, true]);
      // Nothing that a terminal would obey.
      expect([name, said]).toEqual([name, expect.not.stringMatching(/[\u0000-\u0008\u000b-\u001f\u007f]/)]);
    }
    expect(readdirSync(folder)).toEqual(before);
    rmSync(folder, { recursive: true });
  },
  400_000,
);

test("the commands end with code 1, and one message", () => {
  const folder = fresh();
  writeFileSync(join(folder, "own.yaml"), CORPUS["a-cycle"] as string);
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", "cli/labs.ts", "plan", join(folder, "own.yaml"), "--no-page"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  expect([run.status, run.stdout]).toEqual([1, ""]);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  rmSync(folder, { recursive: true });
});

test("whatever YAML or CSV stands there, it is taken or refused in words", () => {
  const folder = fresh();
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.json({ maxDepth: 4 }),
    fc.json({ maxDepth: 4 }).map((j) => `config: ${j}`),
    fc
      .dictionary(
        fc.constantFrom("target", "labs", "kind", "eks", "calico", "ingress", "tls", "mirrors", "__proto__"),
        fc.jsonValue(),
      )
      .map(
        (o) =>
          `config: ${JSON.stringify(Object.fromEntries(Object.entries(o).map(([k, v]) => [`k8s-network-labs:${k}`, v])))}`,
      ),
  );
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom("own.yaml", "class.yaml", "roster.csv", "roster.yaml"),
      (text, name) => {
        const file = join(folder, name);
        writeFileSync(file, text);
        try {
          if (name === "own.yaml") {
            const { stack, raw } = readStackFile(file);
            planStack(stack, raw);
          } else if (name === "class.yaml") loadClass(join(folder, "right.csv"), file);
          else loadClass(file, undefined);
        } catch (error) {
          expect(error instanceof ProblemsError || error instanceof UserError ? "told" : error).toBe("told");
        } finally {
          rmSync(file, { force: true });
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  rmSync(folder, { recursive: true });
});

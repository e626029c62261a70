/** In a process of its own: jest has a module loader of its own. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** Packages whose modules a script has loaded, and what it printed. */
function run(script: string): { said: unknown; loaded: Set<string> } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      "tsx",
      "-e",
      `require("./cli/lean-start");
       const said = (() => { ${script} })();
       console.log(JSON.stringify({ said, files: Object.keys(require.cache) }));`,
    ],
    { cwd: root, encoding: "utf8" },
  );
  if (stdout === "") throw new Error(stderr);
  const { said, files } = JSON.parse(stdout) as { said: unknown; files: string[] };
  const loaded = files.map((f) => f.split("node_modules/").at(-1) ?? "");
  return { said, loaded: new Set(loaded) };
}

test("the SDK starts without what turns functions into text, and without the automation", () => {
  const { said, loaded } = run(`return typeof require("@pulumi/pulumi").Config;`);
  expect(said).toBe("function");
  // Stand-ins are listed by the entry of their package; what it would load is not.
  const seldom = [...loaded].filter((f) =>
    /^(@npmcli\/arborist\/lib\/(?!index)|pacote|spdx-correct|typescript\/|@pulumi\/pulumi\/automation\/(?!index))/.test(
      f,
    ),
  );
  expect(seldom).toEqual([]);
});

test("what is asked for is loaded, and is the module itself", () => {
  const { said } = run(`
    const { automation } = require("@pulumi/pulumi");
    const { LocalWorkspace } = require("@pulumi/pulumi/automation");
    const z = require("zod");
    return [typeof automation.LocalWorkspace.create, automation.LocalWorkspace === LocalWorkspace,
      Object.keys(z.locales).length > 40, "de" in z.locales, z.string().safeParse(1).error.issues[0].message];`);
  expect(said).toEqual(["function", true, true, true, "Invalid input: expected string, received number"]);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runUp } from "../../../cli/up/run-up";

/** A CLI that knows no stack until one is made, and writes down what it was asked. */
const CLI = (folder: string, refusal: string): string => `#!/bin/sh
echo "$*" >> ${folder}/calls
case "$*" in
  version*) echo v3.248.0 ;;
  *"stack tag ls"*) test -e ${folder}/made || { echo "${refusal}" >&2; exit 255; }; echo {} ;;
  *"stack init"*) touch ${folder}/made ;;
  preview*) echo "error: nothing to show" >&2; exit 255 ;;
  "stack export"*) cat ${folder}/state ;;
  up*) printf 'Diagnostics:\n  pulumi:pulumi:Stack (k8s-network-labs-existing):\n    error: %s\n' "$UP_SAYS" >&2; exit 255 ;;
esac
`;

let folder: string;
const before = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-open-"));
  process.env["PATH"] = `${folder}${delimiter}${before["PATH"] ?? ""}`;
  process.env["PULUMI_BACKEND_URL"] = `file://${folder}`;
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "test";
  writeFileSync(join(folder, "state"), '{"version":3,"deployment":{}}');
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

test("the first up of a stack makes it, then works on it", async () => {
  writeFileSync(join(folder, "pulumi"), CLI(folder, "error: no stack named 'kind' found"), { mode: 0o755 });
  await expect(runUp("kind", { preview: true })).rejects.toThrow(
    /preview of kind failed; nothing was changed/,
  );
  const calls = readFileSync(join(folder, "calls"), "utf8")
    .split("\n")
    .flatMap((l) => /stack tag ls|stack init|^preview/.exec(l)?.[0] ?? []);
  expect(calls.filter((c) => c === "stack init")).toHaveLength(1);
  expect(calls.at(-1)).toBe("preview");
});

test("why a stack cannot be opened is told, with what fixes it", async () => {
  writeFileSync(join(folder, "pulumi"), CLI(folder, "error: incorrect passphrase"), { mode: 0o755 });
  await expect(runUp("kind", { preview: true })).rejects.toThrow(
    /^preview of kind failed; nothing was changed: incorrect passphrase .*set PULUMI_CONFIG_PASSPHRASE/,
  );
});

test.each([
  ["The cluster cannot be used; nothing was changed.", /^up of existing was refused; nothing was changed$/],
  ["timed out waiting for the condition", /^up of existing did not finish; what was made is in the state/],
])("an up that fails by %p says whether anything can be there", async (said, message) => {
  writeFileSync(join(folder, "pulumi"), CLI(folder, "error: no stack named 'existing' found"), {
    mode: 0o755,
  });
  process.env["UP_SAYS"] = said;
  await expect(runUp("existing", {})).rejects.toThrow(message);
});

test("a cluster that this up replaces is said before", async () => {
  const made = (environment: object, triggers: string[] = []) => ({
    urn: JSON.stringify(environment),
    type: "command:local:Command",
    custom: true,
    inputs: { environment, triggers },
  });
  const resources = [
    made({ LABS_MAKES: "cluster labs-kind" }),
    made({ LABS_SHAPE_OF: "labs-kind" }, ["another"]),
  ];
  writeFileSync(join(folder, "state"), JSON.stringify({ version: 3, deployment: { resources } }));
  writeFileSync(join(folder, "made"), "");
  writeFileSync(join(folder, "pulumi"), CLI(folder, ""), { mode: 0o755 });
  for (const [tool, says] of [
    ["docker", ""],
    ["kind", "labs-kind"],
    ["kubectl", ""],
  ] as const)
    writeFileSync(join(folder, tool), `#!/bin/sh\necho ${says}\n`, { mode: 0o755 });
  const said = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await expect(runUp("kind", {})).rejects.toThrow(/did not finish/);
    expect(said.mock.calls.join("")).toMatch(/This replaces the cluster/);
  } finally {
    said.mockRestore();
  }
});

test("a file of the user's own is no stack of the engine's, and the command that makes it one is said", async () => {
  const file = join(folder, "mine.yaml");
  writeFileSync(file, "config:\n  k8s-network-labs:labs: { stars: {} }\n");
  await expect(runUp(file, {})).rejects.toThrow(
    /file of your own[\s\S]*fix: cp \S+mine\.yaml Pulumi\.mine\.yaml && npm run up -- mine/,
  );
});

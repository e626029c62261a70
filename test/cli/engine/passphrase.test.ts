import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { engineEnvironment } from "../../../cli/engine/engine-environment";
import { passphraseFile } from "../../../cli/engine/passphrase";

let folder: string;
const home = (): string => join(folder, "home");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-passphrase-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("it is made once, for its owner alone, and no draft stays", () => {
  const state = join(folder, "own");
  const file = passphraseFile(state, home());
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^[\w-]{32}\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(state)).toEqual(["passphrase-id"]);
  expect(readdirSync(home())).toEqual([readFileSync(join(state, "passphrase-id"), "utf8").trim()]);
  expect(passphraseFile(state, home())).toBe(file);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("of processes that make it at once all take the same one", async () => {
  const script = join(folder, "first.ts");
  const module = resolve(__dirname, "../../../cli/engine/passphrase");
  // Each waits for the others at a moment of the clock; what it takes is what it would encrypt with.
  writeFileSync(
    script,
    `import { readFileSync } from "node:fs";
import { passphraseFile } from ${JSON.stringify(module)};
const [, , files, at] = process.argv;
while (Date.now() < Number(at)) {}
for (let i = 0; i < Number(files); i++) process.stdout.write(readFileSync(passphraseFile(${JSON.stringify(folder)} + "/p" + i, ${JSON.stringify(home())}), "utf8"));
`,
  );
  const root = resolve(__dirname, "../../..");
  const at = String(Date.now() + 4000);
  const run = (): Promise<string> =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, ["--import", "tsx", script, "200", at], { cwd: root });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      child.on("error", fail);
      child.on("close", () => {
        done(text);
      });
    });
  const taken = await Promise.all([run(), run(), run()]);
  expect(taken[0].split("\n")).toHaveLength(201);
  expect(new Set(taken).size).toBe(1);
});

test("an empty file, as a write that failed leaves it, is not taken for a passphrase", () => {
  writeFileSync(join(folder, "passphrase"), "");
  expect(() => passphraseFile(folder, home())).toThrow(/is empty.*\n {2}fix: delete it/);
  rmSync(join(folder, "passphrase"));
  writeFileSync(passphraseFile(folder, home()), "");
  expect(() => passphraseFile(folder, home())).toThrow(/is empty/);
});

describe("one that lies beside the state", () => {
  const old = (): string => join(folder, "passphrase");

  test("is moved out, the same to the letter, and nothing is left beside the state", () => {
    writeFileSync(old(), "of before\n");
    expect(readFileSync(passphraseFile(folder, home()), "utf8")).toBe("of before\n");
    expect(readdirSync(folder).sort()).toEqual(["home", "passphrase-id"]);
    expect(readFileSync(passphraseFile(folder, home()), "utf8")).toBe("of before\n");
  });

  test("stays where a run was cut off before the move was whole, and is moved by the next", () => {
    writeFileSync(old(), "of before\n");
    writeFileSync(join(folder, "file"), "");
    // No folder can be made there.
    expect(() => passphraseFile(folder, join(folder, "file/home"))).toThrow(
      /cannot be kept.*nothing was changed/,
    );
    expect(readFileSync(old(), "utf8")).toBe("of before\n");
    passphraseFile(folder, home());
    // As if the run had ended after the name was written.
    writeFileSync(old(), "of before\n");
    expect(readFileSync(passphraseFile(folder, home()), "utf8")).toBe("of before\n");
  });

  test("and differs from the state's own is neither taken nor thrown away", () => {
    passphraseFile(folder, home());
    writeFileSync(old(), "of an older clone\n");
    expect(() => passphraseFile(folder, home())).toThrow(/two passphrases.*nothing was changed/);
    expect(readFileSync(old(), "utf8")).toBe("of an older clone\n");
  });
});

test("a state from elsewhere does not get a passphrase that opens nothing", () => {
  passphraseFile(folder, home());
  const name = readFileSync(join(folder, "passphrase-id"), "utf8");
  rmSync(home(), { recursive: true });
  expect(() => passphraseFile(folder, home())).toThrow(
    /not on this machine.*nothing was changed\n {2}fix: copy it/,
  );
  expect(readFileSync(join(folder, "passphrase-id"), "utf8")).toBe(name);
  writeFileSync(join(folder, "passphrase-id"), "../../etc/hostname");
  expect(() => passphraseFile(folder, home())).toThrow(/not on this machine/);
});

describe("the environment of the engine", () => {
  const ALWAYS = { PULUMI_SKIP_UPDATE_CHECK: "true", LABS_CLI_RUN: "1" };

  test("a folder and a passphrase of this machine, where nothing is given", () => {
    const own = engineEnvironment({ XDG_CONFIG_HOME: join(folder, "config") }, join(folder, "own"));
    expect(own["PULUMI_BACKEND_URL"]).toMatch(/^file:.*\/state$/);
    expect(dirname(own["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "")).toBe(
      join(folder, "config/k8s-network-labs/passphrases"),
    );
  });

  test("what is given stands; Pulumi Cloud needs no passphrase", () => {
    const s3 = { PULUMI_BACKEND_URL: "s3://class-state?region=x" };
    expect(engineEnvironment({ ...s3, PULUMI_CONFIG_PASSPHRASE: "p" }, folder)).toEqual(ALWAYS);
    const cloud = { PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_CONFIG_PASSPHRASE: "" };
    expect(engineEnvironment(cloud, folder)).toEqual(ALWAYS);
    const token = { PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "t", PULUMI_CONFIG_PASSPHRASE: "" };
    expect(engineEnvironment(token, folder)).toEqual(ALWAYS);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [
      { PULUMI_CONFIG_PASSPHRASE: "" },
      /PULUMI_CONFIG_PASSPHRASE is empty.*nothing was changed\n {2}fix: in CI/,
    ],
    [{ PULUMI_BACKEND_URL: "s3://class-state", PULUMI_CONFIG_PASSPHRASE: "" }, /is empty/],
    [{ PULUMI_BACKEND_URL: "s3://class-state", CI: "true" }, /lost with this runner/],
    [{ PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "" }, /PULUMI_BACKEND_URL is empty/],
  ])("%j is refused: it would encrypt with nothing, or with what nobody has tomorrow", (env, message) => {
    expect(() => engineEnvironment(env, folder)).toThrow(message);
    expect(readdirSync(folder).filter((f) => f !== "state")).toEqual([]);
  });
});

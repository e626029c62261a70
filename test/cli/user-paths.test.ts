import type { Command } from "commander";
import { resolve } from "node:path";
import { program } from "../../cli/labs";
import { fromUser, nameOrFile, toUser } from "../../cli/user-paths";

const project = resolve(__dirname, "../..");
const before = { cwd: process.cwd(), called: process.env["INIT_CWD"] };

beforeEach(() => {
  process.chdir(project);
  process.env["INIT_CWD"] = "/home/me/class";
});
afterEach(() => {
  process.chdir(before.cwd);
  if (before.called === undefined) delete process.env["INIT_CWD"];
  else process.env["INIT_CWD"] = before.called;
});

test("npm runs the project's scripts in its folder: paths are those of where npm was called", () => {
  expect(fromUser("roster.csv")).toBe("/home/me/class/roster.csv");
  expect(fromUser("/etc/roster.csv")).toBe("/etc/roster.csv");
  expect(["kind", "mine.yaml"].map(nameOrFile)).toEqual(["kind", "/home/me/class/mine.yaml"]);
  expect(toUser("/home/me/class/a/b.html")).toBe("a/b.html");
  expect(toUser(".plan/kind")).toBe(resolve(project, ".plan/kind"));
});

test("in another folder, or without npm, they are those of the process", () => {
  process.chdir("/");
  expect(fromUser("roster.csv")).toBe("roster.csv");
  process.chdir(project);
  delete process.env["INIT_CWD"];
  expect(fromUser("roster.csv")).toBe("roster.csv");
  expect(toUser(resolve(project, ".plan/kind"))).toBe(".plan/kind");
});

// reach is given the folder as a whole: its paths may be many, and messages name them as written.
test("every option that names a file or folder is read so, but for those of reach", () => {
  const found: string[] = [];
  const parsed = [fromUser, nameOrFile] as unknown[];
  const look = (command: Command): void => {
    for (const option of command.options) {
      // A class of students may be a file; that of Ingresses is a name.
      const studentClass = option.long === "--class" && command.name() !== "migrate";
      if (!/<(file|folder)>/.test(option.flags) && !studentClass) continue;
      found.push(option.flags);
      expect([command.name(), option.flags, parsed.includes(option.parseArg)]).toEqual([
        command.name(),
        option.flags,
        true,
      ]);
    }
    command.commands.filter((c) => c.name() !== "reach").forEach(look);
  };
  look(program());
  expect(found).toEqual(
    expect.arrayContaining(["--roster <file>", "--junit <file>", "-f, --folder <folder>"]),
  );
});

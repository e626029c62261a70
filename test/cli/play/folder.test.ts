import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putAway, readFolder, seed } from "../../../cli/play/learner-folder";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-folder-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
};
const policy = (name: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: stars }\nspec: { podSelector: {} }\n`;

test("reads YAML and JSON of all subfolders but hidden ones; new and empty files say nothing", () => {
  write("a.yaml", `${policy("a")}---\n${policy("b")}`);
  write("new.yaml", "");
  write("later.yml", "# not yet\n---\n");
  write("notes.md", "kind: nothing");
  mkdirSync(join(folder, "more"));
  write(
    "more/c.json",
    JSON.stringify({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "c" } }),
  );
  mkdirSync(join(folder, ".old"));
  write(".old/d.yaml", policy("d"));
  const found = readFolder(folder);
  expect(found.objects.map((o) => o.object.metadata.name)).toEqual(["a", "b", "c"]);
  expect(found.files).toEqual(["a.yaml", "later.yml", "more/c.json", "new.yaml"]);
  expect([found.problems, found.notes]).toEqual([[], []]);
});

test("each mistake is told with its file, and hides no other file", () => {
  write("broken.yaml", "kind: [\n");
  write("list.yaml", "- just\n- a list\n");
  write("nameless.yaml", "apiVersion: v1\nkind: NetworkPolicy\nspec: {}\n");
  write("good.yaml", policy("good"));
  const found = readFolder(folder);
  expect(found.objects.map((o) => o.object.metadata.name)).toEqual(["good"]);
  const told = found.problems.map((p) => p.path);
  expect(told).toHaveLength(new Set(told).size);
  for (const file of ["broken.yaml", "list.yaml", "nameless.yaml"])
    expect(told.some((path) => path.startsWith(file))).toBe(true);
});

test("the same object in two files: the later one counts, and a note says so", () => {
  write("a.yaml", policy("same"));
  write("b.yaml", policy("same"));
  expect(readFolder(folder).notes).toEqual([
    "NetworkPolicy stars/same stands in a.yaml and in b.yaml: the later one counts",
  ]);
});

test("seeding adds what a step begins with, and never touches a learner's files", () => {
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny", namespace: "stars" },
  };
  seed(folder, "read me", [object]);
  expect(readdirSync(folder).sort()).toEqual(["README.md", "stars-deny-networkpolicy.yaml"]);
  write("README.md", "mine");
  write("stars-deny-networkpolicy.yaml", policy("mine"));
  seed(folder, "read me", [object, { ...object, metadata: { name: "other" } }]);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
});

test("putting away keeps the files, out of sight of the reader", () => {
  expect(putAway(folder, new Date(0))).toBeUndefined();
  write("a.yaml", policy("a"));
  const away = putAway(folder, new Date(0))!;
  expect(existsSync(join(away, "a.yaml"))).toBe(true);
  expect(readFolder(folder).objects).toEqual([]);
});

test("a folder that is not there holds nothing", () => {
  expect(readFolder(join(folder, "none")).files).toEqual([]);
});

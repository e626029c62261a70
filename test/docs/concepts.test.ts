import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
const folder = join(root, "docs/concepts");
const read = (name: string): string => readFileSync(join(folder, `${name}.md`), "utf8");
const pages = readdirSync(folder)
  .map((file) => file.replace(/\.md$/, ""))
  .filter((name) => name !== "README");
const PICTURE = /<!-- picture: npm run docs -->\n([\s\S]*?)<!-- end of picture -->/;

/** Targets of the links of a text that lie in this project, without their anchors. */
const links = (text: string): string[] =>
  [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((m) => m[1] ?? "");

test("the pictures are what the project's data says", () => {
  const check = spawnSync(process.execPath, ["--import", "tsx", "docs/generate/concepts.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([check.status, check.stderr]).toEqual([0, ""]);
});

test.each(pages)("%s has a picture without colours, a lab and sources, and is short", (name) => {
  const text = read(name);
  const picture = PICTURE.exec(text)?.[1] ?? "";
  expect(picture).toContain("```mermaid");
  // What has colours of its own is unreadable in light or in dark.
  expect(picture).not.toMatch(/\b(style|classDef|fill|stroke|theme)\b/);
  const prose = text.replace(PICTURE, "").replaceAll(/\]\([^)]*\)|[|*`#-]+/g, " ");
  const words = prose.split(/\s+/).length;
  expect(words).toBeGreaterThan(250);
  expect(words).toBeLessThan(550);
  expect(links(text).some((l) => /^\.\.\/\.\.\/labs\/[a-z0-9-]+\/README\.md$/.test(l))).toBe(true);
  expect(text).toMatch(/^\*\*Sources:\*\*[\s\S]*\]\(https:/m);
});

test("the index names every page, and the README the index", () => {
  expect(links(read("README")).sort()).toEqual(pages.map((name) => `${name}.md`).sort());
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain("(docs/concepts/README.md)");
});

test("no link of a page or a lab leads nowhere", () => {
  const labs = readdirSync(join(root, "labs"))
    .map((id) => join(root, "labs", id, "README.md"))
    .filter((file) => existsSync(file));
  const files = [...labs, ...["README", ...pages].map((name) => join(folder, `${name}.md`))];
  const broken = files.flatMap((file) =>
    links(readFileSync(file, "utf8"))
      .filter((link) => !existsSync(resolve(dirname(file), link)))
      .map((link) => `${file}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** Files that are none, and files that are too much: one problem each, and never a hang. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { load, readFiles } from "../../../../packages/reach/src";
import { folder, pod, problems, put } from "./input-folder";

describe("files that are none", () => {
  test("links, sockets and folders: one problem each with its path, and no waiting", () => {
    put("web.yaml", pod());
    mkdirSync(join(folder, "x.yaml"));
    put("x.yaml/inner.yaml", pod("inner"));
    symlinkSync("nowhere.yaml", join(folder, "broken.yaml"));
    symlinkSync("loop.yaml", join(folder, "loop.yaml"));
    symlinkSync("..", join(folder, "x.yaml/up"));
    symlinkSync("/dev/zero", join(folder, "zero.yaml"));
    spawnSync("mkfifo", [join(folder, "pipe.yaml")]);
    expect(problems().map((p) => p.replace(/ > .*/, ""))).toEqual([
      "broken.yaml: is a link: its target does not exist",
      "loop.yaml: is a link: its target leads in a circle",
      "pipe.yaml: is a FIFO, not a file",
      "x.yaml/up: is a link to a folder around it",
      "zero.yaml: is a device, not a file",
    ]);
  });

  test.each<[string, string, RegExp]>([
    [
      "an alias bomb",
      `a: &a [${"x, ".repeat(9)}x]\n` +
        "bcdefghij"
          .split("")
          .map((k, i) => `${k}: &${k} [${`*${"abcdefghij"[i]}, `.repeat(9)}*${"abcdefghij"[i]}]\n`)
          .join("") +
        "kind: Pod\n",
      /more than 1,000,000 values once its aliases/,
    ],
    [
      "a cycle",
      "apiVersion: v1\nkind: Pod\nmetadata: &m { name: p, again: *m }\n",
      /deeper than 100 levels|unidentified alias/,
    ],
    ["20,000 brackets", `kind: ${"[".repeat(20_000)}`, /deeper than 100 levels|is not YAML/],
    ["deep JSON", `{"kind":${"[".repeat(5000)}${"]".repeat(5000)}}`, /deeper than 100 levels/],
    ["a million documents", "---\n".repeat(1_000_000), /more than 100,000 documents/],
  ])("%s", (_, text, message) => {
    put("f.yaml", text);
    const found = problems();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test("a file that is too large", () => {
    put("f.yaml", Buffer.alloc(65 * 1024 * 1024, 35));
    expect(problems()).toEqual([expect.stringMatching(/^f\.yaml: is larger than 64 MiB/)]);
  });

  test("a selector of 20,000 brackets", () => {
    put(
      "f.yaml",
      `apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: { name: p }\nspec: { selector: "${"(".repeat(20_000)}a == 'b'${")".repeat(20_000)}" }\n`,
    );
    expect(problems()).toHaveLength(1);
  });

  test("escape sequences in names are shown, not sent", () => {
    put("f.yaml", pod('"a\\e[2Jb"'));
    const found = problems(() => load(readFiles(["."], folder).objects));
    expect(found).toHaveLength(1);
    try {
      load(readFiles(["."], folder).objects);
    } catch (error) {
      expect((error as Error).message).not.toContain("\u001b");
    }
  });
});

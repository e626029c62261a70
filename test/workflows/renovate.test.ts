import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(__dirname, "../..");
interface Manager {
  description: string;
  managerFilePatterns: string[];
  matchStrings: string[];
}
const { customManagers } = JSON.parse(readFileSync(join(root, "renovate.json"), "utf8")) as {
  customManagers: Manager[];
};
const files = ["components", "labs", "test/workflows", ".github", ".ci"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);

/** What a manager finds in the repository: name and version. */
function found({ managerFilePatterns, matchStrings }: Manager): string[] {
  const patterns = managerFilePatterns.map((p) => new RegExp(p.slice(1, -1)));
  return files
    .filter((f) => patterns.some((p) => p.test(f)))
    .flatMap((f) => {
      const text = readFileSync(join(root, f), "utf8");
      return matchStrings.flatMap((m) =>
        [...text.matchAll(new RegExp(m, "g"))].map(
          ({ groups }) => `${groups?.["depName"] ?? ""} ${groups?.["currentValue"] ?? ""}`,
        ),
      );
    });
}

test.each(customManagers.map((m) => [m.description, m] as const))("Renovate finds: %s", (_, manager) => {
  expect(found(manager)).not.toEqual([]);
});

test("every image by digest in a lab, every chart and node image is one that Renovate keeps", () => {
  const all = customManagers.flatMap(found);
  for (const wanted of [
    /^ingress-nginx 4/,
    /^cert-manager v1/,
    /^kindest\/node v1\.36/,
    /^busybox 1/,
    /^redis 7/,
  ])
    expect(all).toEqual(expect.arrayContaining([expect.stringMatching(wanted)]));
  const digests = files
    .filter((f) => /^labs\//.test(f))
    .flatMap((f) => readFileSync(join(root, f), "utf8").match(/@sha256:/g) ?? []);
  const images = customManagers.find((m) => m.description === "Images of the labs")!;
  expect(found(images)).toHaveLength(digests.length);
});

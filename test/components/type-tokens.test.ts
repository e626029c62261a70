import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../components");
const components = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .flatMap((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const token = /super\(\s*"(labs:[^"]*)"/.exec(text)?.[1];
    const name = /class (\w+) extends pulumi\.ComponentResource/.exec(text)?.[1];
    return name === undefined ? [] : [[path, name, token] as const];
  });

test("there are components", () => {
  expect(components.length).toBeGreaterThan(10);
});

test.each(components)("%s: the type token names the folder and the class", (path, name, token) => {
  // These were made for EKS first, and a token is part of the identity of all below it.
  const folder = path.startsWith("aws/") ? "eks" : path.split("/")[0]!;
  expect(token).toBe(`labs:${folder}:${name}`);
});

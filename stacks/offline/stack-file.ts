import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { labs } from "../../labs/index";
import { ENCRYPTED } from "../../kube/config-fields";
import { plainYaml } from "../../kube/plain-yaml";
import { nearest } from "../../kube/nearest";
import { reasonOf, UserError, withoutControls } from "../../kube/problems";
import type { RawConfig } from "../config/load-config";
import { PROJECT } from "../stack-plan";
import { readUserFile } from "./user-file";

export interface StackFile {
  stack: string;
  raw: RawConfig;
  path: string;
  /** The file's absolute path where it is not a stack of this project, which the engine would find by its name. */
  ownFile?: string;
}

/** Reads a stack's config from its name (`kind` → Pulumi.kind.yaml) or from a file of the user's own. */
export function readStackFile(nameOrFile: string, folder: string = process.cwd()): StackFile {
  const candidates = [join(folder, `Pulumi.${nameOrFile}.yaml`), join(folder, nameOrFile), nameOrFile];
  const path = candidates.find((c) => existsSync(c) && /\.ya?ml$/.test(c));
  if (path === undefined) {
    const stacks = readdirSync(folder).flatMap((f) => /^Pulumi\.(.+)\.ya?ml$/.exec(f)?.[1] ?? []);
    throw new UserError(`there is no stack or file ${nameOrFile}; ${others(nameOrFile, stacks, folder)}`);
  }
  const name = basename(path).replace(/\.ya?ml$/, "");
  // What the engine takes as the name of a stack.
  const stack = (/^Pulumi\.(.+)$/.exec(name)?.[1] ?? name).replace(/[^\w.-]+/g, "-");
  const raw = readConfig(readUserFile(path, path).toString("utf8"), path);
  const ofProject = resolve(path) === resolve(folder, `Pulumi.${stack}.yaml`);
  return { stack, path, raw, ...(ofProject ? {} : { ownFile: resolve(path) }) };
}

/** What was meant, perhaps: a stack by nearly this name, a lab, a file of another kind. */
function others(name: string, stacks: readonly string[], folder: string): string {
  const here =
    stacks.length === 0
      ? `looked in ${resolve(folder)}, where no stack is: go to the project's folder, or name a stack file`
      : `stacks here: ${stacks.join(", ")} (looked in ${resolve(folder)})`;
  if (labs.some((l) => l.id === name))
    return `${name} is a lab: \`npm run labs -- play ${name}\` plays it, and a stack has it under \`labs\`; ${here}`;
  if (existsSync(name)) return `a stack file ends in .yaml or .yml; ${here}`;
  const near = nearest(name, stacks);
  return near === undefined ? here : `did you mean ${near}? ${here}`;
}

/** Config as the engine would hand it over. Values encrypted in the file stay unknown to us. */
export function readConfig(text: string, path: string): RawConfig {
  const file = readYaml(text, path);
  const config = file["config"] ?? {};
  if (typeof config !== "object" || Array.isArray(config))
    throw new UserError(`${path} has no mapping under config:; ${EXAMPLE}`);
  const strays =
    file["config"] === undefined ? Object.keys(file).filter((key) => !ENGINE_KEYS.includes(key)) : [];
  if (strays.length > 0)
    throw new UserError(
      `${path} has ${strays.join(", ")} at its top, where nothing reads it; put it under config:`,
    );
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const plain = withoutSecrets(value);
      return [
        key.includes(":") ? key : `${PROJECT}:${key}`,
        typeof plain === "string" ? plain : JSON.stringify(plain),
      ];
    }),
  );
}

const EXAMPLE =
  "write the stack's keys there, as Pulumi.kind.yaml does; docs/configuration.md has all of them";

/** What the engine keeps beside the config. */
const ENGINE_KEYS = ["config", "environment", "encryptedkey", "encryptionsalt", "secretsprovider"];

function readYaml(text: string, path: string): Readonly<Record<string, unknown>> {
  let file: unknown;
  try {
    file = plainYaml(text);
  } catch (error) {
    throw new UserError(withoutControls(`${path} is not YAML: ${reasonOf(error)}`));
  }
  if (file === null || file === undefined)
    throw new UserError(`${path} is empty: it needs config:; ${EXAMPLE}`);
  if (typeof file !== "object" || Array.isArray(file))
    throw new UserError(`${path} has no mapping under config:; ${EXAMPLE}`);
  return file as Record<string, unknown>;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).length === 1 && "secure" in value) return ENCRYPTED;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutSecrets(v)]));
}

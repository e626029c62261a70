import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** The stack file (`Pulumi.<stack>.yaml`) of a student: config, and the salt of its secrets. */
export interface StackSettings {
  config: Record<string, unknown>;
  /** Everything else that stands in the file: encryptionsalt, secretsprovider … */
  rest: Record<string, unknown>;
}

export function settingsPath(folder: string, stack: string): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}

/** For its owner alone, also where the engine wrote it. */
export function keepPrivate(folder: string, stack: string): void {
  const path = settingsPath(folder, stack);
  if (existsSync(path)) chmodSync(path, 0o600);
}

/** Undefined when there is no file. Config keys come without the project's name. */
export function readSettings(folder: string, stack: string, project: string): StackSettings | undefined {
  const path = settingsPath(folder, stack);
  if (!existsSync(path)) return undefined;
  const { config, ...rest } = (parse(readFileSync(path, "utf8")) ?? {}) as Record<string, unknown>;
  const own = Object.entries((config ?? {}) as Record<string, unknown>);
  return {
    rest,
    config: Object.fromEntries(
      own.map(([key, value]) => [key.replace(new RegExp(`^${project}:`), ""), value]),
    ),
  };
}

/** Writes the file whole or not at all. */
export function writeSettings(folder: string, stack: string, project: string, settings: StackSettings): void {
  const path = settingsPath(folder, stack);
  const config = Object.fromEntries(
    Object.entries(settings.config).map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      value,
    ]),
  );
  // Quoted: the engine would read a time without quotes as a time, and hand it on in another form.
  const text = stringify(
    { ...settings.rest, config },
    { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(
      part,
      `# Written by \`labs students\`; a plain stack: \`pulumi up --stack ${stack}\` works too.\n${text}`,
      // Names and addresses of people: for their instructor alone.
      { mode: 0o600 },
    );
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

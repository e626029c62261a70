import type { z } from "zod";
import type { Problem } from "../../kube/problems";
import { problemsOf } from "../../kube/schema-problems";
import { configSchema, type Config } from "./stack-config";

/** Raw config as the engine hands it over: full key (`project:key`) → text, JSON for anything but plain strings. */
export type RawConfig = Readonly<Record<string, string>>;

export interface Loaded {
  /** Absent when there is any problem. */
  config?: Config;
  /** With problems: the config without the sections that have them, so that the rest can be checked too. */
  rest?: Config;
  problems: Problem[];
}

/** Reads a stack's config: every error at once, each with path, value and fix. Keys of other namespaces are not ours. */
export function loadConfig(raw: RawConfig, project: string): Loaded {
  const prefix = `${project}:`;
  // Not by assignment: `__proto__` is a key like others, and wrong like others.
  const input = Object.fromEntries(
    Object.entries(raw).flatMap(([full, text]) => {
      const key = full.slice(prefix.length);
      return full.startsWith(prefix) ? [[key, decode(key, text)] as const] : [];
    }),
  );
  const result = configSchema.safeParse(input);
  if (result.success) return { config: result.data, problems: [] };
  const problems = problemsOf(result.error, configSchema, input);
  const broken = new Set(problems.map((p) => p.path.split(".")[0] ?? ""));
  const sound = Object.fromEntries(Object.entries(input).filter(([key]) => !broken.has(key)));
  // Without its target a config says too little: what is missing then is not what is wrong.
  const rest = broken.has("target") ? undefined : configSchema.safeParse(sound).data;
  return { problems, ...(rest === undefined ? {} : { rest }) };
}

/** Text that the key's own schema takes as it is stays text (`kubernetes: 1.36`); everything else is JSON. */
function decode(key: string, text: string): unknown {
  const shape = configSchema.shape as Record<string, z.ZodType | undefined>;
  if (Object.hasOwn(shape, key) && shape[key]?.safeParse(text).success === true) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

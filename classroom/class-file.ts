import { z } from "zod";
import { problemsOf } from "../kube/schema-problems";
import { ProblemsError, type Problem } from "../kube/problems";
import { DEFAULT_RANGES, allocationProblems, type AllocationRanges } from "./allocation";
import { DEFAULT_HARD_LIMIT, DEFAULT_TTL, formatDuration, parseTtl } from "./lease";
import { classNameProblem, suggestClass } from "./environment-names";
import { checkLabs, type KnownLabs, type LabChoice } from "./lab-choice";
import { TARGETS } from "./student";

/** The class file: what holds for every student of a class. Each description becomes documentation. */
const duration = (standard: number) => z.string().default(formatDuration(standard));
const ports = z.string().regex(/^[0-9]{1,5}-[0-9]{1,5}$/, "must be a range such as 20000-29999");

const fileSchema = z.strictObject({
  class: z.string().optional().meta({
    description: "Name of the class: a DNS label of at most 16 characters. The file's name if left out.",
  }),
  owner: z.string().min(1).max(64).optional().meta({
    description: "Who answers for it: a tag on all that costs. The user who runs the command if left out.",
  }),
  target: z
    .enum(TARGETS)
    .default("kind")
    .meta({ description: "Where environments are made; a student's row may differ." }),
  labs: z
    .union([
      z.array(z.string()),
      z.record(
        z.string(),
        z.union([
          z.int(),
          z.string(),
          z.null(),
          z.strictObject({ step: z.union([z.int(), z.string()]).default(0) }),
        ]),
      ),
    ])
    .default([])
    .meta({
      description:
        "Labs, and the step each starts at: `[stars, yaobank]` or `{ stars: 2, yaobank: database }`.",
    }),
  sizes: z
    .strictObject({
      workers: z.int().min(0).max(10).optional().meta({ description: "Worker nodes of each environment." }),
      instanceTypes: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .meta({ description: "EC2 instance types of the workers; only on eks." }),
    })
    .prefault({})
    .meta({ description: "How large an environment is." }),
  config: z.record(z.string(), z.unknown()).default({}).meta({
    description: "Any further keys of a stack's config, for each student alike (docs/configuration.md).",
  }),
  ttl: duration(DEFAULT_TTL).meta({
    description: "How long an environment lives after the last `up` or `extend`.",
  }),
  hardLimit: duration(DEFAULT_HARD_LIMIT).meta({
    description: "How long it may live after its first `up`, however often it is extended. At most 30d.",
  }),
  parallel: z.int().min(1).max(64).default(4).meta({ description: "Environments worked on at a time." }),
  timeout: duration(60 * 60_000).meta({
    description: "After this long an `up` or `down` of one student is stopped.",
  }),
  allocation: z
    .strictObject({
      hostPorts: ports.optional(),
      portsPerCluster: z.int().min(1).max(1000).optional(),
      podCidrs: z.string().optional(),
      podPrefix: z.int().min(12).max(22).optional(),
      serviceCidrs: z.string().optional(),
      servicePrefix: z.int().min(12).max(26).optional(),
      networkCidrs: z.string().optional(),
      networkPrefix: z.int().min(12).max(24).optional(),
    })
    .prefault({})
    .meta({ description: "Ports and address ranges that kind clusters on one machine share out." }),
});

/** A class, checked. Durations are milliseconds. */
export interface Class<Given = unknown> {
  name: string;
  owner?: string;
  target: (typeof TARGETS)[number];
  /** Lab → number of the step it starts at. */
  labs: Readonly<Record<string, number>>;
  workers?: number;
  instanceTypes?: readonly string[];
  /** Further keys of a stack's config, for each student alike. */
  config: Given;
  /** Whether that config gives kind clusters a docker network of their own. */
  network: boolean;
  ttl: number;
  hardLimit: number;
  parallel: number;
  timeout: number;
  ranges: AllocationRanges;
}

/** Keys of a stack's config that the class and the roster decide, each with what to write instead. */
export const RESERVED_KEYS = {
  target: "`target` of the class",
  clusterName: "it is the environment's name",
  labs: "`labs` of the class",
  student: "it is made from the roster",
  owner: "`owner` of the class",
  expires: "`ttl` of the class",
} as const;

/** Keys under `kind` that each cluster of a class gets for itself. */
const ALLOCATED: Readonly<Record<string, string>> = {
  podCidr: "`allocation.podCidrs`, from which each cluster gets a range",
  serviceCidr: "`allocation.serviceCidrs`, from which each cluster gets a range",
  podCidr6: "leave it out: with `ipFamily` each cluster gets a range",
  serviceCidr6: "leave it out: with `ipFamily` each cluster gets a range",
  apiServerPort: "`allocation.hostPorts`, from which each cluster gets its ports",
  portMappings: "`allocation.hostPorts`, from which each cluster gets its ports",
  "network.subnet": "`allocation.networkCidrs`, from which each cluster gets a range",
};

/** What a class file is checked against. */
export interface ClassChecks<Given> {
  labs: KnownLabs;
  /** Reads what the class says of its stacks' config, without the keys that the class itself decides. */
  readConfig: (given: Readonly<Record<string, unknown>>) => { config?: Given; problems: readonly Problem[] };
}

/**
 * Checks a class file's content, already read from YAML.
 * @throws ProblemsError with every problem.
 */
export function readClass<Given>(
  input: unknown,
  file: string,
  { labs, readConfig }: ClassChecks<Given>,
): Class<Given> {
  const problems: Problem[] = [];
  const at = (path: string): string => `${file}: ${path}`;
  const given = withoutEmpty(input ?? {});
  const parsed = fileSchema.safeParse(given);
  if (!parsed.success) {
    throw new ProblemsError(
      "The class file is not right.",
      problemsOf(parsed.error, fileSchema, given).map((p) => ({
        fix: "docs/instructors.md has every key",
        ...p,
        path: at(p.path === "(config)" ? "(top)" : p.path),
      })),
    );
  }
  const f = parsed.data;
  const name = f.class ?? suggestClass(file.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, ""));
  const wrong = classNameProblem(name);
  if (wrong !== undefined) {
    problems.push({ path: at("class"), value: name, message: wrong, fix: `such as ${suggestClass(name)}` });
  }
  const ms = (key: "ttl" | "hardLimit" | "timeout", limit?: number): number => {
    const d = parseTtl(f[key], limit);
    if ("ms" in d) return d.ms;
    problems.push({ path: at(key), value: f[key], message: d.problem, fix: "such as 8h, 90m, 2d" });
    return 0;
  };
  const hardLimit = ms("hardLimit");
  const timeout = ms("timeout");
  const ttl = ms("ttl", hardLimit === 0 ? undefined : hardLimit);
  for (const [key, instead] of Object.entries(RESERVED_KEYS)) {
    if (Object.hasOwn(f.config, key)) {
      problems.push({
        path: at(`config.${key}`),
        value: f.config[key],
        message: "cannot be set here",
        fix: instead,
      });
    }
  }
  const free = Object.entries(f.config).filter(([key]) => !Object.hasOwn(RESERVED_KEYS, key));
  const { config, problems: wrongConfig } = readConfig(Object.fromEntries(free));
  const page = "docs/configuration.md has every key";
  problems.push(...wrongConfig.map((p) => ({ fix: page, ...p, path: at(`config.${p.path}`) })));
  for (const [key, instead] of Object.entries(ALLOCATED)) {
    const value = valueAt(f.config, ["kind", ...key.split(".")]);
    if (value === undefined) continue;
    problems.push({
      path: at(`config.kind.${key}`),
      value,
      message: "cannot be the same for all",
      fix: instead,
    });
  }
  const { hostPorts, ...allocation } = f.allocation;
  const [from = 0, to = 0] = (hostPorts ?? "20000-29999").split("-").map(Number);
  const ranges: AllocationRanges = { ...DEFAULT_RANGES, ...defined(allocation), hostPorts: { from, to } };
  if (to > 65535 || from < 1024) {
    problems.push({
      path: at("allocation.hostPorts"),
      value: hostPorts,
      message: "is outside 1024-65535",
      fix: "such as 20000-29999",
    });
  }
  problems.push(...allocationProblems(ranges, at("allocation")));
  const steps = checkLabs(choicesOf(f.labs), labs, at("labs"), problems);
  if (problems.length > 0 || config === undefined)
    throw new ProblemsError("The class file is not right.", problems);
  return {
    name,
    target: f.target,
    labs: steps,
    config,
    network: typeof valueAt(f.config, ["kind", "network"]) === "object",
    ttl,
    hardLimit,
    parallel: f.parallel,
    timeout,
    ranges,
    ...(f.owner === undefined ? {} : { owner: f.owner }),
    ...(f.sizes.workers === undefined ? {} : { workers: f.sizes.workers }),
    ...(f.sizes.instanceTypes === undefined ? {} : { instanceTypes: f.sizes.instanceTypes }),
  };
}

/** Labs of the class file, as a list of names or by name. */
function choicesOf(labs: z.output<typeof fileSchema>["labs"]): LabChoice[] {
  if (Array.isArray(labs)) return labs.map((lab) => ({ lab, step: 0 }));
  return Object.entries(labs).map(([lab, value]) => ({
    lab,
    step: (typeof value === "object" ? value?.step : value) ?? 0,
  }));
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce(
    (o: unknown, key) =>
      typeof o === "object" && o !== null ? (o as Record<string, unknown>)[key] : undefined,
    config,
  );
}

function defined<T extends object>(o: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as never;
}

/** A key with nothing behind it says nothing. */
function withoutEmpty(input: unknown): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAll } from "../../policies/guardrails";
import { subjects } from "../../policies/guardrails/registered";
import type { Violation } from "../../policies/guardrails/rule";
import {
  API_SERVER,
  CORE_DNS,
  diff,
  diffMarkdown as flowsMarkdown,
  ingressNginx,
  load,
  readObjects,
  type State,
} from "../../policies/reachability";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planOffline } from "../plan/run";
import { writeManifests } from "../plan/manifests";
import type { PlanReport } from "../plan/report";
import { withBasePlan, type PlanOfVersion } from "./base";
import { diffMarkdown, type StackDiff } from "./markdown";
import { diffResources } from "./resources";

/** `labs plan <stack> --diff BASE`: Markdown on standard output. */
export async function runDiff(nameOrFile: string, base: string): Promise<void> {
  process.stdout.write(diffMarkdown(await stackDiff(nameOrFile, base)));
}

/** What the work tree as it is changes in a stack, against a commit. */
export async function stackDiff(nameOrFile: string, base: string): Promise<StackDiff> {
  return diffOf(readStackFile(nameOrFile), base);
}

/** What a stack's config, planned by the work tree's program, changes against a commit. */
export async function diffOf(file: StackFile, base: string): Promise<StackDiff> {
  const { report, files } = await planOffline(file);
  const folder = mkdtempSync(join(tmpdir(), "labs-head-"));
  try {
    writeManifests(folder, files);
    // `await`: both folders live until the comparison is done.
    return await withBasePlan(base, file.stack, (before) =>
      Promise.resolve(compare(before, report, folder, base)),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(
  before: PlanOfVersion | undefined,
  head: PlanReport,
  headFolder: string,
  base: string,
): StackDiff {
  const known = new Set(before === undefined ? [] : guardrails(before.plan.resources).map(keyOf));
  return {
    stack: head.stack,
    base,
    resources: diffResources(before?.plan.resources ?? [], head.resources),
    guardrails: guardrails(head.resources).filter((v) => !known.has(keyOf(v))),
    ...flows(before, head, headFolder),
  };
}

/** Both states are read by this version's evaluator, from the objects that each version's program registers. */
function flows(
  before: PlanOfVersion | undefined,
  head: PlanReport,
  headFolder: string,
): Pick<StackDiff, "flows" | "workloads"> {
  try {
    const old = before === undefined ? load([]) : state(before.plan, before.folder);
    const found = diff(old, state(head, headFolder));
    return { flows: { markdown: [...flowsMarkdown(found)].join("") }, workloads: found.workloads };
  } catch (e) {
    const why = e instanceof Error ? (e.message.split("\n")[0] ?? "") : String(e);
    return { flows: { unknown: why }, workloads: { added: [], removed: [] } };
  }
}

function state(plan: Pick<PlanReport, "charts"> | PlanOfVersion["plan"], folder: string): State {
  const way = plan.charts.some((c) => /ingress-nginx/.test(c.chart))
    ? [ingressNginx({ hostNetwork: false })]
    : [];
  // A patch is a part of an object, not one.
  const registered = readObjects([folder]).filter(({ origin }) => !/-patch\.yaml/.test(origin ?? ""));
  const around = [...CORE_DNS, ...API_SERVER, ...way].map((object) => ({ object }));
  const key = (o: (typeof registered)[number]): string => {
    const { kind, metadata } = o.object;
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  };
  return load([...new Map([...around, ...registered].map((o) => [key(o), o])).values()]);
}

function guardrails(
  resources: readonly {
    urn: string;
    type: string;
    name: string;
    inputs: Readonly<Record<string, unknown>>;
  }[],
): Violation[] {
  return checkAll(
    subjects(
      resources.map((r) => {
        const more = r as Partial<PlanReport["resources"][number]>;
        return {
          ...r,
          dependencies: more.dependsOn ?? [],
          provider: more.provider ?? "",
          ...(more.parent === undefined ? {} : { parent: more.parent }),
          ...(more.deletedWith === undefined ? {} : { deletedWith: more.deletedWith }),
        };
      }),
    ),
  );
}

const keyOf = (v: Violation): string => JSON.stringify([v.rule, v.type, v.name, v.path, v.verdict]);

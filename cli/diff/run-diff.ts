import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../../kube/problems";
import { checkAll } from "../../policies/guardrails";
import { subjects } from "../../policies/guardrails/registered";
import type { Violation } from "../../policies/guardrails/rule";
import { stateOf } from "../../labs/prediction/state";
import { diff, load, readIntents, readObjects, type Intent, type State } from "../../packages/reach/src";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planOffline } from "../plan/run-plan";
import { writeManifests } from "../plan/manifests";
import type { PlanReport } from "../plan/plan-report";
import { refusedAtAws } from "./aws-changes";
import { programsDiffer, withBase, type BaseProgram, type PlanOfVersion } from "./diff-base";
import { groupFlows } from "./flow-changes";
import { diffMarkdown, type Flows, type StackDiff } from "./diff-markdown";
import { diffResources } from "./resource-changes";
import { otherSteps, rawAtSteps } from "./step-changes";

/** `labs plan <stack> --diff BASE`: Markdown on standard output. Exit code 1 where an intent does not hold. */
export async function runPlanDiff(nameOrFile: string, base: string, intentsFile?: string): Promise<void> {
  const intents = intentsFile === undefined ? [] : readIntents(intentsFile);
  const found = await diffOf(readStackFile(nameOrFile), base, intents);
  process.stdout.write(diffMarkdown(found));
  if (found.intents.some(({ holds }) => !holds)) process.exitCode = 1;
}

/**
 * What a stack's config, planned by the work tree's program, changes against a commit.
 * @param intents flows that must be open or closed where the labs stand
 */
export async function diffOf(
  file: StackFile,
  base: string,
  intents: readonly Intent[] = [],
): Promise<StackDiff> {
  const holder = mkdtempSync(join(tmpdir(), "labs-head-"));
  const head = async (
    raw: StackFile["raw"],
    asked: readonly Intent[] = [],
  ): Promise<{ plan: PlanReport; folder: string }> => {
    const { report, files } = await planOffline({ ...file, raw }, asked);
    const folder = mkdtempSync(join(holder, "objects-"));
    writeManifests(folder, files);
    return { plan: report, folder };
  };
  try {
    const here = await head(file.raw, intents);
    // `await`: both folders live until the comparison is done.
    return await withBase(base, file, async (program) => {
      const before = program?.plan();
      const found = flows(before, here);
      const known = new Set(before === undefined ? [] : guardrails(before.plan.resources).map(keyOf));
      return {
        stack: file.stack,
        base,
        isNew: before === undefined,
        resources: diffResources(before?.plan.resources ?? [], here.plan.resources),
        refused: refusedAtAws(before?.plan.resources ?? [], here.plan.resources),
        cost: { before: before?.plan.cost, after: here.plan.cost },
        guardrails: guardrails(here.plan.resources).filter((v) => !known.has(keyOf(v))),
        intents: here.plan.intents,
        ...found,
        elsewhere:
          program === undefined || before === undefined || !programsDiffer(base)
            ? []
            : await elsewhere(program, before, here.plan, (steps) => head(rawAtSteps(file.raw, steps))),
      };
    });
  } finally {
    rmSync(holder, { recursive: true, force: true });
  }
}

/** Flows that open or close at other steps than those where the labs stand. */
async function elsewhere(
  program: BaseProgram,
  before: PlanOfVersion,
  here: PlanReport,
  head: (steps: ReadonlyMap<string, number>) => Promise<PlanOfVersion>,
): Promise<StackDiff["elsewhere"]> {
  const found: { title: string; flows: Flows }[] = [];
  for (const standing of otherSteps(before.plan.labs, here.labs)) {
    const { flows: changed } = flows(program.plan(standing.base), await head(standing.head));
    if ("unknown" in changed || changed.groups.length > 0)
      found.push({ title: standing.title, flows: changed });
  }
  return found;
}

/** Both states are read by this version's evaluator, from the objects that each version's program registers. */
function flows(
  before: PlanOfVersion | undefined,
  head: PlanOfVersion,
): Pick<StackDiff, "flows" | "workloads"> {
  try {
    const old = before === undefined ? load([]) : stateOfPlan(before);
    const now = stateOfPlan(head);
    const found = diff(old, now);
    const outside = new Set([...outsideNames(old, now)]);
    return { flows: { groups: groupFlows(found, outside) }, workloads: found.workloads };
  } catch (e) {
    const why = reasonOf(e).split("\n")[0] ?? "";
    return { flows: { unknown: why }, workloads: { added: [], removed: [] } };
  }
}

/** A plan as the evaluator reads it: the objects that its program registers, and the ambient ones. */
export function stateOfPlan({ plan, folder }: PlanOfVersion): State {
  const sources = readObjects([folder]);
  const isPatch = ({ origin = "" }: (typeof sources)[number]): boolean => /-patch\.yaml/.test(origin);
  return stateOf(plan.ambient, {
    objects: sources.filter((s) => !isPatch(s)),
    patches: sources.filter(isPatch),
  });
}

/** Names of the outside as a comparison uses them: split at what either state names. */
function outsideNames(a: State, b: State): string[] {
  const nets = [...a.namedNets, ...b.namedNets];
  return [a, b].flatMap((s) => s.splitAt(nets).outside.map((e) => e.name));
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

import { z } from "zod";
import { ProblemsError, type Problem } from "../kube/problems";
import { problemsOf, suggestion } from "../kube/schema-problems";
import { classNameProblem } from "./environment-names";
import { stepList, stepNumber } from "./steps";

const points = z.number().min(0).max(1000);
const moment = z.iso.datetime({ offset: true, error: "is no moment such as 2026-11-27T09:00:00+01:00" });
const schema = z.strictObject({
  class: z.string().optional().meta({ description: "Hand-ins of another class are refused." }),
  from: moment
    .optional()
    .meta({ description: "What was solved before does not count: `2026-11-27T09:00:00+01:00`." }),
  until: moment.optional().meta({ description: "What was solved later does not count." }),
  labs: z
    .record(
      z.string(),
      z.strictObject({
        steps: z.union([points, z.record(z.string(), points)]).meta({
          description:
            "Points of a step all of whose claims hold: by number or name, or one number for each step that has something to write.",
        }),
        claims: points.default(0).meta({
          description:
            "Points of each claim that the student's files made hold, at a step that is not whole; at most the step's.",
        }),
      }),
    )
    .default({})
    .meta({ description: "Steps that count." }),
  faults: z
    .array(
      z.strictObject({
        lab: z.string(),
        seed: z.union([z.string().min(1), z.int()], "is no seed: a text or a whole number").transform(String),
        step: z
          .union([z.int(), z.string()])
          .optional()
          .meta({ description: "The lab's last step if left out, as `play --broken`." }),
        points,
      }),
    )
    .default([])
    .meta({
      description: "Mistakes that were to be found (`play --broken --seed`): an exam is a list of seeds.",
    }),
  hints: z
    .strictObject({
      cost: points.default(0).meta({ description: "Points that each hint takes from its step or mistake." }),
      most: points.optional().meta({ description: "At most so many points of one step or mistake." }),
    })
    .prefault({})
    .meta({ description: "What hints cost; a step never gives less than 0." }),
});

export interface RubricItem {
  lab: string;
  step: number;
  id: string;
  seed?: string;
  points: number;
  /** For each claim of a step that is not whole. */
  claim: number;
}

export interface Rubric {
  class?: string;
  /** Milliseconds since 1970. */
  from?: number;
  until?: number;
  items: RubricItem[];
  hints: { cost: number; most: number };
}

/** The steps of each lab, and whether claims tell when one is done. */
export type Gradable = ReadonlyMap<string, readonly { id: string; told: () => boolean }[]>;

/** Reads a rubric, already parsed from YAML. @throws ProblemsError with every problem */
export function readRubric(input: unknown, file: string, labs: Gradable): Rubric {
  const fail = (problems: readonly Problem[]): never => {
    throw new ProblemsError("The rubric is not right; nothing was graded.", problems);
  };
  const given = input ?? {};
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    return fail(
      problemsOf(parsed.error, schema, given).map((p) => ({
        ...p,
        fix: fixOf(p),
        path: `${file}: ${p.path}`,
      })),
    );
  const { data } = parsed;
  const problems: Problem[] = [];
  const add = (path: string, value: unknown, message: string, fix: string): void => {
    problems.push({ path: `${file}: ${path}`, value, message, fix });
  };
  const wrong = data.class === undefined ? undefined : classNameProblem(data.class);
  if (wrong !== undefined) add("class", data.class, wrong, "the class of the roster");
  const [from, until] = [data.from, data.until].map((t) => (t === undefined ? undefined : Date.parse(t)));
  if (from !== undefined && until !== undefined && from >= until)
    add("until", data.until, "is not after `from`", "the end of the exam or the class");
  const stepsOf = (lab: string, path: string) => {
    const found = labs.get(lab);
    if (found === undefined) add(path, lab, "is not a lab", suggestion(lab, [...labs.keys()]));
    return found;
  };
  const numberOf = (lab: string, step: string | number, path: string): number | undefined => {
    const steps = stepsOf(lab, path);
    if (steps === undefined) return undefined;
    const number = stepNumber(
      step,
      steps.map((s) => s.id),
    );
    const told = number === undefined ? undefined : steps[number]?.told();
    if (number === undefined)
      add(path, step, `is not a step of ${lab}`, `a step: ${stepList(steps.map((s) => s.id))}`);
    else if (told === false)
      add(
        path,
        step,
        "has nothing to write, or no claim tells when it is done",
        `a step: ${gradable(steps)}`,
      );
    return told === true ? number : undefined;
  };
  const item = (
    lab: string,
    step: number,
    of: { points: number; claim: number; seed?: string },
  ): RubricItem => ({
    lab,
    step,
    id: labs.get(lab)?.[step]?.id ?? "",
    ...of,
  });
  const items = Object.entries(data.labs).flatMap(([lab, { steps, claims: claim }]) => {
    if (typeof steps === "number")
      return (stepsOf(lab, `labs.${lab}`) ?? []).flatMap((s, i) =>
        s.told() ? [item(lab, i, { points: steps, claim })] : [],
      );
    return Object.entries(steps).flatMap(([step, points]) => {
      const number = numberOf(lab, step, `labs.${lab}.steps.${step}`);
      return number === undefined ? [] : [item(lab, number, { points, claim })];
    });
  });
  const faults = data.faults.flatMap(({ lab, seed, step, points }, i) => {
    const last = (labs.get(lab)?.length ?? 1) - 1;
    const number = numberOf(lab, step ?? last, `faults.${i}${step === undefined ? ".lab" : ".step"}`);
    return number === undefined ? [] : [item(lab, number, { seed, points, claim: 0 })];
  });
  const all = [...items, ...faults];
  all.forEach((a, i) => {
    if (all.findIndex((b) => itemKey(a) === itemKey(b)) !== i)
      add(
        a.seed === undefined ? `labs.${a.lab}.steps` : "faults",
        itemTitle(a),
        "is listed twice",
        "name each once",
      );
  });
  if (all.length === 0 && problems.length === 0)
    add("labs", data.labs, "gives no points", "such as labs: { stars: { steps: 2 } }");
  if (problems.length > 0) return fail(problems);
  return {
    items: all,
    hints: { cost: data.hints.cost, most: data.hints.most ?? Infinity },
    ...(data.class === undefined ? {} : { class: data.class }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

const gradable = (steps: readonly { id: string; told: () => boolean }[]): string =>
  steps.flatMap((s, i) => (s.told() ? [`${i} (${s.id})`] : [])).join(", ") || "none of this lab";

/** The schema's own words speak of Pulumi's config. */
const fixOf = ({ fix }: Problem): string =>
  fix === undefined || fix.startsWith("set it:") ? "docs/instructors.md#grades has every key" : fix;

export const itemKey = ({ lab, step, seed }: Pick<RubricItem, "lab" | "step" | "seed">): string =>
  JSON.stringify([lab, step, seed]);

/** As columns are called. */
export const itemTitle = ({ lab, step, id, seed }: RubricItem): string =>
  seed === undefined ? `${lab} ${step} ${id}` : `${lab} ${step} seed ${seed}`;

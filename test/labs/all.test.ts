import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stateOfPlan } from "../../cli/diff/run-diff";
import { nodeId } from "../../cli/page/graph-nodes";
import type { LabPage } from "../../cli/page/page-data";
import { labPage } from "../../cli/page/lab-page";
import { writeManifests } from "../../cli/plan/manifests";
import { planOffline } from "../../cli/plan/run-plan";
import { isTheirs } from "../../cli/play/exercise";
import { update } from "../../cli/play/play-update";
import { checksOf } from "../../cli/verify/core/checks";
import { labs } from "../../labs/index";
import type { LabSelection } from "../../labs/model";
import { answerClaim, flowClaims } from "../../labs/prediction/claims";
import { LabStates } from "../../labs/prediction/lab-states";
import { predictedState, labObjects } from "../../labs/prediction/state";
import { readConfig, type StackFile } from "../../stacks/offline/stack-file";
import { PROJECT } from "../../stacks/stack-plan";

const root = resolve(__dirname, "../..");

/** The file of the stack that a lab runs on: its own where it needs a cluster of its own, else kind. */
const fileOf = (id: string): string =>
  [`Pulumi.${id}.yaml`, "Pulumi.kind.yaml"].map((f) => resolve(root, f)).find((f) => existsSync(f))!;

/** That stack with these labs at these steps. */
function stackWith(steps: Record<string, number>): StackFile {
  const file = fileOf(Object.keys(steps)[0]!);
  const selected = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { step }]));
  const raw = readConfig(readFileSync(file, "utf8"), file);
  return { stack: "proof", path: file, raw: { ...raw, [`${PROJECT}:labs`]: JSON.stringify(selected) } };
}

const last = (id: string): number => labs.find((l) => l.id === id)!.steps.length - 1;

/** Labs that share a stack are proved together, on one stack, each at its step or at its last. */
const sharing = [...new Set(labs.map((l) => fileOf(l.id)))].map((file) =>
  labs.map((l) => l.id).filter((id) => fileOf(id) === file),
);
const cases = sharing.flatMap((ids) =>
  Array.from({ length: Math.max(...ids.map(last)) + 1 }, (_, step) => {
    const steps = Object.fromEntries(ids.map((id) => [id, Math.min(step, last(id))]));
    return [
      Object.entries(steps)
        .map(([id, n]) => `${id} ${n}`)
        .join(", "),
      steps,
    ] as const;
  }),
);

/** What a surface says of each claimed flow: `lab: from → to TCP 80` → found. */
type Said = Record<string, string>;
const say = (
  instance: string,
  claims: readonly { from: string; to: string; protocol?: string; port?: number; found: string }[],
): Said =>
  Object.fromEntries(
    claims.map((c) => [`${instance}: ${nodeId(c.from)} → ${nodeId(c.to)} ${c.protocol} ${c.port}`, c.found]),
  );
const together = (all: readonly Said[]): Said => Object.assign({}, ...all) as Said;

/** Pages and exercises read all steps of a lab at once; on these stacks they are the same for every step. */
const states = new Map<string, LabStates>();
const pages = new Map<string, LabPage>();
/** What a learner sees who has all of a step's own objects, by lab and step. */
const played = new Map<string, Said>();
function statesOf(selection: LabSelection): LabStates {
  const found = states.get(selection.instance) ?? new LabStates(selection);
  states.set(selection.instance, found);
  return found;
}

/** Each surface by the path that its command takes. */
const surfaces = {
  plan: ({ report }: Planned) => together(report.labs.map((l) => say(l.instance, l.claims))),

  page: ({ plan }: Planned) =>
    together(
      plan.labs.map((selection) => {
        const { instance, step } = selection;
        const page = pages.get(instance) ?? labPage(statesOf(selection)).lab;
        pages.set(instance, page);
        return say(instance, page.steps[step]!.claims);
      }),
    ),

  play: ({ plan }: Planned) =>
    together(
      plan.labs.map((selection) => {
        const { instance, step } = selection;
        const key = `${instance} ${step}`;
        const known = played.get(key);
        if (known !== undefined) return known;
        const own = statesOf(selection);
        const { objects, patches } = own.at(step);
        const theirs = [...objects, ...patches].filter(isTheirs).map((object) => ({ object }));
        const seen = update(own, step, { objects: theirs, files: [], problems: [], notes: [] });
        const said = say(
          instance,
          seen.yours!.claims.filter((c) => c.only === undefined),
        );
        played.set(key, said);
        return said;
      }),
    ),

  verify: ({ plan }: Planned) =>
    together(
      checksOf(plan).flatMap((c) =>
        c.kind === "flow" ? [say(c.lab, [{ ...c, found: c.predicted?.verdict ?? "none" }])] : [],
      ),
    ),

  diff: ({ report, files, plan }: Planned) => {
    const folder = mkdtempSync(join(tmpdir(), "labs-all-"));
    try {
      writeManifests(folder, files);
      const printed = JSON.parse(JSON.stringify(report)) as typeof report;
      const state = stateOfPlan({ plan: printed, folder });
      return together(
        plan.labs.map((l) =>
          say(
            l.instance,
            flowClaims(l).map((c) => answerClaim(state, c)),
          ),
        ),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
type Planned = Awaited<ReturnType<typeof planOffline>>;

const planned = (steps: Record<string, number>): Promise<Planned> => planOffline(stackWith(steps));

test.each(cases)("every claimed flow holds, whoever is asked: %s", async (_title, steps) => {
  const found = await planned(steps);
  const claimed = together(
    found.plan.labs.map((l) =>
      say(
        l.instance,
        flowClaims(l).map((c) => ({ ...c, found: c.verdict })),
      ),
    ),
  );
  expect(Object.keys(claimed).length).toBeGreaterThan(0);
  for (const [surface, ask] of Object.entries(surfaces))
    expect({ [surface]: ask(found) }).toEqual({ [surface]: claimed });
});

test("a wrong policy fails, with the rule that decides", async () => {
  const { plan } = await planned({ stars: 4 });
  const { objects } = labObjects(plan.labs);
  const broken = objects.map(({ object }) => ({
    object:
      object.metadata.name === "backend-policy"
        ? (JSON.parse(JSON.stringify(object).replace("6379", "6380")) as typeof object)
        : object,
  }));
  const state = predictedState(plan, { objects: broken });
  const wrong = flowClaims(plan.labs[0]!)
    .map((c) => answerClaim(state, c))
    .filter((a) => !a.holds);
  expect(wrong).toMatchObject([
    {
      from: "stars/frontend",
      to: "stars/backend",
      port: 6379,
      verdict: "allow",
      found: "deny",
      instead: expect.stringMatching(/^entering: .*no ingress rule/) as string,
    },
  ]);
});

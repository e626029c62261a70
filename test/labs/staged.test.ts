import { stagedPolicies as lab } from "../../labs/staged/lab";
import { labAt } from "../../labs/model";
import { answerClaim } from "../../labs/prediction/claims";
import { isTheirs } from "../../cli/play/exercise";
import { labsToPlay } from "../../cli/play/labs-to-play";
import { update } from "../../cli/play/play-update";
import { LabStates } from "../../labs/prediction/lab-states";
import { checksOf } from "../../cli/verify/core/checks";
import { planProbes } from "../../cli/verify/core/probes";
import { facts } from "../support/facts";
import { selectionOf, stateAt, unproved } from "./proof";

const pending = lab.steps.flatMap((_, step) =>
  lab.steps[step]!.expect(selectionOf(lab, step, facts).context).flatMap((c) =>
    c.kind === "flow" && c.staged === true ? [{ step, claim: c }] : [],
  ),
);

test.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s: claims hold", (step) => {
  expect(unproved(lab, step, facts)).toEqual([]);
});

test("a pending claim is judged with the staged policies, and the same flow without them stays open", () => {
  const { step, claim } = pending[0]!;
  const { staged: _, ...now } = claim;
  const state = stateAt(lab, step, facts);
  expect([answerClaim(state, claim).found, answerClaim(state, now).found]).toEqual(["deny", "allow"]);
});

test("a default deny that is enforced instead of staged is not what the step asks for", () => {
  const [staged] = labAt(selectionOf(lab, 1, facts)).objects.filter((o) => o.kind.startsWith("Staged"));
  const { stagedAction: _, ...spec } = staged!["spec"] as Record<string, unknown>;
  const enforced = { ...staged!, kind: "NetworkPolicy", spec };
  const state = stateAt(lab, 0, facts, [enforced]);
  const claims = lab.steps[1]!.expect(selectionOf(lab, 1, facts).context);
  const open = claims.filter((c) => c.kind === "flow" && c.staged !== true && c.verdict === "allow");
  expect(open.some((c) => c.kind === "flow" && !answerClaim(state, c).holds)).toBe(true);
});

test("play does not call a staged policy idle where the lab is about staging", () => {
  const [selection] = labsToPlay("staged");
  const states = new LabStates(selection!);
  const objects = states
    .at(2)
    .objects.filter(isTheirs)
    .map((object) => ({ object, origin: "mine.yaml" }));
  const { notes, task, yours } = update(states, 2, {
    objects,
    files: ["mine.yaml"],
    problems: [],
    notes: [],
  });
  expect([notes, task.kind, yours?.claims.every((c) => c.holds)]).toEqual([[], "write", true]);
});

test("verify says why it does not probe them, and takes them for checks of their own", () => {
  const selection = selectionOf(lab, 1, facts);
  const checks = checksOf({ facts, labs: [selection] }).flatMap((c) => (c.kind === "flow" ? [c] : []));
  const [one] = checks.filter((c) => c.staged === true);
  expect([one?.id, one?.predicted?.verdict]).toEqual([expect.stringContaining("once enforced"), "deny"]);
  const nothing = { workloads: new Map(), services: [], nodes: [] } as unknown as Parameters<
    typeof planProbes
  >[1];
  const { unprobed } = planProbes([one!], nothing, { facts, internet: "1.1.1.1", nodesReachable: true });
  expect(unprobed).toEqual([
    { check: one!.id, status: "skip", reason: expect.stringContaining("stop no packet") as string },
  ]);
});

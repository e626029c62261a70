import { notePlainRun } from "../../stacks/plain-run";
import type { RunEntry } from "../../stacks/run-journal";

/** `pulumi up` that ends with a code, or is killed. */
function run(entry: RunEntry | undefined, end: number | "killed", env: NodeJS.ProcessEnv = {}) {
  let kept = entry;
  const journal = {
    read: () => kept,
    write: (_: string, e: RunEntry) => (kept = e),
    remove: () => (kept = undefined),
  };
  const warning = notePlainRun("kind", journal, env, (listener) => {
    if (end !== "killed") listener(end);
  });
  return { warning, kept };
}

test("a killed pulumi up is known to the next, which names the way out; one that failed is not one that was killed", () => {
  const killed = run(undefined, "killed");
  expect(killed).toMatchObject({ warning: undefined, kept: { fresh: [] } });
  const next = run(killed.kept, 32);
  expect(next.warning).toMatch(/stack kind on this machine was killed\. `npm run up -- kind` .* continues/);
  expect(next.kept).toEqual(killed.kept);
  expect(run(next.kept, 0).kept).toBeUndefined();
  expect(run(undefined, 32)).toEqual({ warning: undefined, kept: undefined });
});

test("a run of this project's own CLI is looked after there", () => {
  const entry = { began: 1, fresh: [] };
  expect(run(entry, 0, { LABS_CLI_RUN: "1" })).toEqual({ warning: undefined, kept: entry });
});

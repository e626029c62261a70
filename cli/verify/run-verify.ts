import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import pc from "picocolors";
import { UserError } from "../../kube/problems";
import { readIntents } from "../../packages/reach/src";
import { readClusterOf } from "../../stacks/ask-cluster";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { toUser } from "../user-paths";
import { Interrupts } from "../engine/interrupts";
import type { VerifyOptions } from "./verify-options";
import { reach } from "./cluster/cluster-access";
import { ApiError, NoAnswer, openApi } from "../cluster/api-client";
import { removeLeftovers } from "./cluster/probe-leftovers";
import { checksOf } from "./core/checks";
import { intentChecks } from "./core/intent-checks";
import type { Check, Report } from "./core/check-model";
import { reportJson } from "./format/report-json";
import { reportJunit } from "./format/report-junit";
import { reportText } from "./format/report-text";
import { succeeded } from "./format/report-words";
import { tokenIn } from "../play/token-option";
import { writeHandIns } from "./hand-in/write-hand-ins";
import { findHints } from "./hint/find-hints";
import { selectChecked } from "./select-checks";
import { LIFETIME_SECONDS, namespacesOf, verify } from "./verify-claims";

const say = (line: string): void => void process.stderr.write(`${pc.dim(line)}\n`);

export async function runVerify(nameOrFile: string, options: VerifyOptions): Promise<void> {
  const { junit } = options;
  // Reported now: after minutes of probing it would cost the report.
  if (junit !== undefined && !existsSync(dirname(junit)))
    throw new UserError(`--junit ${junit}: there is no folder ${dirname(junit)}`);
  const token = tokenIn(options.token);
  if (options.seed !== undefined && options.handIn === undefined)
    throw new UserError("--seed goes with --hand-in.");
  const { plan, checks, of } = await subject(readStackFile(nameOrFile), options);
  const stages = interrupts();
  const signal = stages.signal("stop");
  stages.signal("end").addEventListener("abort", () => process.exit(130));
  try {
    await withoutPipeErrors(() =>
      stages.during(say, async () => {
        const reached = await reach(plan, options);
        if (options.clean === true) {
          await clean(namespacesOf(plan, checks), openApi(reached.kubeconfig));
          return;
        }
        say(`verifying ${checks.length} ${of} on ${reached.how}`);
        const report = await verify({ plan, checks, reached, options, say, signal });
        const hints =
          options.hint === true
            ? { hints: await findHints(openApi(reached.kubeconfig), plan, report.results, signal) }
            : {};
        await print({ ...report, ...hints }, options);
        if (options.handIn !== undefined)
          await writeHandIns(openApi(reached.kubeconfig), plan, report, {
            folder: options.handIn,
            hint: options.hint === true,
            now: Date.now(),
            say,
            ...(token && { token }),
            ...(options.seed && { seed: options.seed }),
          });
        if (!succeeded(report)) process.exitCode = 1;
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw readable(error);
    say("stopped");
  } finally {
    if (signal.aborted) process.exitCode = 130;
  }
}

/** What is verified on which plan: the claims of labs, or a file's intents. */
async function subject(
  { stack, raw }: StackFile,
  options: VerifyOptions,
): Promise<{ plan: StackPlan; checks: Check[]; of: string }> {
  const whole = planStack(stack, raw, undefined, await readClusterOf(stack, raw));
  if (options.intents !== undefined)
    return {
      plan: whole,
      checks: intentChecks(whole, readIntents(options.intents)),
      of: `intents of ${toUser(options.intents)}`,
    };
  const chosen = selectChecked(whole.labs, options);
  // The other labs' objects stand in the cluster too, and cluster-wide policies reach across.
  const plan: StackPlan = {
    ...whole,
    labs: whole.labs.map((s) => chosen.find((c) => c.instance === s.instance) ?? s),
  };
  const instances = new Set(chosen.map((s) => s.instance));
  return {
    plan,
    checks: checksOf(plan).filter((c) => instances.has(c.lab)),
    of: `claims of ${[...instances].join(", ")}`,
  };
}

async function clean(namespaces: string[], api: ReturnType<typeof openApi>): Promise<void> {
  const { removed, left } = await removeLeftovers(api, {
    namespaces,
    lifetimeSeconds: LIFETIME_SECONDS,
    all: true,
    say,
  });
  process.stdout.write(removed + left === 0 ? "Nothing was left.\n" : `${removed} removed, ${left} left.\n`);
  if (left > 0) process.exitCode = 1;
}

async function print(report: Report, { json, junit }: VerifyOptions): Promise<void> {
  if (junit !== undefined) writeFileSync(junit, reportJunit(report));
  const text = json === true ? reportJson(report) : reportText(report);
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

/** What the user can fix is shown without a stack. */
function readable(error: unknown): unknown {
  if (error instanceof NoAnswer) return new UserError(`the API server does not answer: ${error.message}`);
  if (error instanceof ApiError)
    return new UserError(`the API server refused (${error.code}): ${error.message}`);
  return error;
}

const interrupts = (): Interrupts<"stop" | "end"> =>
  new Interrupts({
    stop: "stopping: what was made is being removed; Ctrl-C again ends at once",
    end: "ended; what was made may still be there: npm run labs -- verify --clean",
  });

/** A reader that goes away (`| head`) must not end the process before it has cleaned up. */
async function withoutPipeErrors<T>(work: () => Promise<T>): Promise<T> {
  const deaf = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
  };
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on("error", deaf);
  try {
    return await work();
  } finally {
    for (const stream of streams) stream.off("error", deaf);
  }
}

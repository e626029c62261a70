/**
 * `npm run test:guides -- <stack> [lab…] [--context name] [--kubeconfig file]`: plays guides on the cluster of a stack that is up, and compares what comes
 * with what they say one will see. `--within 60`: seconds that this may take to come about, where a guide does not say.
 * Exit code 1 where it differs, 69 where nothing could be tested.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reach } from "../../cli/verify/cluster/cluster-access";
import { reasonOf, UserError } from "../../kube/problems";
import { labs } from "../../labs/index";
import type { Lab } from "../../labs/model";
import { readStackFile } from "../../stacks/offline/stack-file";
import { projectFolder } from "../../stacks/project-folders";
import { planStack, type StackPlan } from "../../stacks/stack-plan";
import { stackOf } from "../labs/rules/subject";
import { CANNOT_RUN, CannotRun } from "../support/cannot-run";
import { lacksOf } from "./cluster-lacks";
import { needsOf } from "./lacks";
import { playGuide, type Row } from "./play-guide";
import { readGuide } from "./read-guide";
import { exitCode, line, summary } from "./report";
import { Shell } from "./shell";

const say = (text: string): void => void process.stderr.write(`${text}\n`);
/** The longest `up`. */
const UP_SECONDS = 3600;

async function main(args: string[]): Promise<number> {
  const { values: options, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      kubeconfig: { type: "string" },
      context: { type: "string" },
      within: { type: "string", default: "30" },
    },
  });
  const [stack, ...names] = positionals;
  if (stack === undefined) throw new UserError("which stack? npm run test:guides -- <stack> [lab…]");
  const file = readStackFile(stack, projectFolder);
  const plan = planStack(file.stack, file.raw);
  const chosen = labsOf(plan, names);
  if (spawnSync("kubectl", ["version", "--client"]).status !== 0)
    throw new CannotRun(
      "kubectl is missing: guides are played with it; fix: https://kubernetes.io/docs/tasks/tools/",
    );
  const { kubeconfig } = await reach(plan, options).catch((error: unknown) => {
    throw new CannotRun(reasonOf(error));
  });
  const folder = mkdtempSync(join(tmpdir(), "labs-guides-"));
  const config = join(folder, "kubeconfig");
  writeFileSync(config, kubeconfig.exportConfig(), { mode: 0o600 });
  const before = readFileSync(file.path, "utf8");
  const shell = new Shell(folder, { ...process.env, KUBECONFIG: config, LABS_PROJECT: projectFolder });
  const mover = new Shell(projectFolder, process.env, UP_SECONDS);
  const stop = interrupts([shell, mover], () => {
    writeFileSync(file.path, before);
    rmSync(folder, { recursive: true, force: true });
  });
  const stopped = (): boolean => stop.aborted;
  const rows: Row[] = [];
  const moves: string[] = [];
  const command = async (text: string): Promise<void> => {
    const { code, output } = await mover.run({ text, sets: [] });
    if (code !== 0) throw new Error(`${text}: exit code ${code}\n${output.slice(-4000)}`);
  };
  try {
    const guides = await Promise.all(
      chosen.map(async (lab) => ({ lab, guide: await readGuide(textOf(lab), lab) })),
    );
    const commands = guides.flatMap(({ guide }) => guide.blocks.flatMap((b) => b.commands));
    const lacks = await lacksOf(plan, new Set(commands.flatMap(needsOf)));
    for (const { lab, guide } of guides) {
      const move = async (step: string): Promise<void> => {
        say(`${lab.id}: to step ${step}`);
        moves.push(step);
        await command(
          `npm run -s labs -- step ${lab.id} ${step} --stack ${stack} && npm run -s up -- ${stack}`,
        );
      };
      const place = { lacks, move, within: Number(options.within), baseDomain: plan.facts.baseDomain };
      await playGuide(lab, guide, place, shell, {
        signal: stop,
        say: (row) => {
          rows.push(row);
          say(line(row));
        },
      });
      writeFileSync(file.path, before);
    }
  } catch (error) {
    // What Ctrl-C ends looks as if it had failed.
    if (!stopped()) throw error;
    say("stopped");
  } finally {
    writeFileSync(file.path, before);
    if (moves.length > 0) {
      say(`${stack}: back to where its labs stood`);
      await command(`npm run -s up -- ${stack}`);
    }
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(summary(rows));
  return stopped() ? 130 : exitCode(rows);
}

const textOf = (lab: Lab): string => readFileSync(join(projectFolder, "labs", lab.id, "README.md"), "utf8");

/** Those that are named; else the stack's, and those whose guides are about it. */
function labsOf({ stack, labs: selected }: StackPlan, names: readonly string[]): Lab[] {
  const strange = names.filter((n) => !labs.some((l) => l.id === n));
  if (strange.length > 0)
    throw new UserError(`no lab ${strange.join(", ")}; there are ${labs.map((l) => l.id).join(", ")}`);
  const here = new Set([
    ...selected.filter((s) => s.instance === s.lab.id).map((s) => s.lab.id),
    ...labs.map((l) => l.id).filter((id) => stackOf(id) === stack),
  ]);
  const chosen = labs.filter((l) => (names.length === 0 ? here.has(l.id) : names.includes(l.id)));
  if (chosen.length === 0) throw new UserError(`stack ${stack} has no labs, and none is named`);
  return chosen;
}

/** Aborted at the first Ctrl-C; at the second all ends, and what the next start cannot mend is put back. */
function interrupts(shells: readonly Shell[], last: () => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) {
        last();
        process.exit(130);
      }
      say("stopping; what was made by hand is taken away, and labs go back (again: at once)");
      controller.abort();
      for (const shell of shells) shell.stop();
    });
  return controller.signal;
}

main(process.argv.slice(2))
  .catch((error: unknown) => {
    say(`test:guides: ${reasonOf(error)}`);
    return error instanceof CannotRun ? CANNOT_RUN : 1;
  })
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    throw error;
  });

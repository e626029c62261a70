import pc from "picocolors";
import { UserError } from "../../kube/problems";
import { LabStates } from "../../labs/prediction/lab-states";
import { readClusterOf } from "../../stacks/ask-cluster";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack } from "../../stacks/stack-plan";
import { openApi } from "../cluster/api-client";
import { ObjectReader } from "../cluster/object-reader";
import { faultFor } from "../play/broken";
import { isTheirs } from "../play/exercise";
import { reach } from "../verify/cluster/cluster-access";
import { selectChecked } from "../verify/select-checks";
import { breakLab, mendLab } from "./break-lab";

export interface BreakOptions {
  lab?: string;
  step?: string;
  /** @default a new one */
  seed?: string;
  mend?: boolean;
  kubeconfig?: string;
  context?: string;
}

/** `labs break`: changes only what the step itself has put there for a learner to write. */
export async function runBreak(nameOrFile: string, options: BreakOptions): Promise<void> {
  const { stack, raw } = readStackFile(nameOrFile);
  const plan = planStack(stack, raw, undefined, await readClusterOf(stack, raw));
  const { lab, step } = options;
  const [selection, ...more] = selectChecked(plan.labs, {
    ...(lab === undefined ? {} : { lab: [lab] }),
    ...(step === undefined ? {} : { step }),
  });
  if (selection === undefined || more.length > 0)
    throw new UserError(`name one lab with --lab: ${plan.labs.map((s) => s.instance).join(", ")}`);
  if (options.mend === true && options.seed !== undefined)
    throw new UserError("--mend puts back what the step has: it takes no --seed");
  const states = new LabStates(selection);
  // Patches are of objects that Calico owns: they stay.
  const own = states.at(selection.step).objects.filter(isTheirs);
  const seed = options.seed ?? String(Math.floor(Math.random() * 10_000));
  const fault = options.mend === true ? undefined : faultFor(states, selection.step, seed, own);
  const reader = new ObjectReader(openApi((await reach(plan, options)).kubeconfig));
  const where = `${selection.instance}, step ${selection.step}`;
  if (fault === undefined) {
    const mended = await mendLab(reader, own);
    process.stdout.write(
      mended.length === 0 ? `${where}: nothing was wrong\n` : `${where}: put back ${mended.join(", ")}\n`,
    );
    return;
  }
  await breakLab(reader, own, fault.objects);
  process.stdout.write(
    [
      `${where}: ${pc.bold("one mistake")} is in its objects, and ${fault.fails} ${fault.fails === 1 ? "claim fails" : "claims fail"} by it (seed ${seed})`,
      `  find and mend it with kubectl; then: npm run labs -- verify ${stack} --lab ${selection.instance}`,
      `  give up: npm run labs -- break ${stack} --lab ${selection.instance} --mend`,
      "",
    ].join("\n"),
  );
}

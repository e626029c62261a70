import pc from "picocolors";
import { ProblemsError, UserError } from "../../../../kube/problems";

/** Prints an error as a user should see it, without a stack for what the user can fix, and sets the exit code. */
export function reportError(error: unknown): void {
  const expected = error instanceof ProblemsError || error instanceof UserError;
  const text = !(error instanceof Error)
    ? String(error)
    : expected
      ? error.message
      : (error.stack ?? error.message);
  process.stderr.write(`${pc.red(expected ? "error:" : "internal error:")} ${text}\n`);
  process.exitCode = 1;
}

import { RunJournal } from "./run-journal";

/** Set by this project's CLI, which looks after runs that are cut off itself. */
export const CLI_RUN = "LABS_CLI_RUN";

/**
 * Keeps a run of `pulumi up` in the journal until it ends: one that is killed can then be told from one that failed.
 * @returns what to say where an earlier run on this machine did not end
 */
export function notePlainRun(
  stack: string,
  journal: Pick<RunJournal, "read" | "write" | "remove"> = new RunJournal(),
  env: NodeJS.ProcessEnv = process.env,
  atExit: (listener: (code: number) => void) => void = (listener) => process.once("exit", listener),
): string | undefined {
  if (env[CLI_RUN] !== undefined) return undefined;
  const earlier = journal.read(stack);
  if (earlier === undefined) journal.write(stack, { began: Date.now(), fresh: [] });
  atExit((code) => {
    // What the earlier run had begun is known by its entry alone, until a run has made everything.
    if (code === 0 || earlier === undefined) journal.remove(stack);
  });
  if (earlier === undefined) return undefined;
  return (
    `The last run of stack ${stack} on this machine was killed. \`npm run up -- ${stack}\` looks up what it had begun ` +
    'and continues; `pulumi up` may stop at "already exists", or at the lock that it left.'
  );
}

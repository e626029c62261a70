/** The variable that says what is read: JSON, which no shell ever reads. */
export const KUBECONFIG_JOB = "LABS_KUBECONFIG_JOB";

export interface KubeconfigWork {
  region: string;
  profile?: string;
  parameter: string;
  /** Whose word it must be. */
  instance: string;
  /** Seconds. */
  patience: number;
}

/** What one question to AWS gave. */
export type Answer = { value: string } | { error: string };

/** Where waiting does not help. */
const FINAL =
  /AccessDenied|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|locate credentials|ENOENT|could not be found/;

/** Asks until the kubeconfig of this instance is there. */
export async function awaitKubeconfig(
  { instance, patience }: KubeconfigWork,
  ask: () => Answer,
  clock: { now: () => number; sleep: (ms: number) => Promise<void> },
): Promise<string> {
  const end = clock.now() + patience * 1000;
  let last = "";
  for (;;) {
    const answer = ask();
    if ("value" in answer && answer.value.startsWith(`# ${instance}\n`)) return answer.value;
    last = "error" in answer ? answer.error : "";
    if (FINAL.test(last) || clock.now() >= end) break;
    await clock.sleep(10_000);
  }
  throw new Error(
    FINAL.test(last)
      ? `AWS does not hand out the kubeconfig: ${last.trim()}`
      : `the control plane ${instance} has not handed over its kubeconfig in ${patience} seconds${last === "" ? "" : ` (AWS: ${last.trim()})`}; see why: aws ssm start-session --target ${instance}, then sudo tail /var/log/cloud-init-output.log`,
  );
}

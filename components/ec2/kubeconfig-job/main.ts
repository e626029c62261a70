/** Run by a Command resource during `up`: prints the kubeconfig that the control plane hands over by a parameter. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { awaitKubeconfig, KUBECONFIG_JOB, type Answer, type KubeconfigWork } from "./work";

function ask({ region, profile, parameter }: KubeconfigWork): Answer {
  const { status, stdout, stderr, error } = spawnSync(
    "aws",
    [
      ...["ssm", "get-parameter", "--name", parameter, "--with-decryption"],
      ...["--query", "Parameter.Value", "--output", "text", "--region", region],
      ...(profile === undefined ? [] : ["--profile", profile]),
    ],
    { encoding: "utf8", env: { ...process.env, AWS_PAGER: "" }, timeout: 60_000 },
  );
  if (status === 0) return { value: stdout };
  return { error: error?.message ?? stderr };
}

const work = JSON.parse(process.env[KUBECONFIG_JOB] ?? "{}") as KubeconfigWork;
awaitKubeconfig(work, () => ask(work), { now: Date.now, sleep: (ms) => sleep(ms) })
  .then((text) => process.stdout.write(text))
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

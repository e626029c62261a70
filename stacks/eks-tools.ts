import { spawnSync } from "node:child_process";
import { credentialsFix } from "../components/eks/aws-lookup";
import type { Problem } from "../kube/problems";

/**
 * What an EKS stack needs on this machine: the AWS CLI (each call to the cluster gets its token from it) and
 * credentials that are valid now. Asked before the provider, whose own words about it are long.
 */
export const eksToolProblems = (profile: string | undefined, env?: NodeJS.ProcessEnv): Problem[] =>
  awsToolProblems(profile, "each call to an EKS cluster gets its token from the AWS CLI", env);

/** The AWS CLI, and credentials that are valid now. @param why what it is for */
export function awsToolProblems(
  profile: string | undefined,
  why: string,
  env: NodeJS.ProcessEnv = process.env,
): Problem[] {
  const version = aws(["--version"], env);
  if (version.missing) {
    return [
      {
        path: "aws",
        message: `is not on the PATH; ${why}`,
        fix: "install the AWS CLI 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
      },
    ];
  }
  if (/aws-cli\/1\./.test(version.out)) {
    return [
      {
        path: "aws",
        value: version.out.split(" ")[0],
        message: "is AWS CLI 1, which goes out of support and gets other tokens",
        fix: "install the AWS CLI 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
      },
    ];
  }
  const identity = aws(
    [
      "sts",
      "get-caller-identity",
      "--output",
      "json",
      ...(profile === undefined ? [] : ["--profile", profile]),
    ],
    env,
  );
  if (identity.status === 0) return [];
  const said = identity.error
    .split("\n")
    .find((l) => l.trim() !== "")
    ?.trim();
  return [
    {
      path: "AWS credentials",
      message: said === undefined ? "are missing or do not work" : `are missing, expired or wrong: ${said}`,
      fix: credentialsFix(profile),
    },
  ];
}

function aws(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { missing: boolean; status: number | null; out: string; error: string } {
  const { error, status, stdout, stderr } = spawnSync("aws", [...args], {
    env: { ...env, AWS_PAGER: "" },
    timeout: 30_000,
    encoding: "utf8",
  });
  return {
    missing: error !== undefined && "code" in error && error.code === "ENOENT",
    status,
    out: `${stdout}${stderr}`.trim(),
    error: error === undefined ? stderr : error.message,
  };
}

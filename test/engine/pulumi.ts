import { spawnSync } from "node:child_process";

/** What the tests of this folder need. */
export const PULUMI = "the Pulumi CLI on the PATH (https://www.pulumi.com/docs/iac/download-install)";
export const havePulumi = spawnSync("pulumi", ["version"]).status === 0;

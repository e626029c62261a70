import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { UserError } from "../../kube/problems";
import { ownFolder, projectFolder } from "../../stacks/project-folders";

const root = join(ownFolder, "pulumi");

/** The CLI on the PATH, or the one that was installed for this project alone; undefined where there is neither. */
export async function installedPulumi(): Promise<PulumiCommand | undefined> {
  for (const options of [{}, { root }]) {
    const found = await PulumiCommand.get(options).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The CLI; installed for this project alone where there is none. */
export async function pulumiCommand(say: (line: string) => void): Promise<PulumiCommand> {
  const found = await installedPulumi();
  if (found !== undefined) return found;
  say(`Installing the Pulumi CLI ${sdkVersion()} into .labs/pulumi (once) …`);
  try {
    return await PulumiCommand.install({ root });
  } catch (error) {
    throw new UserError(
      `the Pulumi CLI is not on the PATH and could not be downloaded: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}\n` +
        "  fix: install it (https://www.pulumi.com/docs/install/), or run `npm start` for the plan alone",
    );
  }
}

function sdkVersion(): string {
  const text = readFileSync(join(projectFolder, "node_modules/@pulumi/pulumi/package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

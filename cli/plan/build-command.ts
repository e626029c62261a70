import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { projectFolder } from "../../stacks/project-folders";

/** What builds a stack, and what sets a lab of it to a step. */
export interface BuildCommands {
  up: string;
  step: (instance: string, step: number) => string;
}

/**
 * Commands for a planned stack. The engine knows stacks of the project's folder alone, so that a file of the user's own
 * is copied there first; under another name where that one is taken.
 */
export function buildCommands(stack: string, ownFile?: string): BuildCommands {
  if (ownFile !== undefined) {
    const name = existsSync(join(projectFolder, `Pulumi.${stack}.yaml`)) ? `my-${stack}` : stack;
    const near = relative(projectFolder, ownFile);
    const file = near.startsWith("..") ? ownFile : near;
    return {
      up: `cp ${shellWord(file)} Pulumi.${name}.yaml && npm run up -- ${name}`,
      step: (instance, step) => `labs.${instance}.step: ${step} in ${file}`,
    };
  }
  const up = stack === "kind" ? "npm run up" : `npm run up -- ${stack}`;
  const where = stack === "kind" ? "" : ` --stack ${stack}`;
  return { up, step: (instance) => `npm run labs -- step ${instance} next${where} && ${up}` };
}

const shellWord = (text: string): string =>
  /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

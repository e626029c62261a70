import { join, resolve } from "node:path";

/** Folder of the project: where Pulumi.yaml stands. */
export const projectFolder = resolve(__dirname, "..");

/** Everything that belongs to this machine alone lives here; git ignores it. */
export const ownFolder = join(projectFolder, ".labs");

import { readFileSync, statSync } from "node:fs";
import { reasonOf, UserError } from "../../kube/problems";

/** More than any file that a person writes for this project. */
const MOST = 8 * 2 ** 20;

const WHY: Readonly<Record<string, string>> = {
  EACCES: "you may not read it",
  ELOOP: "it is a link in a circle",
  ENOENT: "there is no such file",
};

/**
 * A file that a user names. Nothing is opened that could hold the process, or has no end.
 * @param what it is, for messages: `the stack file x.yaml`, `--roster x.csv`
 * @throws UserError where it is no file, cannot be read, or is too large
 */
export function readUserFile(path: string, what: string): Buffer {
  try {
    const stat = statSync(path);
    if (stat.isFile() && stat.size <= MOST) return readFileSync(path);
    const why = stat.isFile()
      ? `it is larger than ${MOST / 2 ** 20} MiB`
      : stat.isDirectory()
        ? "it is a folder"
        : "it is no file";
    throw new UserError(`${what} cannot be read: ${why}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? reasonOf(error);
    throw new UserError(`${what} cannot be read: ${WHY[code] ?? code}`);
  }
}

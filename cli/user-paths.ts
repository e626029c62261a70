import { relative, resolve } from "node:path";

const project = resolve(__dirname, "..");

/**
 * The folder where the user stands. npm runs a script in the project's folder and says in INIT_CWD where it was
 * called; in any other folder INIT_CWD is not about this call.
 */
export function userFolder(): string {
  const called = process.env["INIT_CWD"];
  const here = process.cwd();
  return called !== undefined && here === project ? called : here;
}

/** A path as the user wrote it, for whatever opens it: parses every option that names a file or folder. */
export function fromUser(path: string): string {
  const folder = userFolder();
  return folder === process.cwd() ? path : resolve(folder, path);
}

/** The same where the name of a stack or class may stand instead of a YAML file. */
export function nameOrFile(text: string): string {
  return /\.ya?ml$/i.test(text) ? fromUser(text) : text;
}

/** A path as messages show it: from where the user stands, absolute where it lies outside. */
export function toUser(path: string): string {
  const short = relative(userFolder(), resolve(path));
  if (short === "") return ".";
  return short.startsWith("..") ? resolve(path) : short;
}

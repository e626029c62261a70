import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf, UserError } from "../../kube/problems";

/** Beside the state: the name of its passphrase, which says nothing. */
const NAME = "passphrase-id";
/** Where the passphrase was kept before: whoever got the state got it too. */
const BESIDE = "passphrase";

/**
 * The file with the passphrase of a state, made where there is none, outside the folder of the state. Of runs that make
 * it at once one wins, and all take its passphrase: a second one would make what was encrypted with the first
 * unreadable. One that an older version left beside the state is moved, and removed only when it can be read there.
 * @param folder of the state @param home where passphrases of this user are kept
 * @throws UserError where it was made on another machine, or cannot be kept here
 */
export function passphraseFile(folder: string, home: string): string {
  const [pointer, beside] = [join(folder, NAME), join(folder, BESIDE)];
  const old = read(beside);
  if (old !== undefined) assertNotEmpty(beside, old);
  const name = read(pointer)?.trim() ?? choose(pointer, home, old);
  const file = join(home, name);
  const text = /^[\w-]+$/.test(name) ? read(file) : undefined;
  if (text === undefined)
    throw new UserError(
      `the passphrase of the state in ${folder} is not on this machine, or not this user's: there is no ${file}; nothing was changed\n` +
        `  fix: copy it from where the state was made, set PULUMI_CONFIG_PASSPHRASE to it, or, where no stack is left, remove ${pointer}`,
    );
  assertNotEmpty(file, text);
  if (old === text) rmSync(beside, { force: true });
  else if (old !== undefined)
    throw new UserError(
      `there are two passphrases, and stacks may be encrypted with either: ${beside} (of an older version) and ${file}; nothing was changed\n` +
        "  fix: move the first away; where a stack then says `incorrect passphrase`, set PULUMI_CONFIG_PASSPHRASE_FILE to it",
    );
  return file;
}

/** What is named is there: the passphrase is written first, then its name, by which one run wins. */
function choose(pointer: string, home: string, old: string | undefined): string {
  const mine = randomBytes(9).toString("base64url");
  const file = join(home, mine);
  try {
    publish(file, old ?? `${randomBytes(24).toString("base64url")}\n`);
  } catch (error) {
    throw new UserError(
      `the passphrase of the state cannot be kept in ${home}: ${reasonOf(error)}; nothing was changed\n` +
        "  fix: set XDG_CONFIG_HOME to a folder of yours, or PULUMI_CONFIG_PASSPHRASE",
    );
  }
  publish(pointer, `${mine}\n`);
  const chosen = read(pointer)?.trim() ?? "";
  if (chosen !== mine) rmSync(file, { force: true });
  return chosen;
}

function assertNotEmpty(file: string, text: string): void {
  if (text.trim() === "")
    throw new UserError(
      `${file} is empty: the run that made it was cut off\n` +
        "  fix: delete it; if stacks were encrypted with an empty passphrase, set PULUMI_CONFIG_PASSPHRASE_FILE to another empty file",
    );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes a file whole, or leaves the one that is there: a draft is written down to the disk, then linked. */
function publish(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    write(draft, text);
    try {
      linkSync(draft, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") return;
      // A file system without hard links: still only where there is none.
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
      if (read(file) === undefined) write(file, text);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function write(file: string, text: string): void {
  const fd = openSync(file, "wx", 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

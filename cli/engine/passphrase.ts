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
import { dirname } from "node:path";
import { UserError } from "../../kube/problems";

/**
 * The file with the passphrase of this machine, made where there is none. Of runs that make it at once, one wins, and
 * all take its passphrase: a second one would make what was encrypted with the first unreadable.
 */
export function passphraseFile(file: string): string {
  if (read(file) === undefined) publish(file, `${randomBytes(24).toString("base64url")}\n`);
  if (read(file)?.trim() === "")
    throw new UserError(
      `${file} is empty: the run that made it was cut off\n` +
        "  fix: delete it; if stacks were encrypted with an empty passphrase, set PULUMI_CONFIG_PASSPHRASE_FILE to another empty file",
    );
  return file;
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

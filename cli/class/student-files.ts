import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one student may store for one lab. */
export const FILE_LIMITS = { bytes: 64 * 1024, files: 40, all: 512 * 1024 } as const;

/** Why something was not stored, as the student reads it, with HTTP's number for it. */
export interface Refusal {
  status: 400 | 404 | 413 | 507;
  why: string;
}

/** A plain name: no folders, nothing hidden, nothing that a system reads otherwise. */
const NAME = /^[A-Za-z0-9][\w-]{0,80}(\.[\w-]{1,20}){0,2}\.(ya?ml|json)$/;

/** The files of one student for one lab. Only this class of ours makes them: whatever else stands there is neither read nor written. */
export class StudentFiles {
  constructor(readonly folder: string) {}

  list(): Record<string, string> {
    return Object.fromEntries(
      this.names().map((name) => [name, readFileSync(join(this.folder, name), "utf8")]),
    );
  }

  /** Stores a file, or takes it away where there is no text. Whole or not at all. */
  save(name: string, text: string | undefined): Refusal | undefined {
    if (!NAME.test(name))
      return {
        status: 400,
        why: "a file is called like policy.yaml: letters, digits, - and _, and .yaml, .yml or .json at its end",
      };
    const path = join(this.folder, name);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) return { status: 400, why: `${name} is no plain file here` };
    if (text === undefined) {
      rmSync(path, { force: true });
      return there === undefined ? { status: 404, why: `there is no file ${name}` } : undefined;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > FILE_LIMITS.bytes)
      return { status: 413, why: `a file has at most ${FILE_LIMITS.bytes / 1024} KiB` };
    const others = this.names().filter((n) => n !== name);
    if (others.length >= FILE_LIMITS.files)
      return { status: 413, why: `a lab takes at most ${FILE_LIMITS.files} files: remove some` };
    const sum = others.reduce(
      (s, n) => s + (lstatSync(join(this.folder, n), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
    if (sum + bytes > FILE_LIMITS.all)
      return { status: 413, why: `a lab takes at most ${FILE_LIMITS.all / 1024} KiB of files` };
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(this.folder, `.${name}.new`), text, { mode: 0o600 });
      renameSync(join(this.folder, `.${name}.new`), path);
      return undefined;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOSPC" || code === "EDQUOT" || code === "EROFS")
        return {
          status: 507,
          why: "the disk of the class is full: tell your instructor; what you solved is kept",
        };
      throw error;
    }
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder, { withFileTypes: true })
        .filter((e) => e.isFile() && NAME.test(e.name))
        .map((e) => e.name)
        .sort();
    } catch {
      return [];
    }
  }
}

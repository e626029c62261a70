import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KEY_PATTERN, newClassKey } from "../../classroom/class-token";
import { UserError } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import { toUser } from "../user-paths";

/** Where the key of a class is kept, unless `--key` says otherwise. */
export const keyFileOf = (className: string): string => join(ownFolder, "class", `${className}.key`);

/** The key in a file; undefined where there is none. @throws UserError where the file holds something else */
export function readKey(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const key = readFileSync(file, "utf8").trim();
  if (KEY_PATTERN.test(key)) return key;
  throw new UserError(
    `${toUser(file)} holds no key of a class: put the right one back, or remove it and give out new tokens`,
  );
}

/** The key of a class, made where there is none: readable by its owner alone. */
export function keyOrNew(file: string): string {
  const known = readKey(file);
  if (known !== undefined) return known;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const key = newClassKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: "wx" });
  return key;
}

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { HAND_IN_LIMITS, readHandIn, signatureProblem, type HandIn } from "../../classroom/hand-in";
import { reasonOf, UserError, type Problem } from "../../kube/problems";

/** A report that has the right form and signature. */
export interface Received {
  file: string;
  student: string;
  handIn: HandIn;
}

export interface Refused {
  file: string;
  student?: string;
  problems: Problem[];
}

/** What it is checked against. */
export interface HandInChecks {
  className?: string;
  /** Of the class; without it no signature is checked. */
  key?: string;
  /** Written before that is old. */
  from?: number;
  now: number;
}

const DAY = 86_400_000;
const MOST = 10_000;

/** Reads every `.handin` in a folder and its subfolders; links are not followed. */
export function readHandIns(
  folder: string,
  checks: HandInChecks,
): { received: Received[]; refused: Refused[] } {
  const received: Received[] = [];
  const refused: Refused[] = [];
  for (const path of handInsIn(folder)) {
    const file = relative(folder, path);
    const found = readOne(path, file, checks);
    if ("handIn" in found) received.push(found);
    else refused.push(found);
  }
  return { received, refused };
}

function handInsIn(folder: string): string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((e) => e.isFile() && e.name.endsWith(".handin"))
      .map((e) => join(e.parentPath, e.name))
      .sort();
    if (found.length > MOST) throw new UserError(`${folder} holds more than ${MOST} hand-ins`);
    return found;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the folder of hand-ins cannot be read: ${reasonOf(error)}`);
  }
}

function readOne(
  path: string,
  file: string,
  { className, key, from, now }: HandInChecks,
): Received | Refused {
  const { size } = lstatSync(path);
  if (size > HAND_IN_LIMITS.file)
    return {
      file,
      problems: [
        {
          path: "(file)",
          value: size,
          message: "is larger than any hand-in",
          fix: "send the file that play wrote",
        },
      ],
    };
  const { handIn, problems } = readHandIn(readFileSync(path, "utf8"));
  if (handIn === undefined) return { file, problems };
  const student = handIn.student ?? senderOf(file);
  const signed =
    className === undefined || key === undefined ? undefined : signatureProblem(handIn, key, className);
  if (signed !== undefined) problems.push(signed);
  const written = Date.parse(handIn.written);
  if (from !== undefined && written < from)
    problems.push({
      path: "written",
      value: handIn.written,
      message: "is older than what is graded",
      fix: "play again, and send the new file",
    });
  if (written > now + DAY)
    problems.push({
      path: "written",
      value: handIn.written,
      message: "lies in the future",
      fix: "set the clock, and save once more",
    });
  return problems.length > 0 ? { file, student, problems } : { file, student, handIn };
}

/** Where the report does not say who made it: its folder, as learning platforms sort what they collect, else its name. */
function senderOf(file: string): string {
  const parts = file.split(/[/\\]/);
  return parts.length > 1 ? (parts[0] ?? "") : basename(file, ".handin");
}

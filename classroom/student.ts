import { z } from "zod";
import type { Problem } from "../kube/problems";
import { environmentName, hasHiddenCharacters, idProblem, suggestId } from "./environment-names";
import { checkLabs, type KnownLabs, type LabChoice } from "./lab-choice";

/** A row of a roster as written, with the place it stands at. */
export interface Row {
  where: string;
  id: string;
  name?: string;
  email?: string;
  labs?: readonly LabChoice[];
  target?: string;
  principalArn?: string;
}

/** Where a student's environment can be made. */
export const TARGETS = ["kind", "eks"] as const;
export type EnvironmentTarget = (typeof TARGETS)[number];

/** A student whose row is right. */
export interface Student {
  /** As in the roster. */
  id: string;
  /** Name of the stack and the cluster. */
  environment: string;
  /** As people write it, NFC; the id when the roster has none. */
  name: string;
  email?: string;
  /** Labs of this student and the step each starts at; absent: the class's. */
  labs?: Readonly<Record<string, number>>;
  /** Absent: the class's. */
  target?: EnvironmentTarget;
  /** IAM user or role that gets into the student's cluster on EKS, and no other. */
  principalArn?: string;
  row: Row;
}

/** What a row is checked against. */
export interface RosterChecks {
  className: string;
  labs: KnownLabs;
}

const MAX_NAME = 100;
/** What an access entry of EKS takes; what more AWS asks of it, the plan of the stack says. */
const PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/\S+$/;
const EMAIL = z.email().max(254);

/** Checks one row. Adds to `problems`; gives the student when the id at least is right. */
export function checkRow(row: Row, checks: RosterChecks, problems: Problem[]): Student | undefined {
  const at = (field: string): string => `${row.where}: ${field}`;
  const wrongId = idProblem(row.id, checks.className);
  if (wrongId !== undefined) {
    const better = suggestId(row.id === "" ? (row.name ?? row.email ?? "") : row.id, checks.className);
    problems.push({
      path: at("id"),
      value: row.id,
      message: wrongId,
      fix:
        better === ""
          ? "a short id such as ana or s2041"
          : `such as ${better}; the full name goes into \`name\``,
    });
  }
  const name = (row.name ?? row.id).normalize("NFC");
  if (row.name !== undefined && (hasHiddenCharacters(name) || name.length > MAX_NAME)) {
    problems.push({
      path: at("name"),
      value: name,
      message: `has control characters, or more than ${MAX_NAME} characters`,
      fix: "the name as it should be shown, on one line",
    });
  }
  if (row.email !== undefined && !EMAIL.safeParse(row.email).success) {
    problems.push({
      path: at("email"),
      value: row.email,
      message: "is not an e-mail address",
      fix: "correct it, or leave it out",
    });
  }
  const target = TARGETS.find((t) => t === row.target?.toLowerCase());
  if (row.target !== undefined && target === undefined) {
    problems.push({
      path: at("target"),
      value: row.target,
      message: "is not a target",
      fix: TARGETS.join(" or "),
    });
  }
  if (row.principalArn !== undefined && !PRINCIPAL.test(row.principalArn)) {
    problems.push({
      path: at("principalArn"),
      value: row.principalArn,
      message: "is no IAM user or role",
      fix: "such as arn:aws:iam::123456789012:user/ana",
    });
  }
  const labs = row.labs === undefined ? undefined : checkLabs(row.labs, checks.labs, at("labs"), problems);
  if (wrongId !== undefined) return undefined;
  return {
    id: row.id,
    environment: environmentName(checks.className, row.id),
    name,
    row,
    ...(row.email === undefined ? {} : { email: row.email }),
    ...(labs === undefined ? {} : { labs }),
    ...(target === undefined ? {} : { target }),
    ...(row.principalArn === undefined ? {} : { principalArn: row.principalArn }),
  };
}

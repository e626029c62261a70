import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { readClass, type Class } from "../../classroom/class-file";
import { classChecks, type ClassConfig } from "../../stacks/config/class-config";
import { classNameProblem, suggestClass } from "../../classroom/environment-names";
import { readRoster } from "../../classroom/roster";
import type { ClusterNeeds } from "../../classroom/cluster-needs";
import type { KnownLabs } from "../../classroom/lab-choice";
import type { Student } from "../../classroom/student";
import { labs } from "../../labs";
import { plainYaml } from "../../kube/plain-yaml";
import { readUserFile } from "../../stacks/offline/user-file";
import {
  failOn,
  ProblemsError,
  reasonOf,
  UserError,
  withoutControls,
  type Problem,
} from "../../kube/problems";

/** The labs that there are, with the names of their steps. */
export function knownLabs(): KnownLabs {
  return new Map(labs.map((l) => [l.id, l.steps.map((s) => s.id)]));
}

/** Node ports that any lab wants open on the machine. */
export function labPorts(): number[] {
  return labs.flatMap((l) => [...(l.needs.hostPorts ?? [])]);
}

/** What labs need of a kind cluster that is made for them. */
export function clusterNeeds(): Map<string, ClusterNeeds> {
  return new Map(
    labs.map(({ id, needs }) => [
      id,
      {
        network: needs.kindNetwork === true,
        secondPool: needs.secondPool === true,
        bare: needs.bare === true,
        weave: needs.weave === true,
      },
    ]),
  );
}

/** Who answers for environments where the class file does not say. */
export function thisUser(env: NodeJS.ProcessEnv = process.env): string {
  const name = env["USER"] ?? env["USERNAME"];
  return name !== undefined && name !== "" ? name : userInfo().username;
}

/** Reads class file and roster; every problem of both is reported at once, with those that the caller has found. */
export function loadClass(
  rosterFile: string,
  classFile: string | undefined,
  found: readonly Problem[] = [],
): { cls: Class<ClassConfig>; students: Student[] } {
  const bytes = readUserFile(rosterFile, `--roster ${rosterFile}`);
  const beside = join(dirname(rosterFile), "class.yaml");
  const file = classFile ?? (existsSync(beside) ? beside : undefined);
  const known = knownLabs();
  const problems: Problem[] = [...found];
  let cls: Class<ClassConfig> | undefined;
  try {
    // Without a class file the class is called as its roster.
    const standard = {
      class: nameBy(rosterFile),
      labs: ["stars"],
    };
    cls = file === undefined ? classOf(standard, "(no class file)") : classOf(yaml(file), file);
  } catch (e) {
    if (!(e instanceof ProblemsError)) throw e;
    problems.push(...e.problems);
  }
  const roster = readRoster(bytes, rosterFile, { className: cls?.name ?? "class", labs: known });
  problems.push(...roster.problems);
  if (cls === undefined || problems.length > 0) {
    throw new ProblemsError("The class cannot be made like this; nothing was changed.", problems);
  }
  return { cls, students: roster.students };
}

const nameBy = (file: string): string => suggestClass(file.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, ""));

/** Who is in a class, where no environments are made of it: only ids and names count. @throws ProblemsError */
export function rosterOf(file: string, name?: string): { className: string; students: Student[] } {
  const beside = join(dirname(file), "class.yaml");
  const className = name ?? classNameOf(existsSync(beside) ? beside : undefined) ?? nameBy(file);
  const bytes = readUserFile(file, `--roster ${file}`);
  const { students, problems } = readRoster(bytes, file, { className, labs: knownLabs() });
  failOn("The roster is not right.", problems);
  return { className, students };
}

/** `--class` of other commands than `up`: the name of a class, or its file. */
export function classNameOf(option: string | undefined): string | undefined {
  if (option === undefined) return undefined;
  if (/\.ya?ml$/i.test(option) && existsSync(option)) return classOf(yaml(option), option).name;
  const problem = classNameProblem(option);
  if (problem !== undefined) throw new UserError(`--class ${JSON.stringify(option)} ${problem}`);
  return option;
}

const classOf = (input: unknown, file: string): Class<ClassConfig> =>
  readClass(input, file, classChecks(knownLabs()));

function yaml(file: string): unknown {
  const text = readUserFile(file, `--class ${file}`).toString("utf8");
  try {
    return plainYaml(text);
  } catch (e) {
    throw new UserError(withoutControls(`${file} is not YAML: ${reasonOf(e)}`));
  }
}

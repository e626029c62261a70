import { load as loadYaml } from "js-yaml";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { failOn, UserError, type Problem } from "../../../kube/problems";
import { explain } from "./explain";
import type { Flow } from "./reach-flows";
import type { HttpRequest, Verdict } from "./reach-model";
import type { State } from "./reach-state";

/** A flow that must be open or closed; the form in which labs claim flows too. */
export interface Intent {
  readonly from: string;
  readonly to: string;
  /** @default all ports */
  readonly port?: number;
  /** @default "TCP" where a port is given, else every protocol */
  readonly protocol?: string;
  /** The request, where rules look at it. */
  readonly http?: HttpRequest;
  readonly verdict: Exclude<Verdict, "unknown">;
  /** Why it must be so, for the report. */
  readonly reason?: string;
}

/** An intent beside what is so. */
export interface Checked {
  readonly intent: Intent;
  readonly flows: readonly Flow[];
  readonly holds: boolean;
  /** Why it cannot be judged: an end that is not there. */
  readonly problem?: string;
}

const KEYS = ["from", "to", "port", "protocol", "http", "reason"];
const SHAPE = 'open: [{ from: shop/web, to: shop/db, port: 5432, reason: "…" }], closed: […]';

/**
 * Reads a file of intents: lists `open` and `closed` of flows, each with `from`, `to`, and if wanted `port`, `protocol`
 * and `reason`. @throws ProblemsError with everything that is wrong, UserError where the file cannot be read
 */
export function readIntents(file: string, folder: string = process.cwd()): Intent[] {
  let value: unknown;
  try {
    value = loadYaml(readFileSync(resolve(folder, file), "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message.split("\n")[0] ?? ""}`);
  }
  const problems: Problem[] = [];
  const intents = intentsOf(value, file, problems);
  if (intents.length === 0 && problems.length === 0)
    problems.push({ path: file, message: "names no flow", fix: SHAPE });
  failOn("The intents cannot be read:", problems);
  return intents;
}

function intentsOf(value: unknown, file: string, problems: Problem[]): Intent[] {
  if (!isMap(value)) {
    problems.push({ path: file, message: "must hold the lists open and closed", fix: SHAPE });
    return [];
  }
  for (const key of Object.keys(value).filter((k) => k !== "open" && k !== "closed"))
    problems.push({
      path: `${file}: ${key}`,
      message: "is not a field here",
      fix: "fields are open, closed",
    });
  return (["open", "closed"] as const).flatMap((key) => {
    const list = value[key] ?? [];
    if (!Array.isArray(list)) {
      problems.push({ path: `${file}: ${key}`, value: list, message: "must be a list", fix: SHAPE });
      return [];
    }
    return list.flatMap((item: unknown, i) =>
      intentOf(item, key === "open" ? "allow" : "deny", `${file}: ${key}[${i}]`, problems),
    );
  });
}

function intentOf(item: unknown, verdict: Intent["verdict"], path: string, problems: Problem[]): Intent[] {
  if (!isMap(item)) {
    problems.push({ path, value: item, message: "must be a flow", fix: "write { from: …, to: …, port: … }" });
    return [];
  }
  const before = problems.length;
  for (const key of Object.keys(item).filter((k) => !KEYS.includes(k)))
    problems.push({
      path: `${path}.${key}`,
      message: "is not a field here",
      fix: `fields are ${KEYS.join(", ")}`,
    });
  for (const key of ["from", "to"]) {
    if (typeof item[key] !== "string" || item[key] === "")
      problems.push({
        path: `${path}.${key}`,
        value: item[key],
        message: "must be text",
        fix: "name a workload, node, address or Service",
      });
  }
  const { port, protocol, http, reason } = item;
  if (http !== undefined) checkRequest(http, `${path}.http`, problems);
  if (
    port !== undefined &&
    !(typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535)
  )
    problems.push({ path: `${path}.port`, value: port, message: "must be a whole number from 1 to 65535" });
  for (const [key, text] of Object.entries({ protocol, reason })) {
    if (text !== undefined && typeof text !== "string")
      problems.push({ path: `${path}.${key}`, value: text, message: "must be text" });
  }
  if (problems.length > before) return [];
  return [{ ...item, verdict } as unknown as Intent];
}

const REQUEST = "write { method: GET, path: /items }";

function checkRequest(http: unknown, path: string, problems: Problem[]): void {
  if (!isMap(http)) {
    problems.push({ path, value: http, message: "must be a request", fix: REQUEST });
    return;
  }
  for (const key of Object.keys(http).filter((k) => k !== "method" && k !== "path"))
    problems.push({ path: `${path}.${key}`, message: "is not a field here", fix: REQUEST });
  for (const [key, form] of Object.entries({ method: METHOD, path: PATH })) {
    const value = http[key];
    if (typeof value !== "string" || !form.test(value))
      problems.push({
        path: `${path}.${key}`,
        value,
        message: key === "method" ? "must be a method in capitals" : "must start with / and have no spaces",
        fix: REQUEST,
      });
  }
}
const METHOD = /^[A-Z]+$/;
const PATH = /^\/[!-~]*$/;

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Asks for each intent; one of which an end is missing does not hold, and says so. */
export function checkIntents(state: State, intents: readonly Intent[]): Checked[] {
  return intents.map((intent) => {
    const { from, to, port, protocol, http } = intent;
    try {
      const flows = explain(state, {
        from,
        to,
        remarks: true,
        ...(port === undefined ? {} : { port }),
        ...(protocol === undefined ? {} : { protocol }),
        ...(http === undefined ? {} : { request: http }),
      });
      return {
        intent,
        flows,
        holds: flows.length > 0 && flows.every(({ verdict }) => verdict === intent.verdict),
      };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { intent, flows: [], holds: false, problem: error.message };
    }
  });
}

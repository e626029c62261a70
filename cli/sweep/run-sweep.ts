import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { markedOnDocker } from "../../components/kind/docker";
import { madeBy } from "../../components/kind/machine-objects";
import { reasonOf, UserError } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import type { Engine } from "../engine/engine";
import { openSession, type EngineSession } from "../engine/session";
import { inParallel } from "../in-parallel";
import { writeReceipt } from "../students/receipt";
import { print } from "../students/work-on-students";
import { awsCall } from "./aws-call";
import { remainsOf, type Found, type Owners, type Remains, type SweepResult } from "./found";
import { deleteAtAws, findAtAws } from "./sweep-aws";
import { machineFound, machineObjects } from "./sweep-machine";
import { deletedText, remainsText } from "./sweep-text";

export interface SweepOptions {
  delete?: boolean;
  yes?: boolean;
  region?: string[];
  profile?: string;
  aws: boolean;
  machine: boolean;
  json?: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

export async function runSweep(clusters: readonly string[], options: SweepOptions): Promise<void> {
  const json = options.json === true;
  if (clusters.length > 0 && options.delete !== true)
    throw new UserError("clusters are named with --delete; without it all that is left is listed");
  const session = await openSession();
  const owners = await ownersOf(session.engine);
  const { found, unseen } = await look(session, owners, options);
  const tagged = found.map((f) => f.found);
  const all = remainsOf(tagged, owners);
  for (const line of unseen) say(`not seen: ${line}`);
  if (options.delete !== true) {
    if (unseen.length > 0) process.exitCode = 1;
    await print(json, { remains: all, unseen }, () => remainsText(all, Date.now()));
    return;
  }
  const chosen = choose(all, clusters, owners, tagged);
  if (chosen.length === 0) {
    await print(json, { deleted: [], left: [] }, () => "Nothing is left: nothing to delete.\n");
    return;
  }
  if (!(await agreed(chosen, options))) {
    say("Nothing was deleted.");
    return;
  }
  const names = new Set(chosen.map((r) => r.cluster));
  const result = await deleteAll(session, names, found, options);
  const receipt = { at: new Date().toISOString(), swept: [...names], ...result };
  const path = writeReceipt(receipt, join(ownFolder, "receipts"));
  if (result.left.length > 0) process.exitCode = 1;
  await print(json, { ...result, file: path }, () => deletedText(result, path));
}

/** Stacks that hold something, and the clusters that they have made on this machine. */
export async function ownersOf(engine: Pick<Engine, "listAll" | "state">): Promise<Owners> {
  const stacks = await engine.listAll();
  const held = await inParallel(stacks, 4, async ({ name, updating }) => {
    const state = await engine.state(name);
    const real = [...state.resources, ...state.pending];
    return {
      name,
      holds: updating || state.pending.length > 0 || state.resources.some((r) => r.real),
      clusters: real.flatMap((r) => madeBy(r) ?? []).map((o) => o.name),
    };
  });
  return {
    stacks: new Set(held.filter((s) => s.holds).map((s) => s.name)),
    clusters: new Set(held.flatMap((s) => s.clusters)),
  };
}

interface Seen {
  found: Found;
  /** Of what is at AWS. */
  region?: string;
}

async function look(
  session: EngineSession,
  owners: Owners,
  options: SweepOptions,
): Promise<{ found: Seen[]; unseen: string[] }> {
  const found: Seen[] = [];
  const unseen: string[] = [];
  if (options.machine) {
    try {
      const marked = await markedOnDocker();
      found.push(...machineFound(marked, owners.clusters).map((f) => ({ found: f })));
    } catch (error) {
      unseen.push(`this machine: ${firstLine(error)}`);
    }
  }
  for (const region of options.aws ? regionsOf(options) : []) {
    try {
      const seen = await findAtAws(awsCall(session.awsCli({ region, profile: options.profile })), region);
      found.push(...seen.found.map((f) => ({ found: f, region })));
      unseen.push(...seen.unseen.map((line) => `AWS ${region}: ${line}`));
    } catch (error) {
      unseen.push(`AWS ${region}: ${firstLine(error)}`);
    }
  }
  return { found, unseen };
}

const regionsOf = ({ region }: SweepOptions): string[] =>
  region ?? [process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-west-2"];

function choose(
  all: readonly Remains[],
  clusters: readonly string[],
  owners: Owners,
  found: readonly Found[],
) {
  const held = clusters.filter(
    (name) =>
      owners.clusters.has(name) ||
      found.some((f) => f.cluster === name && f.stack !== undefined && owners.stacks.has(f.stack)),
  );
  if (held.length > 0)
    throw new UserError(
      `a stack of this backend holds ${held.join(", ")}; nothing was deleted.\n  fix: npm run destroy -- <stack>`,
    );
  for (const name of clusters.filter((c) => !all.some((r) => r.cluster === c)))
    say(`Nothing is left of ${name}.`);
  return clusters.length === 0 ? all : all.filter((r) => clusters.includes(r.cluster));
}

/** A colleague's stack in another backend looks the same from here: a person decides. */
async function agreed(chosen: readonly Remains[], { yes }: SweepOptions): Promise<boolean> {
  if (yes === true) return true;
  process.stderr.write(remainsText(chosen, Date.now()));
  if (!process.stdin.isTTY)
    throw new UserError(
      "nobody is here to be asked; nothing was deleted.\n  fix: --yes, when you know that nobody needs it",
    );
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const names = chosen.map((r) => r.cluster).join(", ");
    const answer = await lines.question(
      `Another backend's stacks are not seen from here. Delete all of ${names} for good? (yes/no) `,
    );
    return answer.trim() === "yes";
  } finally {
    lines.close();
  }
}

async function deleteAll(
  session: EngineSession,
  clusters: ReadonlySet<string>,
  seen: readonly Seen[],
  options: SweepOptions,
): Promise<SweepResult> {
  const mine = seen.filter((s) => clusters.has(s.found.cluster));
  const here = mine.filter((s) => s.region === undefined).map((s) => s.found);
  const result: SweepResult = { deleted: [], left: [] };
  for (const object of machineObjects(here)) {
    const found = here.find((f) => f.id === object.name && f.kind.endsWith(object.kind));
    if (found === undefined) continue;
    try {
      say(`deleting ${found.kind} ${found.id}`);
      await session.machine.remove(object);
      result.deleted.push(found);
    } catch (error) {
      result.left.push({ found, why: firstLine(error) });
    }
  }
  for (const region of new Set(mine.flatMap((s) => s.region ?? []))) {
    const aws = awsCall(session.awsCli({ region, profile: options.profile }));
    const { deleted, left } = await deleteAtAws({ aws, region, clusters, say });
    result.deleted.push(...deleted);
    result.left.push(...left);
  }
  return result;
}

const firstLine = (error: unknown): string =>
  reasonOf(error)
    .split("\n")
    .find((l) => l.trim() !== "" && !l.startsWith("Command failed"))
    ?.trim() ?? "failed";

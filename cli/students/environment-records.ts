import { fromTags, type EnvironmentRecord } from "../../classroom/environment-record";
import { EngineError, type StackReader, type StackSummary } from "../engine/engine";
import { inParallel } from "../in-parallel";

/** The environments that the backend has; stacks whose tags cannot be read stand apart. */
export interface EnvironmentRecords {
  records: Map<string, EnvironmentRecord>;
  summaries: Map<string, StackSummary>;
  damaged: { name: string; problem: string }[];
}

/** Tags are read one stack at a time by the CLI: so many at once. */
const READERS = 4;

/** All environments of the project, or of one class. A stack that goes away meanwhile is left out. */
export async function allRecords(engine: StackReader, className?: string): Promise<EnvironmentRecords> {
  const stacks = (await engine.list(className)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: EnvironmentRecords = { records: new Map(), summaries: new Map(), damaged: [] };
  const read = await inParallel(stacks, READERS, ({ name }) => recordOf(engine, name));
  stacks.forEach((stack, i) => {
    const record = read[i];
    if (record === undefined) return;
    if ("problem" in record) {
      found.damaged.push({ name: stack.name, problem: record.problem });
      return;
    }
    found.records.set(stack.name, record);
    found.summaries.set(stack.name, stack);
  });
  return found;
}

async function recordOf(engine: StackReader, stack: string): Promise<ReturnType<typeof fromTags>> {
  try {
    return fromTags(await engine.tags(stack));
  } catch (e) {
    if (e instanceof EngineError && e.kind === "gone") return undefined;
    throw e;
  }
}

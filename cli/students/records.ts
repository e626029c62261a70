import { fromTags, type EnvironmentRecord } from "../../classroom/record";
import { EngineError, type Engine, type StackSummary } from "../engine/engine-port";

/** The environments that the backend has; stacks whose tags cannot be read stand apart. */
export interface Records {
  records: Map<string, EnvironmentRecord>;
  summaries: Map<string, StackSummary>;
  damaged: { name: string; problem: string }[];
}

/** Tags are read one stack at a time by the CLI: so many at once. */
const READERS = 4;

/** All environments of the project, or of one class. A stack that goes away meanwhile is left out. */
export async function allRecords(engine: Engine, className?: string): Promise<Records> {
  const stacks = await engine.list(className);
  const found: Records = { records: new Map(), summaries: new Map(), damaged: [] };
  const queue = [...stacks].sort((a, b) => (a.name < b.name ? -1 : 1));
  const read = new Map<string, EnvironmentRecord>();
  let next = 0;
  const reader = async (): Promise<void> => {
    for (;;) {
      const stack = queue[next++];
      if (stack === undefined) return;
      try {
        const record = fromTags(await engine.tags(stack.name));
        if (record === undefined) continue;
        if ("problem" in record) found.damaged.push({ name: stack.name, problem: record.problem });
        else read.set(stack.name, record);
      } catch (e) {
        if (!(e instanceof EngineError && e.kind === "gone")) throw e;
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  for (const stack of queue) {
    const record = read.get(stack.name);
    if (record === undefined) continue;
    found.records.set(stack.name, record);
    found.summaries.set(stack.name, stack);
  }
  return found;
}

import type { Rubric } from "../../classroom/rubric";
import { UserError } from "../../kube/problems";
import { HandInWatch } from "./hand-in-watch";
import { rubricIn } from "./run-grade";

export interface ClassOptions {
  roster: string;
  key?: string;
  host: string;
  port: string;
  rubric?: string;
  handIns?: string;
  /** Probe clusters again after this long. */
  verify?: string;
}

export interface ClassPlayOptions extends ClassOptions {
  labs: string;
  url?: string;
  links?: string;
  /** @default .labs/class/<class> */
  folder?: string;
}

export interface Running {
  /** Of the instructor's page. */
  url: string;
  close: () => Promise<void>;
}

const NO_POINTS: Rubric = { items: [], hints: { cost: 0, most: 0 } };

export type Say = (text: string) => void;
export const out: Say = (text) => void process.stdout.write(`${text}\n`);

export function watchOf(
  { rubric, roster, key }: ClassOptions,
  folder: string | undefined,
  causes: boolean,
): HandInWatch | undefined {
  if (folder === undefined) return undefined;
  const read = rubric === undefined ? NO_POINTS : rubricIn(rubric);
  return new HandInWatch(folder, read, { roster, ...(key === undefined ? {} : { key }) }, causes);
}

/** One after the other, however long each takes. */
export function every(ms: number, work: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = (): void => {
    void work().finally(() => {
      if (!stopped) timer = setTimeout(next, ms);
    });
  };
  next();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new UserError(`--port ${text} is not a port.`);
  return port;
}

/** Until Ctrl-C. */
export async function untilStopped(running: Promise<Running>): Promise<void> {
  const { close } = await running;
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await close();
}

import { Listr } from "listr2";
import pc from "picocolors";
import { formatDuration } from "../../classroom/lease";
import type { BatchEvent, Outcome } from "./batch";

/** Shows what happens to each student, live. */
export interface Show<R> {
  onEvent: (event: BatchEvent<R>) => void;
  /** To be awaited before anything else is printed. */
  end: () => Promise<void>;
}

export interface ShowOptions {
  /** A terminal with room for a line per student; otherwise a line is written for each change. */
  live: boolean;
  write: (text: string) => void;
  now: () => number;
}

/** A line per student that changes in place, or lines one after another. */
export function show<R>(names: readonly string[], opts: ShowOptions): Show<R> {
  return opts.live ? liveShow(names) : lineShow(names.length, opts);
}

/** Whether standard error can show so many students at once. */
export function canShowLive(count: number, stream: NodeJS.WriteStream = process.stderr): boolean {
  return stream.isTTY && process.env["CI"] === undefined && count + 4 <= stream.rows;
}

function liveShow<R>(names: readonly string[]): Show<R> {
  interface Line {
    progress: (text: string) => void;
    finish: (outcome: Outcome<R>) => void;
    done: Promise<Outcome<R>>;
  }
  const lines = new Map<string, Line>();
  for (const name of names) {
    let finish: Line["finish"] = () => undefined;
    const done = new Promise<Outcome<R>>((resolve) => (finish = resolve));
    lines.set(name, { finish, done, progress: () => undefined });
  }
  const list = new Listr(
    [...lines].map(([name, line]) => ({
      title: name,
      task: async (_: unknown, task: { output: string; title: string; skip: (text: string) => void }) => {
        task.output = "waiting";
        line.progress = (text) => (task.output = text);
        const outcome = await line.done;
        if (outcome.status === "failed") throw new Error(`${name}: ${outcome.reason}`);
        if (outcome.status === "skipped") task.skip(`${name}: ${outcome.reason}`);
        else task.title = `${name} ${pc.dim(took(outcome.ms))}`;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      rendererOptions: { collapseErrors: false, showSubtasks: true },
      // Ctrl-C is ours.
      registerSignalListeners: false,
    },
  );
  const run = list.run();
  return {
    onEvent: (event) => {
      const line = lines.get(event.name);
      if (event.type === "start") line?.progress("starting");
      else if (event.type === "progress") line?.progress(event.text);
      else line?.finish(event.outcome);
    },
    end: async () => {
      await run;
    },
  };
}

/** One line per start, phase and end; not one per resource: 200 students would be a flood. */
function lineShow<R>(count: number, { write, now }: ShowOptions): Show<R> {
  let ended = 0;
  let failed = 0;
  const said = new Map<string, { text: string; at: number }>();
  const line = (name: string, text: string): void => {
    write(`${pc.dim(`[${String(ended).padStart(String(count).length)}/${count}]`)} ${name}: ${text}\n`);
  };
  return {
    onEvent: (event) => {
      if (event.type === "start") return;
      if (event.type === "progress") {
        const last = said.get(event.name);
        if (last !== undefined && now() - last.at < 30_000) return;
        said.set(event.name, { text: event.text, at: now() });
        line(event.name, event.text);
        return;
      }
      said.delete(event.name);
      ended++;
      const { outcome } = event;
      if (outcome.status === "done") line(event.name, pc.green(`done ${took(outcome.ms)}`));
      else {
        if (outcome.status === "failed") failed++;
        line(
          event.name,
          (outcome.status === "failed" ? pc.red : pc.yellow)(`${outcome.status}: ${outcome.reason}`),
        );
      }
    },
    end: () => {
      if (failed > 0) write(`${failed} of ${count} failed\n`);
      return Promise.resolve();
    },
  };
}

function took(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)}s` : formatDuration(ms);
}

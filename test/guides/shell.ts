import { spawn, type ChildProcess } from "node:child_process";
import type { GuideCommand } from "./read-guide";

export interface Played {
  output: string;
  /** Of the shell; 124 where it took too long. */
  code: number;
}

/**
 * A learner's terminal: commands run one after the other by bash, in one folder, and variables last. Each is a process
 * group of its own, so that nothing of it outlives it.
 */
export class Shell {
  private readonly env: NodeJS.ProcessEnv;
  private readonly groups = new Set<ChildProcess>();

  constructor(
    private readonly folder: string,
    env: NodeJS.ProcessEnv,
    private readonly seconds = 180,
  ) {
    this.env = { ...env };
  }

  /** Whether a variable has been set, and not to nothing. */
  has(name: string): boolean {
    return (this.env[name] ?? "") !== "";
  }

  async run(c: Pick<GuideCommand, "text" | "sets">): Promise<Played> {
    return this.start(c).ended;
  }

  /** Runs it until it says something that matches, then interrupts it. */
  async until(c: Pick<GuideCommand, "text" | "sets">, said: RegExp): Promise<Played> {
    const started = this.start(c);
    while (!said.test(started.said()) && started.running()) await pause(50);
    return started.stop();
  }

  /** Starts it, and waits a moment for its first word. */
  async listen(c: Pick<GuideCommand, "text" | "sets">): Promise<Started> {
    const started = this.start(c);
    for (let i = 0; i < 100 && started.said() === "" && started.running(); i++) await pause(50);
    return started;
  }

  private start({ text, sets }: Pick<GuideCommand, "text" | "sets">): Started {
    const given = sets.map((name) => `printf '%s=%s\\0' ${name} "$${name}" >&3`);
    // Who follows a guide stands in this project; files that a guide writes go to a folder of their own all the same.
    const { LABS_PROJECT } = this.env;
    const project =
      LABS_PROJECT === undefined ? [] : ['npm() { command npm --prefix "$LABS_PROJECT" "$@"; }'];
    const child = spawn(
      "bash",
      ["-c", ["exec 2>&1", ...project, text, "code=$?", ...given, "exit $code"].join("\n")],
      {
        cwd: this.folder,
        env: this.env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
      },
    );
    this.groups.add(child);
    let output = "";
    let variables = "";
    child.stdout?.on("data", (text: Buffer) => (output += text.toString()));
    child.stdio[3]?.on("data", (text: Buffer) => (variables += text.toString()));
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      end(child, "SIGKILL");
    }, this.seconds * 1000);
    const ended = new Promise<Played>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        clearTimeout(limit);
        this.groups.delete(child);
        for (const pair of variables.split("\0").filter((p) => p !== "")) {
          const at = pair.indexOf("=");
          this.env[pair.slice(0, at)] = pair.slice(at + 1);
        }
        resolve({ output, code: late ? 124 : (code ?? 130) });
      });
    });
    return {
      said: () => output,
      running: () => this.groups.has(child),
      ended,
      stop: async () => {
        end(child, "SIGINT");
        const force = setTimeout(() => {
          end(child, "SIGKILL");
        }, 3000);
        return ended.finally(() => {
          clearTimeout(force);
        });
      },
    };
  }

  /** Ends all that runs. */
  stop(): void {
    for (const child of this.groups) end(child, "SIGINT");
  }
}

export interface Started {
  said: () => string;
  running: () => boolean;
  ended: Promise<Played>;
  stop: () => Promise<Played>;
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

export const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { CannotRun } from "../../support/cannot-run";
import type { Python } from "./python";

export interface Call {
  service: string;
  operation: string;
  region: string;
  input: Record<string, unknown>;
}

export interface AwsError {
  code: string;
  message: string;
  /** moto has no such operation. */
  unknown?: boolean;
}

export type Answer = { output: Record<string, unknown> } | { error: AwsError };

interface Hello {
  endpoint: string;
  moto: string;
  botocore: string;
}

/** A moto server in a process of its own, on a free port of the loopback interface; it ends with this one. */
export class Moto {
  private readonly waiting: ((line: string) => void)[] = [];

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly ended: Promise<string>,
    readonly hello: Hello,
  ) {}

  /** @throws CannotRun in one line, and with no process left, where the server does not come up in time */
  static async start(python: Python, { script = "moto_server.py", seconds = 60 } = {}): Promise<Moto> {
    const child = spawn(python.bin, [resolve(__dirname, script)], { env: environment() });
    const ended = lastWords(child);
    const lines = createInterface({ input: child.stdout });
    const first = new Promise<string>((done) => lines.once("line", done));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new CannotRun(`moto did not answer in ${seconds} s`));
      }, seconds * 1000);
    });
    try {
      const died = ended.then((why) => {
        throw new CannotRun(`moto did not start: ${why}`);
      });
      const hello = JSON.parse(await Promise.race([first, died, late])) as Hello;
      const made = new Moto(child, ended, hello);
      lines.on("line", (line) => made.waiting.shift()?.(line));
      return made;
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  call(call: Call): Promise<Answer> {
    return this.send(call);
  }

  /** Forgets all that was made. */
  async reset(): Promise<void> {
    await this.send({ reset: true });
  }

  async stop(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
  }

  private async send(line: object): Promise<Answer> {
    const answer = new Promise<string>((done) => this.waiting.push(done));
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
    const died = this.ended.then((why) => {
      throw new Error(`moto ended: ${why}`);
    });
    return JSON.parse(await Promise.race([answer, died])) as Answer;
  }
}

/** No proxy, no credentials and no configuration of the user's: nothing may leave the machine. */
function environment(): NodeJS.ProcessEnv {
  const none = process.platform === "win32" ? "NUL" : "/dev/null";
  return {
    PATH: process.env["PATH"],
    SYSTEMROOT: process.env["SYSTEMROOT"],
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
    AWS_EC2_METADATA_DISABLED: "true",
    NO_PROXY: "*",
  };
}

/** Why the process ended: the last line that it wrote to stderr. */
async function lastWords(child: ChildProcessWithoutNullStreams): Promise<string> {
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  // A call to a process that has just died: its end says more.
  child.stdin.on("error", () => undefined);
  return new Promise((done) => {
    child.once("error", (error) => {
      done(error.message);
    });
    child.once("close", (code, signal) => {
      done(said.trim().split("\n").at(-1)?.trim() || `exit ${code ?? signal}`);
    });
  });
}

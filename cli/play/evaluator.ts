import { join } from "node:path";
import { Worker } from "node:worker_threads";

/** What is asked about a learner's files. */
export interface Question {
  kind: "update" | "hints" | "judge";
  instance: string;
  step: number;
  /** Whose files. @default the one that the thread starts with */
  folder?: string;
  /** When it began, in milliseconds since 1970. */
  since: number;
}

/** JSON of the answer, or why there is none. */
export type Answer = { text: string } | { failed: string };

/** Which labs and whose files: what a thread starts with. */
export interface WorkerInput {
  name: string | readonly string[];
  folder?: string;
}

export interface EvaluatorLimits {
  /** Milliseconds for one answer. */
  answer: number;
  /** Milliseconds until a thread has started. */
  start: number;
  /** MiB of a thread. */
  memory: number;
}

export const EVALUATOR_LIMITS: EvaluatorLimits = { answer: 10_000, start: 120_000, memory: 1024 };

interface Job {
  question: Question;
  promise: Promise<Answer>;
  settle: (answer: Answer) => void;
}

const BOOT = `const { tsx, program } = require("node:worker_threads").workerData; require(tsx); require(program);`;

/**
 * Answers questions one after the other in a thread of its own. One that takes too long, or more memory than there is for
 * it, fails alone: its thread is ended, and the next question gets a new one.
 */
export class Evaluator {
  #thread: Worker | undefined;
  #running: Job | undefined;
  readonly #waiting: Job[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly input: WorkerInput,
    private readonly limits: EvaluatorLimits,
  ) {}

  /** The same question that still waits is not asked twice. */
  ask(question: Question): Promise<Answer> {
    const same = this.#waiting.find(
      ({ question: q }) =>
        q.kind === question.kind &&
        q.instance === question.instance &&
        q.step === question.step &&
        q.folder === question.folder,
    );
    if (same !== undefined) return same.promise;
    let settle: Job["settle"] = () => undefined;
    const promise = new Promise<Answer>((resolve) => (settle = resolve));
    this.#waiting.push({ question, promise, settle });
    this.#next();
    return promise;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.settle({ failed: "closed" });
    this.#end({ failed: "closed" });
    await this.#thread?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined || this.#closed) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running = job;
    if (this.#thread === undefined) this.#start();
    else this.#post(job);
  }

  #post(job: Job): void {
    this.#limit(this.limits.answer, "your files hold too much to be worked out in that time");
    this.#thread?.postMessage(job.question);
  }

  #start(): void {
    const program = join(__dirname, "play-worker.ts");
    const thread = new Worker(BOOT, {
      eval: true,
      execArgv: [],
      workerData: { ...this.input, tsx: require.resolve("tsx/cjs"), program },
      resourceLimits: { maxOldGenerationSizeMb: this.limits.memory },
    });
    this.#thread = thread;
    this.#limit(this.limits.start, "its thread does not start");
    thread.on("message", (said: "ready" | Answer) => {
      if (thread !== this.#thread) return;
      if (said !== "ready") this.#end(said);
      else if (this.#running !== undefined) this.#post(this.#running);
    });
    thread.on("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? `your files need more than ${this.limits.memory} MiB of memory`
          : error.message;
      if (thread === this.#thread) this.#abandon(why);
    });
  }

  #limit(time: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#abandon(`no answer in ${time / 1000} s: ${why}`);
    }, time);
  }

  #abandon(failed: string): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
    this.#end({ failed });
  }

  #end(answer: Answer): void {
    clearTimeout(this.#timer);
    const job = this.#running;
    this.#running = undefined;
    job?.settle(answer);
    this.#next();
  }
}

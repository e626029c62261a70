import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { tokenOf } from "../../classroom/class-token";
import type { Student } from "../../classroom/student";
import type { Wrong } from "../../classroom/standing";
import { isSolved } from "../play/broken";
import { beginning } from "../play/exercise";
import { HandInKeeper, textsOf } from "../play/hand-in-keeper";
import type { PlayHint, PlayUpdate } from "../page/page-data";
import { failedUpdate } from "../play/play-update";
import { atMost, sessionsOf, type PlaySession } from "../play/play-session";
import { wrongOf } from "./evaluators";
import { EvaluatorPool } from "./evaluator-pool";
import { RateLimit } from "./rate-limit";
import { StudentFiles, type Refusal } from "./student-files";

/** MiB of a thread: they share a machine with the class. */
const THREAD_MEMORY = 512;

export interface ClassPlayOf {
  className: string;
  key: string;
  students: readonly Pick<Student, "id" | "name">[];
  /** Ids of labs. */
  labs: readonly string[];
  folder: string;
  say: (text: string) => void;
}

/** One student at one lab. */
export interface Place {
  student: Pick<Student, "id" | "name">;
  nth: number;
  session: PlaySession;
  files: StudentFiles;
  keeper: HandInKeeper;
  /** The hand-in's file. */
  handIn: string;
  /** The step that the page shows. */
  step: number;
  /** Milliseconds since 1970, of the last save. */
  saved?: number;
  /** What is wrong at that step, once it is known. */
  wrong: Wrong[];
  looked: boolean;
}

/** A class that plays on this machine: files, answers and progress, each student's apart from the others'. */
export class ClassPlay {
  readonly sessions: readonly PlaySession[];
  readonly places = new Map<string, Place>();
  private readonly updates: EvaluatorPool;
  private readonly hints: EvaluatorPool;
  private readonly saves = new RateLimit(20, 2);
  private readonly looks = new RateLimit(20, 1);
  private readonly asks = new RateLimit(5, 0.5);

  constructor(
    readonly of: ClassPlayOf,
    private readonly now: () => number = Date.now,
  ) {
    this.sessions = of.labs.flatMap((lab) => sessionsOf(lab));
    this.updates = new EvaluatorPool(of.labs, availableParallelism(), THREAD_MEMORY);
    this.hints = new EvaluatorPool(of.labs, 1, THREAD_MEMORY);
    of.students.forEach((student, nth) => {
      for (const session of this.sessions)
        this.places.set(placeKey(student.id, session), this.place(student, nth, session));
    });
  }

  find(student: string, lab: string): Place | undefined {
    return this.places.get(JSON.stringify([student, lab]));
  }

  /** Stores a file, and says why not. */
  save(
    place: Place,
    name: string,
    text: string | undefined,
  ): Refusal | { status: 429; why: string } | undefined {
    if (!this.saves.takes(place.student.id, this.now()))
      return { status: 429, why: "that is saved too often: wait a moment, and save again" };
    const refused = place.files.save(name, text);
    if (refused !== undefined) return refused;
    place.saved = this.now();
    place.looked = false;
    return undefined;
  }

  /** A page that is opened again and again makes work, too. */
  mayLook(place: Place): boolean {
    return this.looks.takes(place.student.id, this.now());
  }

  /** What the page shows of the files at a step; after a save it counts. */
  async update(place: Place, step: number, counts: boolean): Promise<string> {
    const since = this.now();
    if (!counts) place.step = atMost(place.session, step);
    const { instance } = place.session.selection;
    const answer = await this.updates.ask(place.nth, {
      kind: "update",
      instance,
      step,
      since,
      folder: place.files.folder,
    });
    if ("failed" in answer)
      return JSON.stringify({ ...failedUpdate(instance, step, answer.failed), took: this.now() - since });
    if (counts) {
      const seen = JSON.parse(answer.text) as PlayUpdate;
      if (seen.task.kind !== "given" && seen.lab !== undefined)
        place.keeper.saw(
          { step: seen.step, solved: isSolved(seen), texts: textsOf(place.files.folder) },
          this.now(),
        );
    }
    return answer.text;
  }

  /** Hints for who asks for them: they are counted. */
  async hint(place: Place, step: number): Promise<string | undefined> {
    if (!this.asks.takes(place.student.id, this.now())) return undefined;
    place.keeper.asked(step, this.now());
    const answer = await this.ask(place, step);
    return JSON.stringify(answer);
  }

  /** Looks for what is wrong with whom, one after the other, for who teaches: it is not counted. */
  async diagnose(): Promise<boolean> {
    const next = [...this.places.values()]
      .filter((p) => p.saved !== undefined && !p.looked && this.now() - p.saved > 3000)
      .sort((a, b) => (a.saved ?? 0) - (b.saved ?? 0))[0];
    if (next === undefined) return false;
    next.looked = true;
    const solved = next.keeper.steps.some((s) => s.step === next.step && s.solved !== undefined);
    const found = solved ? [] : await this.ask(next, next.step);
    next.wrong = wrongOf(found);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all([this.updates.close(), this.hints.close()]);
  }

  private async ask(place: Place, step: number): Promise<PlayHint[]> {
    const { instance } = place.session.selection;
    const question = {
      kind: "hints",
      instance,
      step,
      since: this.now(),
      folder: place.files.folder,
    } as const;
    const answer = await this.hints.ask(0, question);
    if ("failed" in answer) return [{ object: "your files", message: answer.failed, mends: 0 }];
    return JSON.parse(answer.text) as PlayHint[];
  }

  private place(student: Pick<Student, "id" | "name">, nth: number, session: PlaySession): Place {
    const { className, key, folder, say } = this.of;
    const { instance, lab } = session.selection;
    const files = new StudentFiles(join(folder, "files", student.id, instance));
    const handIn = join(folder, "hand-ins", student.id, `${instance}.handin`);
    mkdirSync(dirname(handIn), { recursive: true, mode: 0o700 });
    const keeper = new HandInKeeper(
      {
        file: handIn,
        from: "play",
        selection: session.selection,
        token: tokenOf(key, className, student.id),
        began: this.now(),
      },
      (text) => {
        say(`${student.id}: ${text.trim()}`);
      },
    );
    const step = Math.min(1, lab.steps.length - 1);
    // Somebody who comes back finds what there was; what a lab brings for the learner to change is there at first.
    if (keeper.steps.length === 0 && Object.keys(files.list()).length === 0)
      for (const o of beginning(session.states, step))
        files.save(
          `${o.kind.toLowerCase()}-${o.metadata.name}`.replace(/[^\w-]+/g, "-").slice(0, 80) + ".yaml",
          stringify(o, { lineWidth: 0 }),
        );
    return { student, nth, session, files, keeper, handIn, step, wrong: [], looked: true };
  }
}

const placeKey = (student: string, { selection }: PlaySession): string =>
  JSON.stringify([student, selection.instance]);

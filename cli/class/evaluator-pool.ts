import { Evaluator, EVALUATOR_LIMITS, type Answer, type Question } from "../play/evaluator";

/** Several threads that know the same labs. One student's questions go to one thread, so that their order stays. */
export class EvaluatorPool {
  private readonly threads: Evaluator[];

  constructor(labs: readonly string[], threads: number, memory: number) {
    this.threads = Array.from(
      { length: threads },
      () => new Evaluator({ name: labs }, { ...EVALUATOR_LIMITS, memory }),
    );
  }

  ask(nth: number, question: Question): Promise<Answer> {
    const thread = this.threads[nth % this.threads.length];
    return thread === undefined ? Promise.resolve({ failed: "closed" }) : thread.ask(question);
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((t) => t.close()));
  }
}

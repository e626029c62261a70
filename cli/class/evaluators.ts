import { Evaluator, EVALUATOR_LIMITS } from "../play/evaluator";

/** A thread for each lab, started when it is first asked for. */
export class Evaluators {
  private readonly byLab = new Map<string, Evaluator>();

  of(lab: string): Evaluator {
    const evaluator = this.byLab.get(lab) ?? new Evaluator({ name: lab }, EVALUATOR_LIMITS);
    this.byLab.set(lab, evaluator);
    return evaluator;
  }

  async close(): Promise<void> {
    await Promise.all([...this.byLab.values()].map((e) => e.close()));
    this.byLab.clear();
  }
}

import type { Command } from "commander";

/** Registered by the evaluator's command. */
export function addReach(_labs: Command): void {
  // filled in with the evaluator
}

import type { EnvironmentTarget } from "./student";

/** What is known of the work on one environment before it begins. */
export interface Work {
  target: EnvironmentTarget;
  /** Resources that its state has; undefined where the backend does not say. None: everything is still to be made. */
  resources?: number | undefined;
  /** Labs that are on. */
  labs: number;
}

/**
 * Seconds that work takes, roughly: only which is longer matters. A control plane of EKS takes ten minutes by itself
 * (AWS's own word); kind took 101 s to make and 6 to 15 s to take away, with Docker on two cores.
 */
const MAKE: Readonly<Record<EnvironmentTarget, number>> = { eks: 1200, kind: 120 };
const TAKE: Readonly<Record<EnvironmentTarget, number>> = { eks: 900, kind: 15 };
const LAB = 25;
/** An engine's start, and a look at one resource. */
const START = 15;
const LOOK = 0.3;

/** Expected seconds of an `up`: of what is there already only the difference is made. */
export function upEffort({ target, resources, labs }: Work): number {
  if ((resources ?? 0) > 0) return START + LOOK * (resources ?? 0);
  return MAKE[target] + LAB * labs;
}

/** Expected seconds of a `down`: what is in a cluster goes with it. */
export function downEffort(target: EnvironmentTarget): number {
  return TAKE[target];
}

/** Names with the longest work first, so that no long one begins when all others end; equals keep their order. */
export function longestFirst(names: Iterable<string>, effort: (name: string) => number): string[] {
  return [...names]
    .map((name) => ({ name, seconds: effort(name) }))
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name }) => name);
}

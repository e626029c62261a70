import type { Flow } from "../reach-flows";
import type { Decision, Verdict } from "../reach-model";

/** One place on a packet's way. */
export interface Hop {
  /** Where the packet is: an end, a node, or what is between. */
  readonly at: string;
  /** What happens to it there. */
  readonly does: string;
  /** The rule, route or policy that does it. */
  readonly by: string;
  /** Of a hook where policy decides; the way ends at the first `deny`. */
  readonly verdict?: Verdict;
  /** What is not known of this hop, and why. */
  readonly unknown?: string;
}

/** The way of one packet of an answer. */
export interface Walk extends Pick<Flow, "from" | "to" | "protocol" | "ports" | "family" | "verdict"> {
  readonly hops: readonly Hop[];
  /** Of how many ends behind the Service this is the way to one; absent without a Service. */
  readonly backends?: number;
}

export const policyHop = (at: string, does: string, { tier, reason, verdict }: Decision): Hop => ({
  at,
  does,
  by: tier === null ? reason : `${reason} (tier ${tier})`,
  verdict,
});

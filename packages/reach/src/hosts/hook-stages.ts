import type { Host } from "../input/hosts";
import type { PortSet } from "../port-sets";
import type { Endpoint } from "../reach-model";
import type { Segment } from "../rules/evaluate-rules";
import { defaultDecision } from "./default-decision";
import { sequence } from "./host-chains";

/** A hook that a packet meets, and what is decided there. */
export interface Stage {
  /** Whose policies: `pod`, or the host endpoint of a machine, with the interface that the packet crosses. */
  readonly hook: string;
  readonly segments: readonly Segment[];
}

/** Hooks in order, and the one whose word counts where none denies. */
export interface Staged {
  readonly stages: readonly Stage[];
  readonly primary: number;
}

/** The way of a packet, with every hook on it. */
export interface HookedWay {
  readonly sender: Host | undefined;
  readonly receiver: Host | undefined;
  readonly local: boolean;
  /** As whom the receiver sees the sender. */
  readonly seen: Endpoint;
  readonly egress: readonly Stage[];
  readonly ingress: readonly Stage[];
}

/** Nothing has a say. */
export const alone = (ports: PortSet, reason: string): Staged => ({
  stages: [{ hook: "none", segments: [{ ports, decision: defaultDecision("allow", reason) }] }],
  primary: 0,
});

/** One hook's answer as it is, so that what is the same stays the same object. */
export const inSequence = ({ stages, primary }: Staged): readonly Segment[] =>
  stages.length === 1
    ? (stages[0]?.segments ?? [])
    : sequence(
        stages.map(({ segments }) => segments),
        primary,
      );

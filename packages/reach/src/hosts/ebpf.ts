import type { Segment } from "../rules/evaluate-rules";
import type { RuleList } from "../rules/rule-lists";
import type { State } from "../reach-state";
import { defaultDecision } from "./default-decision";

/**
 * Where host endpoints govern nodes between which the eBPF dataplane hands a node port's packets on. It wraps the packet
 * as the client sent it, and the second node translates it once more (felix/bpf-gpl/tc.c, nat_lookup.h); which hooks it
 * meets there was neither run nor read to the end.
 */
export const TUNNELLED = defaultDecision(
  "unknown",
  "the eBPF dataplane hands node ports on in a tunnel of its own; which policies of host endpoints see that is not followed",
);

/** Felix marks node ports and load balancers with it as well (felix/bpf/proxy/syncer.go); kube-proxy does not. */
export const LOCAL_INSIDE = defaultDecision(
  "unknown",
  "internalTrafficPolicy is Local, which the eBPF dataplane obeys at ports of nodes and load balancers too: depends on where the pods run",
);

/** Connected to itself when it calls `connect`, a pod sends nothing that a policy would see; UDP leaves it all the same. */
export const TO_ITSELF = defaultDecision(
  "unknown",
  "with the eBPF dataplane a pod that its Service leads back to itself may not leave its network: then no policy sees it",
);

const FORWARDED = defaultDecision(
  "unknown",
  "what doNotTrack does to forwarded packets with the eBPF dataplane is not followed",
);
const TIERS = defaultDecision(
  "unknown",
  "doNotTrack policies in more than one tier: the eBPF dataplane is not followed there (felix/dataplane/linux/bpf_ep_mgr.go loads one tier)",
);

/**
 * What doNotTrack policies decide: with eBPF by XDP, for what comes in. Felix's own tests hold it to iptables for what
 * begins or ends at the host (felix/fv/donottrack_test.go); the rest is not known.
 */
export function untrackedSegments(
  { ebpf }: State,
  list: RuleList,
  forwarded: boolean,
  segments: readonly Segment[],
): readonly Segment[] {
  if (!ebpf) return segments;
  const tiers = new Set(list.entries.flatMap(({ decision }) => decision.tier ?? []));
  const instead = forwarded ? FORWARDED : tiers.size > 1 ? TIERS : undefined;
  if (instead === undefined) return segments;
  return segments.map((s) => (s.decision.goesOn === true ? s : { ...s, decision: instead }));
}

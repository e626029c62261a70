import { isIcmp, protocolName, type Decision, type Verdict } from "./reach-model";
import { formatIcmp, formatPorts, type PortSet } from "./port-sets";
import type { Segment } from "./rules/evaluate-rules";
import { portSpace } from "./rules/rule-ports";
import { joinRuns, runsOf, type Runs } from "./rules/port-runs";

/** An answer: what happens to packets of one protocol on some ports, from one endpoint to another. */
export interface Flow extends FlowPart {
  /** `ns/name`, a node's name, a CIDR or `internet`. */
  readonly from: string;
  readonly to: string;
  /** Only in answers to a question that asks for them. */
  readonly remarks?: readonly Remark[];
}

/** A fact beside the deciding rule that says why a flow is not what somebody expected. */
export interface Remark {
  /**
   * `translation`: to which port a Service sends; `address`: whose address was asked; `near-miss`: a rule that nearly
   * allows; `host-network`: why no selector finds an end; `match`: which peer or network set of the deciding rule
   * holds; `forwarded`: which policies do not see what a node forwards; `replies`: what becomes of untracked answers.
   */
  readonly about:
    "translation" | "address" | "near-miss" | "host-network" | "match" | "forwarded" | "replies";
  /** One sentence without a full stop. */
  readonly text: string;
}

/** An answer without its endpoints: many pairs share it. */
export interface FlowPart {
  /** `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6`, `UDPLite`, or a number. */
  readonly protocol: string;
  /** `80,443,8000-8100` or `all`; for ICMP types, and codes as `3/4`. */
  readonly ports: string;
  /** Only where the answer is not that of both families. */
  readonly family?: "IPv4" | "IPv6";
  readonly verdict: Verdict;
  readonly egress: Decision;
  readonly ingress: Decision;
}

/** `TCP`, or `TCP over IPv6` where the families differ. */
export function protocolText({ protocol, family }: Pick<FlowPart, "protocol" | "family">): string {
  return family === undefined ? protocol : `${protocol} over ${family}`;
}

/** The two halves of a protocol's port space, put together: both directions must allow. */
export function combine(
  protocol: number,
  egress: readonly Segment[],
  ingress: readonly Segment[],
): { part: FlowPart; ports: PortSet }[] {
  return combineRuns(protocol, runsOf(egress), runsOf(ingress));
}

/** The same, of stretches in order. */
export function combineRuns(
  protocol: number,
  egress: Runs,
  ingress: Runs,
): { part: FlowPart; ports: PortSet }[] {
  return joinRuns(egress, ingress).map(({ egress: out, ingress: in_, ports }) => ({
    ports,
    part: {
      protocol: protocolName(protocol),
      ports: portsText(protocol, ports),
      verdict: worse(out.verdict, in_.verdict),
      egress: out,
      ingress: in_,
    },
  }));
}

/** How a protocol's ports are written. */
export function portsText(protocol: number, ports: PortSet): string {
  return isIcmp(protocol) ? formatIcmp(ports) : formatPorts(ports, portSpace(protocol));
}

/** Deny wins over unknown, and unknown over allow. */
export function worse(a: Verdict, b: Verdict): Verdict {
  if (a === "deny" || b === "deny") return "deny";
  return a === "unknown" || b === "unknown" ? "unknown" : "allow";
}

import { protocolText, type FlowPart } from "../reach-flows";
import type { Verdict } from "../reach-model";

/** All of a pair's ports with one verdict in a few words: `all`, or `TCP 80,443; UDP all`. */
export function summary(parts: readonly FlowPart[], verdict: Verdict, protocols: readonly string[]): string {
  const byProtocol = new Map<string, string[]>();
  for (const part of parts) {
    if (part.verdict !== verdict) continue;
    byProtocol.set(protocolText(part), [...(byProtocol.get(protocolText(part)) ?? []), part.ports]);
  }
  const whole = protocols.every((p) => byProtocol.get(p)?.join() === "all");
  if (whole && byProtocol.size >= protocols.length) return "all";
  return [...byProtocol].map(([protocol, ports]) => `${protocol} ${ports.join(",")}`).join("; ");
}

/** The protocols that a pair's answers speak of, in order. */
export function protocolsIn(parts: readonly FlowPart[]): string[] {
  return [...new Set(parts.map(protocolText))];
}

import type { FlowExpectation } from "./model";

type Verdict = FlowExpectation["verdict"];

/** Writes flow expectations in one line: `open("a/b", "c/d", 80, "why")`. */
export const flow = (
  verdict: Verdict,
  from: string,
  to: string,
  port: number,
  reason: string,
  protocol?: "UDP",
): FlowExpectation => ({
  kind: "flow",
  from,
  to,
  port,
  verdict,
  reason,
  ...(protocol === undefined ? {} : { protocol }),
});

export const open = (from: string, to: string, port: number, reason: string): FlowExpectation =>
  flow("allow", from, to, port, reason);

export const closed = (from: string, to: string, port: number, reason: string): FlowExpectation =>
  flow("deny", from, to, port, reason);

/** A lookup at the cluster's DNS servers, by UDP. */
export const lookup = (verdict: Verdict, from: string, reason: string): FlowExpectation =>
  flow(verdict, from, "kube-system/coredns", 53, reason, "UDP");

import type { FlowClaim } from "./model";

type Verdict = FlowClaim["verdict"];

/** Writes a claim in one line: `open("a/b", "c/d", 80, "why")`. */
export const flow = (
  verdict: Verdict,
  from: string,
  to: string,
  port: number,
  reason: string,
  protocol: FlowClaim["protocol"] = "TCP",
): FlowClaim => ({ kind: "flow", from, to, protocol, port, verdict, reason });

export const open = (from: string, to: string, port: number, reason: string): FlowClaim =>
  flow("allow", from, to, port, reason);

export const closed = (from: string, to: string, port: number, reason: string): FlowClaim =>
  flow("deny", from, to, port, reason);

/** The same claim about one request: `request("GET", "/items", open(…))`. */
export const request = (method: string, path: string, claim: FlowClaim): FlowClaim => ({
  ...claim,
  http: { method, path },
});

/** Lookups at the cluster's DNS servers: by UDP and, for long answers, by TCP. */
export const lookups = (verdict: Verdict, from: string, reason: string): FlowClaim[] =>
  (["UDP", "TCP"] as const).map((protocol) =>
    flow(verdict, from, "kube-system/coredns", 53, reason, protocol),
  );

import type { HttpRequest } from "../../../packages/reach/src";
import type { Observation } from "./check-model";
import type { ProbeTarget } from "./probes";

/** Told where the kernel knew no way to the address. */
export const NO_ROUTE = "no route there: that is the network, not a policy";

/**
 * `web id address port method path host` for the shell. The request is written by hand: busybox has no client that
 * sends any method. Standard input stays open, as Envoy takes a half-closed connection for one that is gone.
 */
export const WEB = `http() { printf '%s %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: labs-verify\\r\\nAccept: */*\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' "$1" "$2" "$3"; }
if has nc; then
  nc --help 2>&1 | grep -q -e '-e PROG' || v=-v
  talk() { { http "$3" "$4" "$5"; sleep $W; } | nc $v -w $W "$1" "$2"; }
elif has bash && has timeout; then
  talk() { http "$3" "$4" "$5" | timeout $W bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo open && cat >&3 && cat <&3' "$1" "$2" || { [ $? = 1 ] || echo 'timed out'; }; }
else talk() { echo 'no tool: neither nc nor bash'; }
fi
web() { m=$(talk "$2" "$3" "$4" "$5" "$6" 2>&1 | tr -d '\\000' | head -c 2000); say "$1" 0 "$m"; }
`;

/** A request as the arguments of `web`. @throws Error for what a shell could take for more than text */
export function requestWords({ method, path }: HttpRequest, { address, port, host }: ProbeTarget): string[] {
  if (!/^[A-Z]+$/.test(method) || !/^\/[A-Za-z0-9._~%!$&()*+,;=:@/?-]*$/.test(path))
    throw new Error(`${JSON.stringify(`${method} ${path}`)} is no request that a probe sends`);
  const name = host ?? (address.includes(":") ? `[${address}]` : address);
  return [method, `'${path}'`, `'${port === 80 ? name : `${name}:${port}`}'`];
}

/** What came back: a status and body, the words of the tool, or nothing. */
export function webAnswer(message: string): Observation {
  const [, status, rest = ""] = /HTTP\/1\.[01] (\d{3})([^]*)$/.exec(message) ?? [];
  if (status !== undefined) return byStatus(Number(status), /\r ?\r ?([^]*)$/.exec(rest)?.[1]?.trim() ?? "");
  if (/no tool/.test(message)) return { saw: "unclear", detail: message.trim() };
  if (/refused/i.test(message)) return { saw: "unclear", detail: "refused: nobody listens there" };
  if (/reset by peer/i.test(message))
    return {
      saw: "closed",
      by: "proxy",
      detail: "reset: the proxy takes no plain text (STRICT), or refuses at layer 4",
    };
  if (/\bopen\b|succeeded/i.test(message)) return { saw: "closed", detail: "accepted, and no answer" };
  if (/timed? ?out|operation in progress/i.test(message))
    return { saw: "closed", by: "network", detail: "no answer" };
  if (/no route|unreachable/i.test(message)) return { saw: "unclear", detail: NO_ROUTE };
  return { saw: "unclear", detail: message.trim().slice(0, 200) || "the probe printed nothing" };
}

function byStatus(status: number, body: string): Observation {
  // Istio's words for what its policies refuse (Envoy's RBAC filter); Dikastes refuses without a word.
  if (status === 403 && /RBAC: access denied/.test(body))
    return { saw: "closed", by: "proxy", detail: "403 RBAC: access denied, by the mesh's proxy" };
  if (status === 403 && body === "")
    return { saw: "closed", by: "proxy", detail: "403 without a word, by a proxy (Dikastes)" };
  const failed = /upstream connect error[^]*|no healthy upstream|upstream request timeout/.exec(body)?.[0];
  if (status >= 503 && failed !== undefined)
    return {
      saw: "closed",
      ...(/timeout/i.test(failed) ? { by: "network" as const } : {}),
      detail: `${status} of its own proxy: ${failed.slice(0, 120)}`,
    };
  return { saw: "open", detail: `answered ${status}` };
}

import type { Observation } from "./check-model";
import type { Probe, ProbeTarget } from "./probes";
import { NO_ROUTE, requestWords, WEB, webAnswer } from "./web-probe";

/** The name that DNS servers are asked for; any answer, also that there is no such name, shows that the way is open. */
const NAME = "kubernetes.default.svc.cluster.local";

/**
 * One shell script for several probes at once. It takes what it finds: `nc` of busybox connects and runs a program
 * (`-e true`, so that a silent server does not hold it; built with NC_110_COMPAT it tells errors only with -vv); bash
 * has /dev/tcp; other kinds of nc have `-z`. Every result is a line `@id exit-code message`, printed when it is known,
 * so that a connection that dies loses only the rest.
 */
export function script(
  probes: readonly Pick<Probe, "id" | "protocol" | "target" | "http">[],
  seconds: number,
): string {
  const lines = probes.map(({ id, protocol, target, http }) => {
    const does = http !== undefined ? "web" : protocol === "UDP" ? "dns" : "tcp";
    const sent = http === undefined ? [] : requestWords(http, target);
    return [does, id, word(target.address), String(target.port), ...sent, "&"].join(" ");
  });
  const web = probes.some(({ http }) => http !== undefined) ? WEB : "";
  return `W=${Math.max(1, Math.ceil(seconds))}
has() { command -v "$1" >/dev/null 2>&1; }
if has nc && nc --help 2>&1 | grep -q -e '-e PROG'; then
  v=$(nc --help 2>&1 | grep -q -e '-v.*Verbose' && echo -vv)
  con() { nc $v -w $W "$1" "$2" -e true; }
elif has bash && has timeout; then con() { timeout $W bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2"; }
elif has nc; then con() { nc -z -w $W "$1" "$2"; }
else con() { echo 'no tool: neither nc nor bash'; return 90; }
fi
if has dig; then ask() { dig +tries=1 +retry=0 +time=$W -p "$2" @"$1" ${NAME} A; }
elif has nslookup; then ask() { nslookup -timeout=$W -retry=1 -port="$2" -type=a ${NAME} "$1"; }
else ask() { echo 'no tool: neither dig nor nslookup'; return 90; }
fi
say() { printf '@%s %s %s\\n' "$1" "$2" "$(printf '%s' "$3" | tr '\\n' ' ')"; }
tcp() { m=$(con "$2" "$3" 2>&1 </dev/null); say "$1" $? "$m"; }
dns() { m=$(ask "$2" "$3" 2>&1 </dev/null); say "$1" $? "$m"; }
${web}${lines.join("\n")}
wait
`;
}

/** `10.0.0.1:80`, `[fd00::1]:80` */
export const socketText = ({ address, port }: Pick<ProbeTarget, "address" | "port">): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

/** Only addresses and names go into a script. @throws Error for anything else */
function word(text: string): string {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text)) throw new Error(`${JSON.stringify(text)} is no address`);
  return text;
}

/** Reads what a script printed; lines of others are passed over, a line cut off at the end is not counted. */
export function parseProbes(
  output: string,
  probes: readonly Pick<Probe, "id" | "protocol" | "target" | "http">[],
): Map<string, Observation> {
  const found = new Map<string, Observation>();
  const byId = new Map(probes.map((p) => [p.id, p]));
  for (const line of output.split("\n").slice(0, -1)) {
    const [, id = "", code = "", message = ""] = /^@(\w+) (\d+) ?([^]*)$/.exec(line.trimEnd()) ?? [];
    const probe = byId.get(id);
    if (probe === undefined) continue;
    const at = socketText(probe.target);
    const saw =
      probe.http !== undefined
        ? webAnswer(message)
        : probe.protocol === "UDP"
          ? dnsAnswer(Number(code), message)
          : tcpAnswer(Number(code), message, probe.target.through);
    found.set(id, { ...saw, detail: `${at}: ${saw.detail}` });
  }
  return found;
}

/** Exit codes of `timeout`: 124 (GNU), 143 (killed by TERM, busybox). */
const TIMED_OUT = new Set([124, 143]);

export function tcpAnswer(code: number, message: string, through?: ProbeTarget["through"]): Observation {
  // kube-proxy refuses for a Service without pods. Calico's eBPF dataplane fails the call itself (felix/bpf-gpl/connect.h),
  // and what it has connected to a pod that does not listen is refused by the pod.
  if (/refused|operation not permitted/i.test(message) && through === "service")
    return { saw: "unclear", detail: "refused: no pod stands behind the Service, or nobody listens there" };
  if (code === 0) return { saw: "open", detail: "connected" };
  // The pod's own kernel answers where nobody listens: the packet got there and back.
  if (/refused/i.test(message)) return { saw: "open", detail: "reached, nobody listens (refused)" };
  if (/reset by peer/i.test(message)) return { saw: "open", detail: "reached, then reset" };
  if (TIMED_OUT.has(code) || /timed? ?out|operation in progress/i.test(message))
    return { saw: "closed", detail: "no answer" };
  if (/no route|unreachable/i.test(message)) return { saw: "unclear", detail: NO_ROUTE };
  // A silent `nc -z` that fails within its time tells no reason.
  return {
    saw: "unclear",
    detail: message.trim() === "" ? `the probe ended with ${code}` : message.trim().slice(0, 200),
  };
}

export function dnsAnswer(code: number, message: string): Observation {
  if (code === 90) return { saw: "unclear", detail: message.trim() };
  if (/connection refused/i.test(message))
    return { saw: "open", detail: "reached, nobody listens (refused)" };
  if (/timed? ?out|no servers could be reached|no response/i.test(message))
    return { saw: "closed", detail: "no answer" };
  if (/status: \w+|can't find|Name:|answer/i.test(message)) return { saw: "open", detail: "answered" };
  return { saw: "unclear", detail: message.trim().slice(0, 200) || `the lookup ended with ${code}` };
}

import { parseNet, type Net } from "../../../../kube/ip";
import type { Fields } from "./object-fields";

/** A failsafe port of hosts: open whatever policies say. */
export interface Failsafe {
  readonly protocol: number;
  readonly port: number;
  /** The other side; undefined where anywhere. */
  readonly net: Net | undefined;
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };

/** FailsafeInboundHostPorts and FailsafeOutboundHostPorts in felix/config/config_params.go. */
const DEFAULTS = {
  failsafeInboundHostPorts: "tcp:22,udp:68,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667",
  failsafeOutboundHostPorts: "udp:53,udp:67,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667",
};

/** What FelixConfiguration `default` says, else Felix's own defaults. An empty list leaves no port open. */
export function failsafePorts(felix: Fields | undefined, key: keyof typeof DEFAULTS): Failsafe[] {
  if (felix?.has(key) !== true || felix.unknown(key)) {
    return DEFAULTS[key].split(",").map((item) => {
      const [protocol = "", port] = item.split(":");
      return { protocol: PROTOCOLS[protocol] ?? 6, port: Number(port), net: undefined };
    });
  }
  return felix.objects(key).flatMap((item) => {
    const protocol = PROTOCOLS[(item.string("protocol") ?? "TCP").toLowerCase()];
    const port = item.integer("port", 1, 65535);
    const text = item.string("net");
    const net = text === undefined ? undefined : parseNet(text);
    if (protocol === undefined) item.report("protocol", item.raw("protocol"), "must be TCP, UDP or SCTP");
    if (text !== undefined && net === undefined) item.report("net", text, "is no CIDR");
    return protocol === undefined || port === undefined ? [] : [{ protocol, port, net }];
  });
}

import type { Facts } from "../facts";
import { PROTOCOLS } from "../reach-model";
import type { Input } from "./cluster-input";
import type { Fields } from "./object-fields";

/** Whether Calico's eBPF dataplane runs: as the facts say, else FelixConfiguration `default`, else the Installation. */
export function runsEbpf(facts: Facts, felix: Fields | undefined, network: Fields | undefined): boolean {
  const installed = network?.choice("linuxDataplane", "Iptables", "Nftables", "BPF", "VPP") === "BPF";
  return facts.ebpf ?? felix?.boolean("bpfEnabled") ?? installed;
}

/** What the eBPF dataplane does not have, where the input uses it (Calico 3.33 docs, operations/ebpf/install). */
export function ebpfNotes({ ebpf, policies, services }: Input): string[] {
  const { SCTP } = PROTOCOLS;
  const used =
    policies.some((p) => [...p.ingress, ...p.egress].some((rule) => rule.protocol === SCTP)) ||
    services.some((s) => s.ports.some((port) => port.protocol === SCTP));
  return ebpf && used
    ? [
        "Calico's eBPF dataplane has neither policies nor Services for SCTP: answers about it are those of the other dataplanes",
      ]
    : [];
}

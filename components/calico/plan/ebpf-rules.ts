import type { Problem } from "../../../kube/problems";
import type { CalicoConfig } from "../calico-config";
import type { CalicoSite } from "./calico-site";
import type { PlannedPool } from "./pools";

/**
 * What Calico's eBPF dataplane needs of a cluster, and cannot do there. Source: Calico 3.33 docs, operations/ebpf/install
 * ("Supported", "Not supported"); felix/fv and hack/test/kind for what it is tested with.
 */
export function ebpfProblems(config: CalicoConfig, site: CalicoSite): Problem[] {
  const problems: Problem[] = [];
  const path = "calico.dataplane";
  if (!config.install)
    problems.push({
      path,
      value: "BPF",
      message: "is a setting of a Calico that this stack installs, and calico.install is false",
      fix: "remove calico.dataplane, and change it where Calico was installed",
    });
  if (site.kubeProxyMode !== "none")
    problems.push({
      path,
      value: "BPF",
      message: `takes kube-proxy's place, and kube-proxy runs in ${site.kubeProxyMode} mode: both would answer for Services`,
      fix: site.kubeProxyOff,
    });
  if (site.apiServerNeeded !== undefined)
    problems.push({
      path: site.apiServerNeeded,
      message:
        "is needed by calico.dataplane BPF: without kube-proxy, Calico reaches the API server by no Service until it runs itself",
      fix: "set it to the address at which nodes reach the API server: { host: 10.0.0.10, port: 6443 }",
    });
  for (const { path: where } of site.sctpPorts ?? [])
    problems.push({
      path: where,
      value: "SCTP",
      message: "is a protocol that Calico's eBPF dataplane has neither policies nor Services for",
      fix: "remove the port, or calico.dataplane",
    });
  return problems;
}

/** What works, but otherwise than a reader may expect. */
export function ebpfNotes(site: CalicoSite, pools: readonly PlannedPool[]): string[] {
  return [
    ...pools
      .filter((p) => p.encapsulation.startsWith("IPIP"))
      .map(
        (p) => `pool ${p.name}: with the eBPF dataplane Calico recommends VXLAN, which is faster than IPIP`,
      ),
    ...(site.provider === "EKS"
      ? [
          "eBPF dataplane: EKS gets no kube-proxy. On a cluster that has one, `up` changes Calico first and then removes it: connections through Services may break meanwhile, and again on the way back",
        ]
      : []),
  ];
}

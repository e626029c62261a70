import { carriesEbpf, EBPF_KERNEL } from "../../ebpf-kernel";
import type { KubeObject } from "../../../kube/objects";
import type { Problem } from "../../../kube/problems";

/** How kubeadm's kube-proxy is turned off, and on again without the selector (Calico 3.33 docs, operations/ebpf/install). */
export const KUBE_PROXY_OFF = `kubectl -n kube-system patch daemonset kube-proxy -p '{"spec":{"template":{"spec":{"nodeSelector":{"non-calico":"true"}}}}}'`;

/** What a cluster that is there lacks for Calico's eBPF dataplane, as its nodes and its kube-proxy say. */
export function ebpfContentProblems(
  nodes: readonly KubeObject[],
  kubeProxy: KubeObject | undefined,
): Problem[] {
  const found = nodes.flatMap((node): Problem[] => {
    const { kernelVersion, architecture, operatingSystem } = infoOf(node);
    const say = (value: string, message: string): Problem => ({
      path: `Node ${node.metadata.name}`,
      value,
      message,
      fix: "another node, or another calico.dataplane",
    });
    if (operatingSystem === "windows")
      return [say("windows", "Calico's eBPF dataplane is for clusters without Windows nodes")];
    return [
      ...(kernelVersion === undefined || carriesEbpf(kernelVersion)
        ? []
        : [say(kernelVersion, `is older than Calico's eBPF dataplane needs: ${EBPF_KERNEL}`)]),
      ...(architecture === undefined || ["amd64", "arm64"].includes(architecture)
        ? []
        : [say(architecture, "is no architecture that Calico's eBPF dataplane runs on: amd64 or arm64")]),
    ];
  });
  const running = runningOn(kubeProxy);
  if (running > 0)
    found.push({
      path: "existing.kubeProxyMode",
      value: "none",
      message: `DaemonSet kube-system/kube-proxy runs on ${running} nodes, and would answer for Services beside Calico`,
      fix: `turn it off: ${KUBE_PROXY_OFF}`,
    });
  return found;
}

interface NodeInfo {
  kernelVersion?: string;
  architecture?: string;
  operatingSystem?: string;
}

const infoOf = (node: KubeObject): NodeInfo =>
  (node["status"] as { nodeInfo?: NodeInfo } | undefined)?.nodeInfo ?? {};

const runningOn = (daemonSet: KubeObject | undefined): number =>
  (daemonSet?.["status"] as { desiredNumberScheduled?: number } | undefined)?.desiredNumberScheduled ?? 0;

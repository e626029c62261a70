import { stringify } from "yaml";
import { controlPlaneScripts, installScript, sharedScript, workerScript } from "./node-scripts";
import { initConfig, joinConfig, type KubeadmCluster, type KubeadmNode } from "./kubeadm-config";
import type { Handover } from "./node-policies";

/** One file that cloud-init writes. */
export interface NodeFile {
  path: string;
  permissions: "0644" | "0755" | "0600";
  content: string;
}

export interface NodeSetup {
  cluster: KubeadmCluster;
  node: KubeadmNode;
  region: string;
  handover: Handover;
}

/** What every node has: kernel, containerd, and the packages of one Kubernetes version. */
function baseFiles({ cluster, region }: NodeSetup): NodeFile[] {
  const text = (path: string, lines: readonly string[]): NodeFile => ({
    path,
    permissions: "0644",
    content: `${lines.join("\n")}\n`,
  });
  return [
    text("/etc/modules-load.d/labs.conf", ["overlay", "br_netfilter"]),
    text("/etc/sysctl.d/90-labs.conf", [
      "net.bridge.bridge-nf-call-iptables = 1",
      "net.bridge.bridge-nf-call-ip6tables = 1",
      "net.ipv4.ip_forward = 1",
    ]),
    // Else systemd-networkd takes away routes that BIRD or Felix made, when it starts again.
    text("/etc/systemd/networkd.conf.d/labs.conf", [
      "[Network]",
      "ManageForeignRoutes=no",
      "ManageForeignRoutingPolicyRules=no",
    ]),
    // Docker's package comes with the part that Kubernetes needs switched off.
    text("/etc/containerd/config.toml", [
      "version = 3",
      "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]",
      "runtime_type = 'io.containerd.runc.v2'",
      "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]",
      "SystemdCgroup = true",
    ]),
    { path: "/usr/local/lib/labs.sh", permissions: "0644", content: sharedScript(region) },
    { path: "/usr/local/sbin/labs-install", permissions: "0755", content: installScript(cluster.version) },
  ];
}

export function controlPlaneFiles(setup: NodeSetup, publicAddress: string): NodeFile[] {
  const { cluster, node, handover } = setup;
  const scripts = controlPlaneScripts(handover, publicAddress);
  return [
    ...baseFiles(setup),
    {
      path: "/etc/labs/kubeadm.yaml",
      permissions: "0644",
      content: initConfig(cluster, node, publicAddress),
    },
    { path: "/usr/local/sbin/labs-node", permissions: "0755", content: scripts.node },
    { path: "/usr/local/sbin/labs-join", permissions: "0755", content: scripts.join },
    { path: "/etc/systemd/system/labs-join.service", permissions: "0644", content: scripts.service },
    { path: "/etc/systemd/system/labs-join.timer", permissions: "0644", content: scripts.timer },
  ];
}

/** @param controlPlane id of the instance whose token is awaited: an earlier one may have left its own */
export function workerFiles(setup: NodeSetup, controlPlane: string): NodeFile[] {
  const { cluster, node, handover } = setup;
  return [
    ...baseFiles(setup),
    { path: "/etc/labs/kubeadm.yaml", permissions: "0644", content: joinConfig(cluster, node) },
    { path: "/usr/local/sbin/labs-node", permissions: "0755", content: workerScript(handover, controlPlane) },
  ];
}

/** User data for cloud-init. Whoever reads it finds no secret: all on the node may, by the metadata service. */
export function userData(node: KubeadmNode, files: readonly NodeFile[]): string {
  const config = {
    preserve_hostname: false,
    hostname: node.name,
    write_files: files.map((f) => ({ ...f, owner: "root:root" })),
    runcmd: [["/usr/local/sbin/labs-node"]],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

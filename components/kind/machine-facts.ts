import type { Problem } from "../../kube/problems";
import type { KindRange } from "./plan/address-families";

/** A kernel module that wraps packets, that a Docker network of a lab needs, or that Weave Net's controller does. */
export type Tunnel = "ipip" | "vxlan" | "macvlan" | "dummy" | "xt_set" | "br_netfilter";

/** What is known of the machine that is to run kind clusters: plain data. What could not be asked is absent. */
export interface MachineFacts {
  engine?: EngineFacts;
  /** Whether this is Windows itself, not WSL. */
  windows?: boolean;
  /** Version of the kind program, as `0.33.0`. */
  kind?: string;
  /** `KIND_EXPERIMENTAL_PROVIDER`, where it is set. */
  provider?: string;
  /** Whether the kernel has the BPF filesystem. */
  bpffs?: boolean;
  /** Tunnels that the kernel can make; of this machine, where the engine runs on it. */
  tunnels?: Readonly<Record<Tunnel, boolean>>;
  /** Limits of the kernel that runs the containers. */
  inotify?: { instances: number; watches: number };
  /** Whether the kernel has IPv6; of this machine, where the engine runs on it. */
  ipv6?: boolean;
  /** First port that a user who is not root may listen on; of this machine, where the engine runs on it. */
  unprivilegedPorts?: number;
  /** Bytes that are free where the engine keeps images and containers. */
  freeDisk?: number;
  networks: readonly { name: string; subnets: readonly string[] }[];
  /** Ranges that this machine has routes to, without the default route; absent where they cannot be read. */
  routes?: readonly { cidr: string; device: string }[];
  /** Nodes of kind clusters that are there already. */
  nodes: number;
}

/** What the container engine says of itself. */
export interface EngineFacts {
  /** Its name, as `Docker Desktop` or `Debian GNU/Linux 12`. */
  system: string;
  /** Podman behind docker's command or socket. */
  podman: boolean;
  /** Release of its kernel, as `6.8.0-40-generic`. */
  kernel?: string;
  cgroup?: "1" | "2";
  rootless: boolean;
  /** Whether limits on memory, CPU and processes work; a rootless engine has them by delegation only. */
  limits: boolean;
  /** Bytes. */
  memory?: number;
  /** Whether it runs on this very machine and kernel, not in a virtual machine or elsewhere. */
  here: boolean;
  /** Folder of images and containers, on the engine's machine. */
  root?: string;
}

/** A kind cluster that is to be made. */
export interface WantedCluster {
  name: string;
  kubernetes: string;
  /** Node image. */
  image: string;
  nodes: number;
  hostPorts: readonly { hostPort: number; protocol: string; listenAddress: string }[];
  ranges: readonly KindRange[];
  /** Whether pods get IPv6 addresses. */
  ipv6: boolean;
  network?: { name: string; subnet: string };
  /** Whether Calico's eBPF dataplane runs on it. */
  ebpf?: boolean;
  /** Modules that its pools ask for, and those of its labs at any step. */
  tunnels?: readonly Tunnel[];
  /** Whether something serves its load balancers. */
  balanced?: boolean;
}

/** What a machine lacks for the clusters that are to be made on it, and what nobody could be asked. */
export interface MachineJudgement {
  problems: Problem[];
  /** What could not be asked, and what holds all the same: a sentence each. */
  notes: string[];
}

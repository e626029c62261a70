import { familiesIn } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { ExistingConfig } from "../existing-config";
import { CLUSTER_QUESTIONS, triedText, type ClusterQuestion } from "./cluster-questions";
import { CNI_QUESTIONS, versionText, type FoundCalico, type InstalledCni } from "./found-cni";
import type { FoundCluster } from "./found-cluster";
import type { Found } from "./found-fact";
import { normalised, POD_RANGE_QUESTIONS } from "./found-ranges";
import { KUBE_PROXY_QUESTIONS, type Balancer, type KubeProxyMode } from "./found-services";

/** What is known of a cluster that is there when a stack is planned. */
export type ClusterReading =
  /** Nobody asked it: the config alone describes it, with its defaults. */
  { kind: "not-asked" } | { kind: "no-answer"; why: string } | { kind: "answered"; found: FoundCluster };

/** A cluster that is there, as config and cluster together describe it. */
export interface DescribedCluster {
  workers: number;
  nodesAtInstall: number;
  installedCni: InstalledCni;
  calico?: FoundCalico;
  podCidrs: readonly string[];
  serviceCidr?: string;
  serviceCidr6?: string;
  kubeProxyMode: KubeProxyMode;
  apiServer?: { host: string; port: number };
  loadBalancer: Balancer;
  controlPlaneReachesPods: boolean;
  /** What was read, for people: a fact and where it is from. */
  read: string[];
  notes: string[];
}

/** From two workers on, a node more changes nothing of a stack whose config does not count them. */
const COUNTED = 2;

/** Puts together what config and cluster say. What they say against each other, and what neither says, is a problem. */
export function describeCluster(
  config: ExistingConfig,
  reading: ClusterReading,
  /** Whether Calico will need a pool over the cluster's pod range. */
  needsPodRange: boolean,
): { described: DescribedCluster; problems: Problem[] } {
  const facts = new Facts(reading);
  const cluster = reading.kind === "answered" ? reading.found : undefined;
  const [serviceCidr, serviceCidr6] = [4, 6].map((family) => ofFamily(cluster?.serviceCidrs, family));
  const nodes = cluster?.nodes;
  const installed = facts.settle<InstalledCni>("installedCni", config.installedCni, cluster?.cni, {
    otherwise: "none",
    needed: CNI_QUESTIONS,
    fix: "none, calico, aws or other",
  });
  const workers = facts.workers(config.workers, nodes);
  const policyOnly = installed === "aws" || installed === "other";
  const described: DescribedCluster = {
    workers,
    nodesAtInstall: nodes === undefined || config.workers === 0 ? workers : nodes.all,
    installedCni: installed,
    ...(cluster?.calico === undefined ? {} : { calico: cluster.calico }),
    podCidrs: facts.settle("podCidrs", config.podCidrs, cluster?.podCidrs, {
      otherwise: [],
      ...(needsPodRange && !policyOnly
        ? { needed: POD_RANGE_QUESTIONS, fix: "[10.244.0.0/16], or whatever it is" }
        : {}),
      same: sameRanges,
    }),
    ...optional("serviceCidr", facts.maybe("serviceCidr", config.serviceCidr, serviceCidr)),
    ...optional("serviceCidr6", facts.maybe("serviceCidr6", config.serviceCidr6, serviceCidr6)),
    kubeProxyMode: facts.settle("kubeProxyMode", config.kubeProxyMode, cluster?.kubeProxyMode, {
      otherwise: "iptables",
      needed: KUBE_PROXY_QUESTIONS,
      fix: "iptables, ipvs, nftables or none",
    }),
    ...optional("apiServer", config.apiServer ?? cluster?.apiServer?.value),
    loadBalancer: facts.balancer(config.loadBalancer, cluster?.loadBalancer, cluster?.served),
    controlPlaneReachesPods: facts.settle(
      "controlPlaneReachesPods",
      config.controlPlaneReachesPods,
      cluster?.controlPlaneReachesPods,
      { otherwise: true },
    ),
    read: facts.read,
    notes: facts.notes,
  };
  facts.calico(cluster?.calico);
  return { described, problems: facts.problems };
}

interface Settling<T> {
  /** Where neither says anything and it is not needed, or nobody was asked. */
  otherwise: T;
  /** Where it must be known: what was asked for it. */
  needed?: readonly ClusterQuestion[];
  fix?: string;
  same?: (config: T, cluster: T) => boolean;
}

class Facts {
  readonly problems: Problem[] = [];
  readonly read: string[] = [];
  readonly notes: string[] = [];

  constructor(private readonly reading: ClusterReading) {
    if (reading.kind === "no-answer")
      this.notes.push(
        `the cluster was not asked, so what the config says of it is not checked: ${reading.why}`,
      );
    if (reading.kind !== "answered") return;
    const { platform, answers, dns, nodes } = reading.found;
    this.read.push(`${platform === "unknown" ? "cluster" : platform} ${answers.version}`);
    if (nodes !== undefined) this.read.push(...nodeLines(nodes));
    if (dns !== undefined) this.read.push(`DNS ${dns} (Service kube-system/kube-dns)`);
    for (const [question, reason] of Object.entries(answers.refused))
      this.notes.push(
        `the cluster does not say everything: ${CLUSTER_QUESTIONS[question as ClusterQuestion].what}: ${reason}`,
      );
  }

  settle<T>(key: string, config: T | undefined, cluster: Found<T> | undefined, how: Settling<T>): T {
    const same = how.same ?? ((a: T, b: T) => a === b);
    if (cluster !== undefined) {
      if (config === undefined || same(config, cluster.value))
        this.read.push(`${key} ${text(cluster.value)} (${cluster.from})`);
      else this.against(key, config, cluster);
    }
    if (config !== undefined) return config;
    if (cluster !== undefined) return cluster.value;
    if (how.needed !== undefined) this.missing(key, how.needed, how.fix ?? "");
    return how.otherwise;
  }

  maybe<T>(key: string, config: T | undefined, cluster: Found<T> | undefined): T | undefined {
    return this.settle<T | undefined>(key, config, cluster, {
      otherwise: undefined,
      same: (a, b) => a === b || (typeof a === "string" && typeof b === "string" && normalised(a) === b),
    });
  }

  /** A node more, or one that is away, is no reason to refuse; that there are none at all is. */
  workers(config: number | undefined, nodes: FoundCluster["nodes"]): number {
    if (nodes === undefined) {
      if (config === undefined && this.reading.kind !== "not-asked")
        this.missing("workers", ["nodes"], "the number of worker nodes; 0 where none can run a pod");
      return config ?? 1;
    }
    if (config !== undefined && config > 0 && nodes.workers === 0)
      this.problems.push({
        path: "existing.workers",
        value: config,
        message: `the cluster has no node that takes pods (${nodes.all} nodes, ${nodes.controlPlane} of them control plane)`,
        fix: "add a node, or set it to 0",
      });
    if (config === undefined && nodes.workers === 0)
      this.problems.push({
        path: "existing.workers",
        message: `is missing, and the cluster has no node that takes pods (${nodes.all} nodes, ${nodes.controlPlane} of them control plane)`,
        fix: "add a node, or set it to 0 if none is to come",
      });
    if (config !== undefined && config !== nodes.workers && nodes.workers > 0)
      this.notes.push(
        `existing.workers is ${config}, and the cluster has ${nodes.workers} nodes that take pods`,
      );
    return config ?? nodes.workers;
  }

  /** A config that knows a load balancer of which nothing is seen may be right: nobody can list all who serve them. */
  balancer(
    config: Balancer | undefined,
    cluster: Found<Balancer> | undefined,
    served: string | undefined,
  ): Balancer {
    const seen = cluster?.value !== "none" || (config !== undefined && config.startsWith("aws"));
    if (config === undefined && served !== undefined && (cluster === undefined || cluster.value === "none"))
      this.notes.push(
        `Service ${served} has a load balancer's address from somebody who is not known; existing.loadBalancer: provided lets the labs use it`,
      );
    const none: Settling<Balancer> = { otherwise: "none" };
    // Anything serves who is to serve it; `none` is a wish to do without.
    if (config === "none" || !seen) return config ?? this.settle("loadBalancer", undefined, cluster, none);
    return this.settle("loadBalancer", config, cluster, none);
  }

  calico(calico: FoundCalico | undefined): void {
    if (calico === undefined) return;
    const { encapsulation, bgp, dataplane } = calico;
    const parts = [
      encapsulation,
      bgp === undefined ? undefined : `BGP ${bgp ? "on" : "off"}`,
      dataplane === undefined ? undefined : `dataplane ${dataplane}`,
    ].filter((p) => p !== undefined);
    this.read.push(
      `Calico${versionText(calico)} by ${calico.by}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`,
    );
  }

  private against<T>(key: string, config: T, cluster: Found<T>): void {
    this.problems.push({
      path: `existing.${key}`,
      value: config,
      message: `the cluster says ${text(cluster.value)} (${cluster.from})`,
      fix: `remove existing.${key}: the cluster tells it`,
    });
  }

  private missing(key: string, questions: readonly ClusterQuestion[], values: string): void {
    const { reading } = this;
    if (reading.kind === "not-asked") return;
    this.problems.push({
      path: `existing.${key}`,
      message:
        reading.kind === "no-answer"
          ? `is missing, and the cluster cannot be asked: ${reading.why}`
          : `is missing, and the cluster does not tell it; tried: ${triedText(reading.found.answers, questions)}`,
      fix: `set existing.${key}: ${values}`,
    });
  }
}

/** Workers of the stack's own decisions: replicas, and pools that must hold a block for each node. */
export const countedWorkers = (config: ExistingConfig, workers: number): number =>
  config.workers === undefined ? Math.min(workers, COUNTED) : workers;

function nodeLines(nodes: NonNullable<FoundCluster["nodes"]>): string[] {
  const listed = (what: string, all: readonly string[]) =>
    all.length === 0 ? [] : [`${what} ${all.slice(0, 6).join(", ")}${all.length > 6 ? ", …" : ""}`];
  return [
    `${nodes.workers} nodes that take pods, ${nodes.controlPlane} of the control plane, ${nodes.all} in all`,
    ...listed("zones", nodes.zones),
    ...listed("kubelets", nodes.kubelets),
    ...listed("systems", nodes.systems),
    ...listed("host addresses", nodes.addresses),
  ];
}

const text = (value: unknown): string =>
  Array.isArray(value) ? value.join(", ") : typeof value === "string" ? value : JSON.stringify(value);

const sameRanges = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a.map(normalised))].sort().join() === [...new Set(b)].sort().join();

function ofFamily(ranges: Found<string[]> | undefined, family: number): Found<string> | undefined {
  const value = ranges?.value.find((r) => familiesIn([r])[0] === family);
  return ranges === undefined || value === undefined ? undefined : { value, from: ranges.from };
}

const optional = <K extends string, T>(key: K, value: T | undefined): { [k in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: T };

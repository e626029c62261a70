import { failOn, type Problem } from "../../../kube/problems";
import {
  capacityProblems,
  HOST_NETWORK_PODS,
  podCapacity,
  warmPoolProblems,
  worstPlacement,
  type PodCapacity,
} from "../../aws/plan/pod-capacity";
import {
  lookUpInstanceType,
  unknownType,
  tableSource,
  type InstanceFacts,
} from "../../aws/plan/instance-types";
import { prefixFor } from "../../aws/plan/subnet-size";
import type { PodNetworking, WarmPool } from "../../aws/plan/warm-pool";

export interface CapacityQuestion {
  types: readonly string[];
  networking: PodNetworking;
  warm: WarmPool;
  /** Nodes of each type. */
  nodes?: number;
  /** Pods planned on them, apart from those that every node runs on the host network. */
  pods?: number;
}

/** One type's answer: the stable shape of `labs capacity --json`. */
export interface CapacityRow {
  instanceType: string;
  /** Interfaces of the default network card. */
  enis: number;
  ipv4PerEni: number;
  vcpus: number | null;
  architecture: "amd64" | "arm64" | null;
  nitro: boolean;
  networkCards: number;
  /** Pods by AWS's published formula, which counts addresses alone; null with an overlay. */
  publishedMaxPods: number | null;
  /** What AWS recommends never to exceed: 110, or 250 above 30 vCPUs. */
  recommendedCap: number;
  /** The smaller of the two: what the kubelet gets on our clusters. */
  maxPods: number;
  /** VPC addresses that a node holds with its first pod, its own address included. */
  addressesAtRest: number;
  /** The same with `maxPods` pods. */
  addressesFull: number;
  /** With custom networking: of these, the addresses from the pod subnet. Else null. */
  podSubnetAddresses: { atRest: number; full: number } | null;
  /** For `nodes` and `pods`, where asked. */
  plan?: ClusterRow;
}

export interface ClusterRow {
  nodes: number;
  /** Null where not given: then every node is full. */
  pods: number | null;
  /** Pods that the nodes carry at `maxPods`, without those on the host network. */
  podsPossible: number;
  fits: boolean;
  /** Nodes that the pods need. */
  nodesNeeded: number;
  /** Most addresses that these nodes hold, however the pods are placed. */
  addresses: number;
  /** The smallest subnet (or subnets together) with that many addresses that can be used, as prefix length. */
  subnetPrefix: number;
}

export interface CapacityReport {
  question: CapacityQuestion;
  rows: CapacityRow[];
  notes: string[];
}

/** Answers for every type, or throws every problem at once. */
export function capacityReport(question: CapacityQuestion): CapacityReport {
  const { networking, warm } = question;
  const problems: Problem[] = [];
  if (networking.cni === "calico" && (networking.prefixDelegation || networking.customNetworking)) {
    problems.push({
      path: networking.prefixDelegation ? "--prefix-delegation" : "--custom-networking",
      message: "belongs to the VPC CNI; with --cni calico pods take no addresses from the VPC",
      fix: "leave it out, or --cni aws",
    });
  }
  problems.push(...warmPoolProblems(warm, networking, "warm"));
  const known: InstanceFacts[] = [];
  for (const type of question.types) {
    const facts = lookUpInstanceType(type);
    if (facts === undefined) problems.push(unknownType(type, type));
    else {
      problems.push(...capacityProblems(facts, networking, type));
      known.push(facts);
    }
  }
  failOn("The capacity cannot be worked out:", problems);

  const rows = known.map((facts) => toRow(podCapacity(facts, networking, warm), question));
  return { question, rows, notes: notes(known, question) };
}

function toRow(capacity: PodCapacity, question: CapacityQuestion): CapacityRow {
  const { facts } = capacity;
  const row: CapacityRow = {
    instanceType: facts.instanceType,
    enis: facts.enis,
    ipv4PerEni: facts.ipv4PerEni,
    vcpus: facts.vcpus ?? null,
    architecture: facts.architecture ?? null,
    nitro: facts.nitro,
    networkCards: facts.networkCards,
    publishedMaxPods: capacity.publishedMaxPods ?? null,
    recommendedCap: capacity.cap,
    maxPods: capacity.maxPods,
    addressesAtRest: capacity.atRest.total,
    addressesFull: capacity.full.total,
    podSubnetAddresses: question.networking.customNetworking
      ? { atRest: capacity.atRest.pod, full: capacity.full.pod }
      : null,
  };
  const { nodes, pods } = question;
  if (nodes === undefined && pods === undefined) return row;
  const perNode = capacity.maxPods - HOST_NETWORK_PODS;
  const nodesNeeded = Math.max(1, Math.ceil((pods ?? 0) / perNode));
  const count = nodes ?? nodesNeeded;
  const addresses = worstPlacement(capacity, question.warm, count, pods).total;
  return {
    ...row,
    plan: {
      nodes: count,
      pods: pods ?? null,
      podsPossible: count * perNode,
      fits: count >= nodesNeeded,
      nodesNeeded,
      addresses,
      subnetPrefix: prefixFor(addresses),
    },
  };
}

function notes(known: readonly InstanceFacts[], { networking }: CapacityQuestion): string[] {
  const found = [`Facts of ${tableSource.date}: ${tableSource.source}.`];
  const noCpu = known.filter((f) => f.vcpus === undefined).map((f) => f.instanceType);
  if (noCpu.length > 0) found.push(`vCPUs not known offline, cap taken as 110: ${noCpu.join(", ")}.`);
  const cards = known.filter((f) => f.networkCards > 1).map((f) => f.instanceType);
  if (cards.length > 0)
    found.push(`Several network cards, only the default one carries pods: ${cards.join(", ")}.`);
  if (networking.cni === "calico") {
    found.push(
      "Overlay: pods take no VPC address; a node takes its own. The cap is a recommendation, not a limit of AWS.",
    );
  }
  return found;
}

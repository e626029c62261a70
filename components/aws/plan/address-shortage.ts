import type { Problem } from "../../../kube/problems";
import { groupCapacities } from "./address-demand";
import { holdsUpdate, layOut, type Shortage } from "./subnet-layout";
import { freeBlock, overlaps, prefixOf, PRIVATE, resized, SHARED } from "../../../kube/ip";
import { LARGEST_PREFIX } from "./subnet-size";
import { cniModes, networkingOf, POD_RANGE, type CniMode, type NetworkRequest } from "./network-request";

/** Every subnet that is too small, with what is missing and the ways out. */
export function shortageProblems(request: NetworkRequest, path: string): Problem[] {
  const shortages = worstOfEach(layOut(request).shortages);
  if (shortages.length === 0) return [];
  const others = [fewer(request, path), otherwise(request, path)];
  return shortages.map((shortage) => ({
    ...describe(request, shortage, path),
    fix: [larger(request, shortage, path), ...others]
      .filter((way) => way !== undefined)
      .map((way, i) => `(${i + 1}) ${way}`)
      .join("; "),
  }));
}

/** Subnets of one role are alike: the one that lacks most speaks for all. */
function worstOfEach(shortages: readonly Shortage[]): Shortage[] {
  const worst = new Map<string, Shortage>();
  for (const shortage of shortages) {
    const key = `${shortage.kind} ${shortage.role}`;
    const known = worst.get(key);
    if (known === undefined || shortage.need > known.need) worst.set(key, shortage);
  }
  return [...worst.values()];
}

/** Pods that were planned but have no node: a problem of numbers, not of addresses. */
export function podProblems(request: NetworkRequest, path: string): Problem[] {
  const { pods } = request;
  if (pods === undefined) return [];
  const capacities = groupCapacities(request);
  const possible = capacities.reduce((n, c) => n + c.pods, 0);
  if (pods <= possible) return [];
  const each = capacities.map((c) => `${c.group.name} ${c.nodes} × ${c.maxPods}`).join(", ");
  return [
    {
      path: `${path}.pods`,
      value: pods,
      message: `the node groups carry ${possible} pods at most (${each}): ${pods - possible} too many`,
      fix: "more nodes (nodeGroups.<name>.max), larger instance types, or cni aws-prefix, aws-custom-prefix or calico, which carry more pods a node",
    },
  ];
}

export function updateWarnings(request: NetworkRequest): string[] {
  return layOut(request)
    .subnets.filter((subnet) => !holdsUpdate(request, subnet))
    .map(
      (subnet) =>
        `subnet ${subnet.name} (${subnet.cidr}) holds all nodes, but not the two per zone that an update of a node group adds: update one group at a time, or give it more room`,
    );
}

function describe(request: NetworkRequest, shortage: Shortage, path: string): Problem {
  const parts = shortage.needs.map((n) => `${n.what} ${n.addresses}`).join(", ");
  const missing = `${shortage.need - shortage.have} missing`;
  if (shortage.kind === "subnet") {
    return {
      path: `${path}.network.prefixes.${shortage.role}`,
      value: shortage.prefix,
      message: `subnet ${shortage.name} needs ${shortage.need} addresses (${parts}) and has ${shortage.have}: ${missing}`,
    };
  }
  const pod = shortage.role === "pod";
  return {
    path: pod ? `${path}.network.secondaryCidrs` : `${path}.network.vpcCidr`,
    value: pod ? request.secondaryCidrs : request.vpcCidr,
    message: `subnet ${shortage.name} needs ${shortage.need} addresses (${parts}) in each of ${request.zones.length} zones, room is for ${shortage.have}: ${missing}`,
  };
}

function fits(request: NetworkRequest): boolean {
  return layOut(request).shortages.length === 0;
}

/** A size or a range that would do. */
function larger(request: NetworkRequest, shortage: Shortage, path: string): string | undefined {
  if (shortage.kind === "subnet") {
    const { [shortage.role]: _given, ...prefixes } = request.prefixes;
    const { subnets, shortages } = layOut({ ...request, prefixes });
    const sized = shortages.length > 0 ? undefined : subnets.find((s) => s.role === shortage.role);
    if (sized !== undefined) return `${path}.network.prefixes.${shortage.role}: ${sized.prefix} would do`;
    const range = larger({ ...request, prefixes }, { ...shortage, kind: "range" }, path);
    return `without ${path}.network.prefixes.${shortage.role}, ${range ?? "a larger range"}`;
  }
  const taken = [request.serviceCidr, ...request.podCidrs, ...request.peers.map((p) => p.cidr)];
  if (shortage.role === "pod") {
    const range = podRange(request, taken);
    return range === undefined ? undefined : `${path}.network.secondaryCidrs: [${range.join(", ")}] would do`;
  }
  taken.push(...request.secondaryCidrs);
  for (let prefix = prefixOf(request.vpcCidr) - 1; prefix >= LARGEST_PREFIX; prefix--) {
    const inPlace = resized(request.vpcCidr, prefix);
    const vpcCidr = taken.some((cidr) => overlaps(cidr, inPlace))
      ? PRIVATE.map((home) => freeBlock(home.text, taken, prefix)).find((c) => c !== undefined)
      : inPlace;
    if (vpcCidr !== undefined && fits({ ...request, vpcCidr })) {
      return `a larger VPC: ${path}.network.vpcCidr ${vpcCidr} would do (a change replaces the VPC)`;
    }
  }
  return `no VPC range is large enough, a /${LARGEST_PREFIX} is the largest`;
}

/** The pod ranges grown in place, else further ones beside them. */
function podRange(request: NetworkRequest, taken: readonly string[]): string[] | undefined {
  const [first] = request.secondaryCidrs;
  if (first !== undefined && request.secondaryCidrs.length === 1) {
    for (let prefix = prefixOf(first) - 1; prefix >= LARGEST_PREFIX; prefix--) {
      const grown = resized(first, prefix);
      if ([...taken, request.vpcCidr].some((cidr) => overlaps(cidr, grown))) break;
      if (fits({ ...request, secondaryCidrs: [grown] })) return [grown];
    }
  }
  const ranges = [...request.secondaryCidrs];
  while (ranges.length < 4) {
    const next = freeBlock(SHARED.text, [...taken, ...ranges, request.vpcCidr], LARGEST_PREFIX);
    if (next === undefined) return undefined;
    ranges.push(next);
    if (fits({ ...request, secondaryCidrs: ranges })) return ranges;
  }
  return undefined;
}

/** The most nodes per group that fit. */
function fewer(request: NetworkRequest, path: string): string | undefined {
  const most = Math.max(...request.groups.map((g) => g.max), 0);
  const capped = (n: number): NetworkRequest => ({
    ...request,
    groups: request.groups.map((g) => ({ ...g, max: Math.min(g.max, n) })),
  });
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(capped(middle))) low = middle;
    else high = middle;
  }
  const key = request.cluster === "EC2" ? "workers.count" : "nodeGroups.<name>.max";
  return low === 0 ? undefined : `fewer nodes: ${path}.${key} of at most ${low} fits`;
}

/** Modes that take fewer addresses and fit as the rest stands. */
function otherwise(request: NetworkRequest, path: string): string | undefined {
  const words: Partial<Record<CniMode, string>> = {
    "aws-custom": `pods in ${POD_RANGE}`,
    "aws-custom-prefix": `pods in ${POD_RANGE}, by prefixes`,
    calico: "an overlay, one address per node",
  };
  const others = cniModes.filter((cni) => {
    if (cni === request.cni || words[cni] === undefined) return false;
    const secondaryCidrs = networkingOf(cni).customNetworking ? [POD_RANGE] : [];
    const { public: pub, private: priv } = request.prefixes;
    const prefixes = {
      ...(pub === undefined ? {} : { public: pub }),
      ...(priv === undefined ? {} : { private: priv }),
    };
    const warm = cni === "calico" ? {} : withoutPrefix(request);
    return fits({ ...request, cni, secondaryCidrs, prefixes, warm });
  });
  if (others.length > 0)
    return `another mode: ${others.map((m) => `${path}.cni ${m} (${words[m] ?? ""})`).join(" or ")}`;
  if (request.cni === "calico" || request.warm.warmIp !== undefined) return undefined;
  const warm = { warmIp: 2, minimumIp: 5 };
  return fits({ ...request, warm })
    ? `a smaller warm pool: ${path}.warm { warmIp: 2, minimumIp: 5 }`
    : undefined;
}

function withoutPrefix({ warm }: NetworkRequest): NetworkRequest["warm"] {
  const { warmPrefix: _none, ...rest } = warm;
  return rest;
}

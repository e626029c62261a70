/** Clusters to measure on: deterministic, so that runs can be compared. */
import type { KubeObject } from "../../kube/objects";

/** A small generator of numbers that are the same in every run (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

export interface World {
  readonly objects: KubeObject[];
  readonly title: string;
}

/** `count` Deployments, every one with a label of its own, and policies that select by team, tier and own label. */
export function workloads(count: number, policies: number): World {
  const random = randomOf(count * 1000 + policies);
  const namespaces = 10;
  const objects: KubeObject[] = [];
  for (let i = 0; i < namespaces; i++)
    objects.push({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: `ns${i}`, labels: { stage: ["dev", "prod"][i % 2] ?? "dev" } },
    });
  for (let i = 0; i < count; i++) {
    const labels = { app: `app${i}`, team: `team${i % 20}`, tier: `tier${i % 3}` };
    objects.push({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `app${i}`, namespace: `ns${i % namespaces}`, labels },
      spec: {
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8000 + (i % 10) }] }] },
        },
      },
    });
  }
  for (let i = 0; i < policies; i++) objects.push(policy(i, count, namespaces, random));
  return { objects, title: `${count} workloads × ${policies} policies` };
}

function policy(i: number, count: number, namespaces: number, random: (below: number) => number): KubeObject {
  const pick = (): Record<string, string> =>
    [{ team: `team${random(20)}` }, { tier: `tier${random(3)}` }, { app: `app${random(count)}` }, {}][
      random(4)
    ] as Record<string, string>;
  const peers = Array.from({ length: 1 + random(3) }, () =>
    random(8) === 0
      ? { ipBlock: { cidr: `10.${random(16)}.0.0/16` } }
      : {
          podSelector: { matchLabels: pick() },
          ...(random(2) === 0 ? { namespaceSelector: { matchLabels: { stage: "prod" } } } : {}),
        },
  );
  const ports = [
    [{ port: 8000 + random(10) }],
    [{ port: "http" }],
    [
      { port: 8000, endPort: 8005 },
      { port: 53, protocol: "UDP" },
    ],
    [],
  ][random(4)];
  const rule = (key: string): object => ({ [key]: peers, ...(ports?.length === 0 ? {} : { ports }) });
  const egress = random(3) === 0;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `policy${i}`, namespace: `ns${random(namespaces)}` },
    spec: {
      podSelector: { matchLabels: pick() },
      policyTypes: egress ? ["Egress"] : ["Ingress"],
      ...(egress ? { egress: [rule("to")] } : { ingress: [rule("from")] }),
    },
  };
}

/** `count` Pods with an address each in `classes` classes of equal labels, and Calico policies in three tiers. */
export function classes(count: number, kinds: number, policies: number): World {
  const random = randomOf(count + kinds * 7 + policies * 13);
  const objects: KubeObject[] = ["security", "platform"].map((name, i) => ({
    apiVersion: "projectcalico.org/v3",
    kind: "Tier",
    metadata: { name },
    spec: { order: 100 * (i + 1), defaultAction: "Pass" },
  }));
  for (let i = 0; i < count; i++) {
    const kind = i % kinds;
    objects.push({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `pod${i}`,
        namespace: `ns${kind % 5}`,
        labels: { app: `app${kind}`, group: `g${kind % 7}` },
      },
      spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }] },
      status: { podIP: `10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` },
    });
  }
  for (let i = 0; i < policies; i++) {
    const entity = (): object =>
      [
        { selector: `app == 'app${random(kinds)}'` },
        { selector: `group == 'g${random(7)}'` },
        { nets: [`203.0.${random(100)}.0/24`] },
        {},
      ][random(4)] ?? {};
    const rules = (key: "source" | "destination"): object[] =>
      Array.from({ length: 3 }, () => ({
        action: ["Allow", "Allow", "Deny", "Pass"][random(4)],
        protocol: "TCP",
        [key]: entity(),
        ...(key === "source" ? { destination: { ports: [8000 + random(100)] } } : {}),
      }));
    objects.push({
      apiVersion: "projectcalico.org/v3",
      kind: "GlobalNetworkPolicy",
      metadata: { name: `policy${i}` },
      spec: {
        tier: ["security", "platform", "default"][i % 3],
        order: random(1000),
        selector: [`app == 'app${random(kinds)}'`, `group == 'g${random(7)}'`][random(2)],
        types: ["Ingress", "Egress"],
        ingress: rules("source"),
        egress: rules("destination"),
      },
    });
  }
  return { objects, title: `${count} pods in ${kinds} classes × ${policies} policies` };
}

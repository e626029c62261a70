import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import { defaultDeny } from "../../policies/baselines";
import type { Lab } from "../../labs/model";
import { closed, open } from "../../labs/flow";
import { deployment, namespace, service } from "../../labs/workload";

/** Thirty workloads in five namespaces that call each other as shops do: what a page must still draw well. */
const teams = ["web", "orders", "stock", "billing", "reports"];
const names = ["gateway", "catalogue-service", "worker", "cache", "recommendation-engine", "db"];
const all = teams.flatMap((team) => names.map((name, i) => ({ team, name, port: 8000 + i })));
const within = [
  ["gateway", "catalogue-service"],
  ["gateway", "worker"],
  ["catalogue-service", "recommendation-engine"],
  ["catalogue-service", "cache"],
  ["catalogue-service", "db"],
  ["worker", "cache"],
  ["worker", "db"],
] as const;
const named = (team: string, name: string): (typeof all)[number] => {
  const found = all.find((w) => w.team === team && w.name === name);
  if (found === undefined) throw new Error(`no ${team}/${name}`);
  return found;
};
const calls = teams.flatMap((team) => [
  ...within.map(([from, to]) => ({ from: named(team, from), to: named(team, to) })),
  ...(team === "web" ? [] : [{ from: named("web", "gateway"), to: named(team, "gateway") }]),
]);
const id = ({ team, name }: { team: string; name: string }): string => `${team}/${name}`;

export const bigLab: Lab = {
  id: "big",
  title: "Thirty workloads in five namespaces",
  summary: "A lab that exists to be drawn.",
  namespaces: Object.fromEntries(teams.map((t) => [t, t])),
  clusterWide: false,
  needs: {},
  workloads: () => [
    ...teams.map((t) => namespace(t, "restricted")),
    ...all.flatMap(({ team, name, port }) => [
      deployment({ name, namespace: team, image: "none", labels: { app: name }, port }),
      service({ name, namespace: team, selector: { app: name }, ports: [{ port }] }),
    ]),
  ],
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "See all of them.",
      expect: () => calls.map(({ from, to }) => open(id(from), id(to), to.port, "nothing isolates it")),
    },
    {
      id: "closed",
      title: "Closed but for the caches",
      aim: "Deny by default, and let everybody of a namespace into its cache.",
      add: () =>
        teams.flatMap((team) => [
          defaultDeny(team),
          networkPolicy({
            name: "cache",
            namespace: team,
            pods: { app: "cache" },
            ingress: [{ from: [pods({})], ports: [tcp(8003)] }],
          }),
        ]),
      expect: () =>
        calls.map(({ from, to }) =>
          to.name === "cache" && to.team === from.team
            ? open(id(from), id(to), to.port, "policy cache lets its namespace in")
            : closed(id(from), id(to), to.port, "default-deny isolates it"),
        ),
    },
  ],
};

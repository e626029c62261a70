import { defaultDeny } from "../../policies/baselines";
import { namespaces, networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import type { KubeObject } from "../../kube/objects";
import { flow } from "../flow";
import type { Claim, FlowClaim, Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";

/** Images and commands: tigera/docs static/files 00..04. Tags are all that upstream gives. */
const PROBE = "calico/star-probe:multiarch";
const COLLECT = "calico/star-collect:multiarch";

const ns = (ctx: LabContext) => ({
  ui: ctx.namespaces["ui"] ?? "management-ui",
  stars: ctx.namespaces["stars"] ?? "stars",
  client: ctx.namespaces["client"] ?? "client",
});

function workloads(ctx: LabContext): KubeObject[] {
  const n = ns(ctx);
  const frontend = `http://frontend.${n.stars}:80/status`;
  const backend = `http://backend.${n.stars}:6379/status`;
  const client = `http://client.${n.client}:9000/status`;
  const probe = (name: string, namespaceName: string, port: number, args: string[]): KubeObject[] => [
    deployment({
      name,
      namespace: namespaceName,
      image: PROBE,
      labels: { role: name },
      port,
      command: ["probe", ...args],
    }),
    service({ name, namespace: namespaceName, selector: { role: name }, ports: [{ port }] }),
  ];
  return [
    // Policies name namespaces by the label `role`.
    namespace(n.ui, "baseline", { role: n.ui }),
    namespace(n.stars, "baseline"),
    namespace(n.client, "baseline", { role: n.client }),
    ...probe("backend", n.stars, 6379, [
      "--http-port=6379",
      `--urls=${[frontend, backend, client].join(",")}`,
    ]),
    ...probe("frontend", n.stars, 80, ["--http-port=80", `--urls=${[frontend, backend, client].join(",")}`]),
    ...probe("client", n.client, 9000, [`--urls=${[frontend, backend].join(",")}`]),
    deployment({
      name: "management-ui",
      namespace: n.ui,
      image: COLLECT,
      labels: { role: "management-ui" },
      port: 9001,
    }),
    service({
      name: "management-ui",
      namespace: n.ui,
      selector: { role: "management-ui" },
      type: "NodePort",
      // A copy of the lab cannot have the same node port; the API server then chooses one.
      ports: [{ port: 9001, ...(ctx.instance === "stars" ? { nodePort: 30002 } : {}) }],
    }),
  ];
}

const allowUi = (namespaceName: string, ui: string): KubeObject =>
  networkPolicy({
    name: "allow-ui",
    namespace: namespaceName,
    ingress: [{ from: [namespaces({ role: ui })] }],
  });

type Open = Record<"ui" | "frontendToBackend" | "clientToFrontend" | "rest", boolean>;

/** Every claim of the lab about its four workloads; a step says which groups of flows are open. */
function flows(ctx: LabContext, open: Open, why: Partial<Record<keyof Open, string>>): Claim[] {
  const n = ns(ctx);
  const at = {
    ui: `${n.ui}/management-ui`,
    frontend: `${n.stars}/frontend`,
    backend: `${n.stars}/backend`,
    client: `${n.client}/client`,
  };
  const port = { [at.frontend]: 80, [at.backend]: 6379, [at.client]: 9000, [at.ui]: 9001 };
  const claim = (from: string, to: string, group: keyof Open): FlowClaim => {
    const usual = open[group]
      ? "nothing isolates the pod"
      : "default-deny isolates the pod, and no policy lets this in";
    return flow(open[group] ? "allow" : "deny", from, to, port[to] ?? 0, why[group] ?? usual);
  };
  return [
    claim(at.ui, at.frontend, "ui"),
    claim(at.ui, at.backend, "ui"),
    claim(at.ui, at.client, "ui"),
    claim(at.frontend, at.backend, "frontendToBackend"),
    claim(at.client, at.frontend, "clientToFrontend"),
    claim(at.client, at.backend, "rest"),
    claim(at.backend, at.frontend, "rest"),
    claim(at.backend, at.client, "rest"),
    claim(at.frontend, at.client, "rest"),
  ];
}

const closed: Open = { ui: false, frontendToBackend: false, clientToFrontend: false, rest: false };
const uiReason = "allow-ui lets the management-ui namespace in, on every port";
const backendReason = "backend-policy lets frontend reach backend on 6379";

export const stars: Lab = {
  id: "stars",
  title: "Stars: isolate pods, then open one flow at a time",
  summary:
    "A front end, a back end, a client, and a page that draws who reaches whom. Four policies, each with an effect that you see.",
  namespaces: { ui: "management-ui", stars: "stars", client: "client" },
  clusterWide: false,
  needs: { calicoPolicy: true, hostPorts: [30002] },
  workloads,
  links: (ctx) => {
    const p = ctx.facts.hostPorts.find((h) => h.nodePort === 30002);
    return p === undefined || ctx.instance !== "stars"
      ? []
      : [{ title: "the stars page", url: `http://localhost:${p.hostPort}` }];
  },
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "See that without policies every pod reaches every other.",
      expect: (ctx) =>
        flows(ctx, { ui: true, frontendToBackend: true, clientToFrontend: true, rest: true }, {}),
    },
    {
      id: "default-deny",
      title: "Deny by default in stars and client",
      aim: "Isolate all pods of two namespaces; the page goes blank, because it cannot ask them either.",
      add: (ctx) => [defaultDeny(ns(ctx).stars), defaultDeny(ns(ctx).client)],
      expect: (ctx) => flows(ctx, closed, {}),
    },
    {
      id: "allow-ui",
      title: "Let the page in",
      aim: "Allow a whole namespace, by its label: the page sees the pods, and they still cannot reach each other.",
      add: (ctx) => [allowUi(ns(ctx).stars, ns(ctx).ui), allowUi(ns(ctx).client, ns(ctx).ui)],
      expect: (ctx) => flows(ctx, { ...closed, ui: true }, { ui: uiReason }),
    },
    {
      id: "backend",
      title: "Let the front end reach the back end",
      aim: "Allow one workload, on one port: 6379 and nothing else.",
      add: (ctx) => [
        networkPolicy({
          name: "backend-policy",
          namespace: ns(ctx).stars,
          pods: { role: "backend" },
          ingress: [{ from: [pods({ role: "frontend" })], ports: [tcp(6379)] }],
        }),
      ],
      expect: (ctx) => [
        ...flows(
          ctx,
          { ...closed, ui: true, frontendToBackend: true },
          { ui: uiReason, frontendToBackend: backendReason },
        ),
        flow(
          "deny",
          `${ns(ctx).stars}/frontend`,
          `${ns(ctx).stars}/backend`,
          80,
          "backend-policy opens 6379 and no other port",
        ),
      ],
    },
    {
      id: "frontend",
      title: "Let the client namespace reach the front end",
      aim: "Allow another namespace on port 80. Now the picture is the one that the application needs.",
      add: (ctx) => [
        networkPolicy({
          name: "frontend-policy",
          namespace: ns(ctx).stars,
          pods: { role: "frontend" },
          ingress: [{ from: [namespaces({ role: ns(ctx).client })], ports: [tcp(80)] }],
        }),
      ],
      expect: (ctx) =>
        flows(
          ctx,
          { ...closed, ui: true, frontendToBackend: true, clientToFrontend: true },
          {
            ui: uiReason,
            frontendToBackend: backendReason,
            clientToFrontend: "frontend-policy lets the client namespace in on 80",
          },
        ),
    },
  ],
};

import type { KubeObject } from "../../kube/objects";
import { defaultDeny } from "../../policies/baselines";
import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import { echo } from "../echo";
import { closed, open } from "../flow";
import { CURL, CURL_USER } from "../images";
import type { Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";

const nsOf = (ctx: LabContext): string => ctx.namespaces["app"] ?? "my-lab";

function workloads(ctx: LabContext): KubeObject[] {
  const ns = nsOf(ctx);
  const client = (name: string): KubeObject =>
    deployment({
      name,
      namespace: ns,
      image: CURL,
      user: CURL_USER,
      labels: { app: name },
      command: ["sleep", "infinity"],
    });
  return [
    namespace(ns, "restricted"),
    echo({ name: "web", namespace: ns }),
    service({
      name: "web",
      namespace: ns,
      selector: { app: "web" },
      ports: [{ port: 80, targetPort: 8080 }],
    }),
    client("client"),
    client("visitor"),
  ];
}

const letClientIn = (ctx: LabContext): KubeObject =>
  networkPolicy({
    name: "let-client-in",
    namespace: nsOf(ctx),
    pods: { app: "web" },
    ingress: [{ from: [pods({ app: "client" })], ports: [tcp(8080)] }],
  });

export const myLab: Lab = {
  id: "my-lab",
  title: "My lab",
  summary: "A server and two clients: close the server, then let one of the clients in.",
  namespaces: { app: "my-lab" },
  clusterWide: false,
  needs: { calicoPolicy: true },
  workloads,
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "See that without policies every pod reaches every other.",
      expect: (ctx) => {
        const at = (name: string): string => `${nsOf(ctx)}/${name}`;
        return ["client", "visitor"].map((c) => open(at(c), at("web"), 8080, "nothing isolates web"));
      },
    },
    {
      id: "default-deny",
      title: "Deny by default",
      aim: "Isolate every pod of the namespace: nobody reaches the server.",
      add: (ctx) => [defaultDeny(nsOf(ctx))],
      expect: (ctx) => {
        const at = (name: string): string => `${nsOf(ctx)}/${name}`;
        const why = "default-deny isolates web, and no policy lets this in";
        return ["client", "visitor"].map((c) => closed(at(c), at("web"), 8080, why));
      },
    },
    {
      id: "let-client-in",
      title: "Let one client in",
      aim: "Open the server's port to pods with the label app=client, and to nobody else.",
      add: (ctx) => [letClientIn(ctx)],
      expect: (ctx) => {
        const at = (name: string): string => `${nsOf(ctx)}/${name}`;
        return [
          open(at("client"), at("web"), 8080, "let-client-in lets the label app=client in on 8080"),
          closed(at("visitor"), at("web"), 8080, "the visitor does not have that label"),
        ];
      },
    },
  ],
};

import type { KubeObject } from "../../../kube/objects";
import { ProblemsError, type Problem } from "../../../kube/problems";
import { load, type Facts } from "../../../packages/reach/src";
import { calicoPolicy, globalPolicy, hostEndpoint, kubernetesPolicy, pod } from "./support";

function problems(objects: unknown[], facts: Facts = {}): readonly Problem[] {
  try {
    load(objects as KubeObject[], facts);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return [];
}

const web = pod("x/web", { app: "web" });

describe("wrong input is reported with object, path and fix", () => {
  const rule = (r: object): KubeObject =>
    globalPolicy("p", { selector: "all()", ingress: [{ action: "Allow", ...r }] });
  const peer = (p: object): KubeObject =>
    kubernetesPolicy("x/p", { podSelector: {}, ingress: [{ from: [p] }] });
  const port = (p: object): KubeObject =>
    kubernetesPolicy("x/p", { podSelector: {}, ingress: [{ ports: [p] }] });

  test.each<[string, KubeObject, string, RegExp, RegExp]>([
    [
      "selector",
      globalPolicy("p", { selector: "bad ==" }),
      "GlobalNetworkPolicy p: spec.selector",
      /expected a quoted string at character 7/,
      /quote it/,
    ],
    [
      "selector with a line break",
      globalPolicy("p", { selector: "a == 'b'\n&& has(c)" }),
      "GlobalNetworkPolicy p: spec.selector",
      /character 9/,
      /one line/,
    ],
    [
      "rule selector",
      rule({ source: { selector: "a = 'b'" } }),
      "GlobalNetworkPolicy p: spec.ingress[0].source.selector",
      /expected ==/,
      /==/,
    ],
    [
      "global() in a selector",
      rule({ source: { selector: "global()" } }),
      "GlobalNetworkPolicy p: spec.ingress[0].source.selector",
      /global\(\)/,
      /namespaceSelector/,
    ],
    [
      "missing tier",
      globalPolicy("p", { tier: "nope" }),
      "GlobalNetworkPolicy p: spec.tier",
      /does not exist/,
      /add the Tier/,
    ],
    [
      "port out of range",
      rule({ protocol: "TCP", destination: { ports: [65536] } }),
      "GlobalNetworkPolicy p: spec.ingress[0].destination.ports[0]",
      /out of range/,
      /^$/,
    ],
    [
      "port range with a dash",
      rule({ protocol: "TCP", destination: { ports: ["80-90"] } }),
      "GlobalNetworkPolicy p: spec.ingress[0].destination.ports[0]",
      /not a port/,
      /"80:90"/,
    ],
    [
      "ports without protocol",
      rule({ destination: { ports: [80] } }),
      "GlobalNetworkPolicy p: spec.ingress[0].destination.ports",
      /needs a protocol/,
      /protocol: TCP/,
    ],
    [
      "ports of ICMP",
      rule({ protocol: "ICMP", destination: { ports: [80] } }),
      "GlobalNetworkPolicy p: spec.ingress[0].destination.ports",
      /have no ports/,
      /^$/,
    ],
    [
      "protocol",
      rule({ protocol: "tcp" }),
      "GlobalNetworkPolicy p: spec.ingress[0].protocol",
      /not a protocol/,
      /write TCP/,
    ],
    [
      "action",
      globalPolicy("p", { ingress: [{ action: "allow" }] }),
      "GlobalNetworkPolicy p: spec.ingress[0].action",
      /must be Allow/,
      /write Allow/,
    ],
    [
      "CIDR",
      rule({ source: { nets: ["10.0.0.0/33"] } }),
      "GlobalNetworkPolicy p: spec.ingress[0].source.nets[0]",
      /no CIDR/,
      /192\.0\.2/,
    ],
    [
      "both families",
      rule({ source: { nets: ["10.0.0.0/8", "2001:db8::/32"] } }),
      "GlobalNetworkPolicy p: spec.ingress[0]",
      /mixes/,
      /two rules/,
    ],
    [
      "misspelt field",
      globalPolicy("p", { selctor: "all()" }),
      "GlobalNetworkPolicy p: spec.selctor",
      /not a field/,
      /write selector/,
    ],
    [
      "global field in a namespaced policy",
      calicoPolicy("x/p", { applyOnForward: true }),
      "NetworkPolicy x/p: spec.applyOnForward",
      /not a field/,
      /fields are/,
    ],
    [
      "preDNAT without applyOnForward",
      globalPolicy("p", { preDNAT: true, ingress: [] }),
      "GlobalNetworkPolicy p: spec.preDNAT",
      /needs applyOnForward/,
      /applyOnForward: true/,
    ],
    [
      "preDNAT with egress",
      globalPolicy("p", { preDNAT: true, applyOnForward: true, egress: [{ action: "Deny" }] }),
      "GlobalNetworkPolicy p: spec.egress",
      /not possible/,
      /leave/,
    ],
    [
      "services with a selector",
      globalPolicy("p", {
        egress: [
          { action: "Allow", destination: { services: { name: "a", namespace: "b" }, selector: "all()" } },
        ],
      }),
      "GlobalNetworkPolicy p: spec.egress[0].destination.selector",
      /together with services/,
      /^$/,
    ],
    [
      "services on the wrong side",
      rule({ destination: { services: { name: "a", namespace: "b" } } }),
      "GlobalNetworkPolicy p: spec.ingress[0].destination.services",
      /only possible in the source/,
      /^$/,
    ],
    [
      "Kubernetes port 0",
      port({ port: 0 }),
      "NetworkPolicy x/p: spec.ingress[0].ports[0].port",
      /from 1 to 65535/,
      /^$/,
    ],
    [
      "Kubernetes endPort below port",
      port({ port: 90, endPort: 80 }),
      "NetworkPolicy x/p: spec.ingress[0].ports[0].endPort",
      /less than port 90/,
      /^$/,
    ],
    [
      "Kubernetes port as text",
      port({ port: "80" }),
      "NetworkPolicy x/p: spec.ingress[0].ports[0].port",
      /number in quotes/,
      /without quotes/,
    ],
    [
      "empty peer",
      peer({}),
      "NetworkPolicy x/p: spec.ingress[0].from[0]",
      /selects nothing/,
      /podSelector: \{\}/,
    ],
    [
      "ipBlock with a selector",
      peer({ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }),
      "NetworkPolicy x/p: spec.ingress[0].from[0].ipBlock",
      /excludes/,
      /two peers/,
    ],
    [
      "except outside its block",
      peer({ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/8"] } }),
      "NetworkPolicy x/p: spec.ingress[0].from[0].ipBlock.except[0]",
      /strict part/,
      /^$/,
    ],
    [
      "operator",
      kubernetesPolicy("x/p", {
        podSelector: { matchExpressions: [{ key: "a", operator: "in", values: ["b"] }] },
      }),
      "NetworkPolicy x/p: spec.podSelector.matchExpressions[0].operator",
      /must be In/,
      /write In/,
    ],
    [
      "policy type",
      kubernetesPolicy("x/p", { podSelector: {}, policyTypes: ["ingress"] }),
      "NetworkPolicy x/p: spec.policyTypes[0]",
      /Ingress or Egress/,
      /^$/,
    ],
    [
      "order of a built-in tier",
      {
        apiVersion: "projectcalico.org/v3",
        kind: "Tier",
        metadata: { name: "default" },
        spec: { order: 5, defaultAction: "Deny" },
      },
      "Tier default: spec.order",
      /fixed/,
      /1000000/,
    ],
    [
      "profile",
      hostEndpoint("h", "n", { interfaceName: "*", profiles: ["nope"] }),
      "HostEndpoint h: spec.profiles",
      /does not exist/,
      /add the Profile/,
    ],
    [
      "unknown kind of a policy group",
      { apiVersion: "projectcalico.org/v3", kind: "NetworkPolice", metadata: { name: "p" } },
      "NetworkPolice p",
      /not a kind/,
      /NetworkPolicy/,
    ],
    [
      "policies of other systems",
      { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: { name: "p" } },
      "CiliumNetworkPolicy p",
      /not evaluated/,
      /leave/,
    ],
    [
      "networks that keep pods apart",
      { apiVersion: "k8s.ovn.org/v1", kind: "UserDefinedNetwork", metadata: { name: "n", namespace: "x" } },
      "UserDefinedNetwork x/n",
      /not evaluated/,
      /leave/,
    ],
  ])("%s", (_title, object, path, message, fix) => {
    const [first, ...more] = problems([web, object]);
    expect(more).toEqual([]);
    expect(first?.path).toBe(path);
    expect(first?.message).toMatch(message);
    expect(first?.fix ?? "").toMatch(fix);
  });

  test.each(
    `policy.linkerd.io/v1beta3 Server, consul.hashicorp.com/v1alpha1 ServiceIntentions, kuma.io/v1alpha1 MeshTrafficPermission,
    consul.hashicorp.com/v1alpha1 ServiceIntentions, vpcresources.k8s.aws/v1beta1 SecurityGroupPolicy,
    kubeovn.io/v1 SecurityGroup, k8s.ovn.org/v1 EgressFirewall, network.openshift.io/v1 EgressNetworkPolicy,
    networking.gke.io/v1alpha1 FQDNNetworkPolicy, projectcalico.org/v1 Tier, crd.projectcalico.org/v3 NetworkPolicy`.split(
      /,\s+/,
    ),
  )("%s decides about flows, and is refused", (text) => {
    const [apiVersion = "", kind = ""] = text.split(" ");
    const [first] = problems([web, { apiVersion, kind, metadata: { name: "p", namespace: "x" } }]);
    expect(first?.message).toMatch(/not evaluated here|version/);
  });

  test("all at once, with the file; what is fine is not told", () => {
    const found = problems([
      { object: globalPolicy("a", { selector: "x ==" }), origin: "a.yaml" },
      {
        object: globalPolicy("b", { tier: "nope", ingress: [{ action: "Allow", source: { nets: ["x"] } }] }),
        origin: "b.yaml",
      },
      { object: web, origin: "c.yaml" },
      { object: { kind: "Pod" }, origin: "d.yaml" },
    ]);
    expect(found.map((p) => p.path).sort()).toEqual([
      "a.yaml: GlobalNetworkPolicy a: spec.selector",
      "b.yaml: GlobalNetworkPolicy b: spec.ingress[0].source.nets[0]",
      "b.yaml: GlobalNetworkPolicy b: spec.tier",
      "d.yaml",
    ]);
  });

  test("one object twice is nothing, two different ones of a name are a problem", () => {
    expect(problems([web, web])).toEqual([]);
    expect(problems([web, pod("x/web", { app: "other" })])[0]?.message).toMatch(/defined twice/);
    // A Kubernetes and a Calico policy may share a name.
    expect(problems([kubernetesPolicy("x/p", { podSelector: {} }), calicoPolicy("x/p", {})])).toEqual([]);
  });
});

/** `kind.cni: weave`: what is registered, and what does not go with it. */
import { ProblemsError } from "../../kube/problems";
import { weaveObjects } from "../../components/weave/plan/weave-objects";
import { clusterNeeds } from "../../cli/students/class-input";
import type { StackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { stackGraph } from "../support/graph";

const stack = (sections: Record<string, unknown>): StackFile => ({
  stack: "w",
  path: "",
  raw: Object.fromEntries(
    Object.entries({ target: "kind", ...sections }).map(([key, value]) => [
      `${PROJECT}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ),
});

function problems(sections: Record<string, unknown>): string[] {
  try {
    planStack("w", stack(sections).raw);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message} | ${p.fix ?? ""}`);
  }
}

const fingerprint = (kind: object): string => {
  const { target } = planStack("w", stack({ kind }).raw);
  if (target.kind !== "kind") throw new Error("not kind");
  return target.cluster.fingerprint;
};

test("Weave Net is registered, Calico is not, and pods wait for it", async () => {
  const graph = await stackGraph(
    { kind: { cni: "weave", podCidr: "10.32.0.0/12" }, labs: { weave: {} } },
    { stack: "weave" },
  );
  expect(graph.resources.filter((r) => r.name.startsWith("calico"))).toEqual([]);
  const agent = graph.named("weave-daemonset-kube-system-weave-net");
  expect(JSON.stringify(agent.inputs)).toContain('{"name":"IPALLOC_RANGE","value":"10.32.0.0/12"}');
  expect(graph.named("lab-weave-deployment-weave-client").dependencies).toContain(agent.urn);
  // What it leaves on the nodes goes with them: nothing is deleted one by one.
  const own = graph.resources.filter((r) => r.name.startsWith("weave-"));
  expect(own.map((r) => r.deletedWith)).toEqual(own.map(() => graph.named("kind-cluster").urn));
});

test("rights come before what needs them, and none is wider than what its programs ask for", () => {
  const objects = weaveObjects("10.32.0.0/12");
  expect(objects.map((o) => o.kind)).toEqual([
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "DaemonSet",
  ]);
  const rules = objects.flatMap(
    (o) => (o["rules"] as { verbs: string[]; resources: string[] }[] | undefined) ?? [],
  );
  expect(rules.flatMap((r) => [...r.verbs, ...r.resources])).not.toContain("*");
  expect(rules.flatMap((r) => r.resources)).not.toContain("secrets");
});

test("all that does not go with it is told at once", () => {
  expect(
    problems({
      kind: { cni: "weave", ipFamily: "dual", kubeProxyMode: "nftables" },
      calico: { bgp: true },
      labs: { stars: {}, "pod-and-host-views": {} },
    }),
  ).toEqual([
    "calico: is for Calico, and kind.cni is weave | remove calico, or kind.cni",
    "kind.ipFamily: Weave Net gives pods IPv4 addresses alone | remove kind.ipFamily, or kind.cni",
    expect.stringMatching(/^kind.kubeProxyMode: .* is not known \| remove kind.kubeProxyMode$/) as string,
    expect.stringMatching(/^calico.bgp: BGP needs Calico's own CNI/) as string,
    expect.stringMatching(
      /^labs.stars: .*needs Calico to enforce policies.* \| use a stack without kind.cni$/,
    ) as string,
    expect.stringMatching(/^labs.pod-and-host-views: .*here another CNI does/) as string,
  ]);
});

test("the pods' range must be free of that of Services", () => {
  expect(problems({ kind: { cni: "weave", podCidr: "10.96.0.0/12" } }).join()).toMatch(
    /^kind.serviceCidr: overlaps the pod range 10.96.0.0\/12/,
  );
});

test("another CNI is another cluster; of a cluster with Calico nothing changes", () => {
  expect(fingerprint({ cni: "weave" })).not.toBe(fingerprint({}));
  expect(fingerprint({ cni: "calico" })).toBe(fingerprint({}));
});

test("a class gives a student of that lab such a cluster", () => {
  expect(clusterNeeds().get("weave")).toMatchObject({ weave: true, bare: false });
});

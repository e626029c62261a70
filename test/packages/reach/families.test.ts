import { connectivity, diff, explain, load } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { kubernetesPolicy, pod, yaml } from "./support";

const dual = (name: string, host: number): KubeObject => ({
  ...pod(name, { run: name.slice(2) }),
  status: { podIPs: [{ ip: `10.1.0.${host}` }, { ip: `fd00::${host}` }] },
});
const [u, v] = [dual("t/u", 5), dual("t/v", 6)];
const out = (...cidrs: string[]): KubeObject =>
  kubernetesPolicy("t/u", {
    podSelector: { matchLabels: { run: "u" } },
    policyTypes: ["Egress"],
    egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
  });
const verdicts = (objects: KubeObject[], to: string): string[] =>
  explain(load(objects), { from: "t/u", to, port: 80 }).map((f) => `${f.family ?? "both"} ${f.verdict}`);

test("an IPv6 address asks about IPv6", () => {
  expect(verdicts([u, v, out("0.0.0.0/0")], "fd00::6")).toEqual(["both deny"]);
  expect(verdicts([u, v, out("0.0.0.0/0")], "10.1.0.6")).toEqual(["both allow"]);
  expect(verdicts([u, v, out("::/0")], "fd00::6")).toEqual(["both allow"]);
});

test("a question by name has one answer where the families agree, and else one for each", () => {
  expect(verdicts([u, v, out("0.0.0.0/0")], "t/v")).toEqual(["IPv4 allow", "IPv6 deny"]);
  expect(verdicts([u, v, out("0.0.0.0/0", "::/0")], "t/v")).toEqual(["both allow"]);
});

test("lists show where they differ, and that ICMP is IPv4's", () => {
  const flows = [...connectivity(load([u, v, out("0.0.0.0/0")]))].filter(
    (f) => f.from === "t/u" && f.to === "t/v",
  );
  expect(flows.map((f) => `${f.protocol} ${f.family ?? ""}`)).toEqual([
    "TCP IPv4",
    "UDP IPv4",
    "SCTP IPv4",
    "ICMP ",
  ]);
});

test("a change of one family is told with it", () => {
  const { changed } = diff(load([u, v, out("0.0.0.0/0", "::/0")]), load([u, v, out("0.0.0.0/0")]));
  const { removed } = diff(load([u, v, out("0.0.0.0/0", "::/0")]), load([u, v, out("0.0.0.0/0")]));
  const all = [...changed, ...removed].filter(
    (c) => c.from === "t/u" && c.to === "t/v" && c.protocol === "TCP",
  );
  expect(all.map((c) => [c.family, c.closed])).toEqual([["IPv6", "all"]]);
});

test("a Service has addresses of the families that it names", () => {
  const service = (spec: string): KubeObject[] =>
    yaml(
      `{ apiVersion: v1, kind: Service, metadata: { name: v, namespace: t }, spec: { selector: { run: v }, ports: [{ port: 80 }], ${spec} } }`,
    );
  const both = "clusterIPs: [10.96.0.9, 'fd01::9']";
  const objects = [u, v, out("0.0.0.0/0")];
  expect(verdicts([...objects, ...service(both)], "service/t/v")).toEqual(["IPv4 allow", "IPv6 deny"]);
  expect(verdicts([...objects, ...service("clusterIP: 10.96.0.9")], "service/t/v")).toEqual(["both allow"]);
  expect(verdicts([...objects, ...service(both)], "fd01::9")).toEqual(["both deny"]);
});

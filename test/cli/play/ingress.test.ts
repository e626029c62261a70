import { beginning } from "../../../cli/play/exercise";
import { update } from "../../../cli/play/play-update";
import type { KubeObject } from "../../../kube/objects";
import { LabStates } from "../../../labs/prediction/lab-states";
import { selectionOf } from "../../labs/proof";
import { facts } from "../../support/facts";
import { labNamed } from "../page/pages";

const states = new LabStates(selectionOf(labNamed("ingress-routing"), 0, facts));
const at = (id: string): number => states.selection.lab.steps.findIndex((s) => s.id === id);
/** The solution of a step, with its first Ingress changed as text: `[from, to]` over its JSON. */
function played(id: string, from: string | RegExp, to: string) {
  const objects = beginning(states, at(id) + 1);
  const changed = objects.map(
    (o): KubeObject => JSON.parse(JSON.stringify(o).replace(from, to)) as KubeObject,
  );
  expect(changed).not.toEqual(objects);
  const contents = {
    objects: changed.map((object) => ({ object, origin: "a.yaml" })),
    files: ["a.yaml"],
    problems: [],
    notes: [],
  };
  const { problems, notes, yours } = update(states, at(id), contents);
  const unmet = (yours?.requests ?? []).filter((r) => !r.holds).map((r) => r.instead);
  return { problems: problems.map((p) => `${p.path}: ${p.message}; ${p.fix ?? ""}`), notes, unmet };
}

const PORT = /"port":\{"number":80\}/;
test.each([
  ["a port without number or name", PORT, '"port":80', /port: must say whether.*port: \{ number: 80 \}/],
  ["no path type", /"pathType":"Prefix",/, "", /paths\[0\]: lacks pathType; pathType: Prefix/],
  ["a misspelt path type", '"pathType":"Prefix"', '"pathType":"Prefixx"', /pathType: is none of .*; Prefix/],
  ["a misspelt field", '"pathType"', '"pathtype"', /pathtype: is no field here; pathType/],
  ["a misspelt field of the spec", '"rules"', '"rule"', /spec\.rule: is no field here; rules/],
  ["a field beside the spec", '"spec"', '"Spec":{},"spec"', /Spec: is no field here; spec/],
  ["an old version", "networking.k8s.io/v1", "extensions/v1beta1", /apiVersion: no API server since/],
  ["a path without its slash", '"path":"/wear"', '"path":"wear"', /begins with no '\/'.*; \/wear/],
  ["a host with a port", /"host":"store[^"]*"/, '"host":"store.org:80"', /host: .*port/],
  ["a port by number and name", PORT, '"port":{"number":80,"name":"http"}', /a number or a name/],
])("what the API server refuses is a problem: %s", (_what, from, to, message) => {
  const { problems } = played("paths", from, to);
  expect(problems.join("\n")).toMatch(message);
});

test.each([
  ["no namespace", /"namespace":"online-store"/, '"x":"y"', /has no namespace: it goes to default/],
  ["another namespace", /"namespace":"online-store"/, '"namespace":"shop"', /none of this lab's/],
  [
    "another class",
    '"ingressClassName":"labs"',
    '"ingressClassName":"nginx"',
    /class nginx, which nobody serves.*labs/,
  ],
  ["no class", '"ingressClassName":"labs",', "", /names no class/],
  [
    "no such Service",
    '"name":"wear-service"',
    '"name":"wear"',
    /Service online-store\/wear, which is not there/,
  ],
  [
    "a Service of another namespace",
    '"name":"wear-service"',
    '"name":"pay-service"',
    /it is in critical-space/,
  ],
  [
    "no such port",
    PORT,
    '"port":{"number":81}',
    /port 81 of Service online-store\/wear-service, which has port 80/,
  ],
])("what a cluster takes in silence is a note, and the step is not done: %s", (_what, from, to, note) => {
  const { problems, notes, unmet } = played("paths", from, to);
  expect(problems).toEqual([]);
  expect(notes.join("\n")).toMatch(note);
  expect(unmet.length).toBeGreaterThan(0);
});

test("an unmet request says who must answer", () => {
  const { unmet } = played("paths", '"name":"wear-service"', '"name":"sorry-service"');
  expect(unmet).toEqual([
    "must be answered by online-store/wear-service, but is by online-store/sorry-service",
  ]);
});

test("a rewrite that gives the backend another path is not done", () => {
  const { unmet } = played(
    "rewrite",
    '"nginx.ingress.kubernetes.io/rewrite-target":"/$2"',
    '"nginx.ingress.kubernetes.io/rewrite-target":"/"',
  );
  expect(unmet).toEqual(["must reach the backend as /now, but it sees /"]);
});

test("a certificate from a Secret that nothing makes is not done", () => {
  const { notes, unmet } = played("tls", /"secretName":"[^"]*"/, '"secretName":"mine"');
  expect(notes.join("\n")).toMatch(/Secret online-store\/mine, which nothing makes/);
  expect(unmet).toContainEqual(
    "shows the controller's own certificate: nothing makes Secret online-store/mine",
  );
});

test("the certificate of another host is not done", () => {
  const { notes, unmet } = played(
    "tls",
    /"secretName":"store-localhost-tls"/,
    '"secretName":"wear-localhost-tls"',
  );
  expect(notes.join("\n")).toMatch(
    /the certificate of store\.localhost from Secret online-store\/wear-localhost-tls, which is made for other names/,
  );
  expect(unmet).toContainEqual(
    "shows a certificate that does not stand for store.localhost: Secret online-store/wear-localhost-tls is made for other names",
  );
});

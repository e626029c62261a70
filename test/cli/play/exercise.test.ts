import { labs } from "../../../labs/index";
import { beginning, isTheirs } from "../../../cli/play/exercise";
import { update } from "../../../cli/play/update";
import type { Contents } from "../../../cli/play/folder";
import { LabStates } from "../../../cli/page/states";
import { changes } from "../../../cli/page/flows";
import type { KubeObject } from "../../../policies/objects";
import { labNamed, selectionOf } from "../page/pages";

const files = (objects: readonly KubeObject[], more: Partial<Contents> = {}): Contents => ({
  objects: objects.map((object) => ({ object, origin: "a.yaml" })),
  files: ["a.yaml"],
  problems: [],
  notes: [],
  ...more,
});

const steps = labs.flatMap((lab) =>
  lab.steps.map((s, i) => [`${lab.id}, step ${i} (${s.id})`, lab, i] as const),
);

test.each(steps)("the solution in files meets the aim: %s", (_, lab, step) => {
  const states = new LabStates(selectionOf(lab));
  const { objects, patches } = states.at(step);
  const seen = update(states, step, files([...objects, ...patches].filter(isTheirs)));
  expect(seen.problems).toEqual([]);
  expect([...seen.yours!.claims, ...seen.yours!.requests].filter((c) => !c.holds)).toEqual([]);
  // The same objects as the step's own: no pair may differ from it.
  const own = changes(seen.lab!, seen.lab!.steps[step], seen.yours!);
  expect([own.opened.size, own.closed.size]).toEqual([0, 0]);
});

describe("a step of stars", () => {
  const states = new LabStates(selectionOf(labNamed("stars")));
  const DENY: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace: "stars" },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  };

  test("begins with what stands before it", () => {
    expect(beginning(states, 1)).toEqual([]);
    expect(beginning(states, 3).map((o) => `${o.metadata.namespace ?? ""}/${o.metadata.name}`)).toEqual([
      "stars/default-deny",
      "client/default-deny",
      "stars/allow-ui",
      "client/allow-ui",
    ]);
  });

  test("half of the aim: what is missing is told with the reason, and with what decided instead", () => {
    const { yours } = update(states, 1, files([DENY]));
    const unmet = yours!.claims.filter((c) => !c.holds);
    expect(unmet.map((c) => c.to)).toEqual(["client/client", "client/client", "client/client"]);
    expect(unmet[0]).toMatchObject({ claimed: "deny", found: "allow" });
    expect(unmet[0]?.reason).toMatch(/default-deny isolates/);
    expect(unmet[0]?.instead).toMatch(/entering: no policy applies for ingress/);
  });

  test("a selector that does not parse is a problem with its place, and no crash", () => {
    const bad = {
      apiVersion: "projectcalico.org/v3",
      kind: "NetworkPolicy",
      metadata: { name: "x", namespace: "stars" },
      spec: { selector: "role = 'backend'" },
    };
    const seen = update(states, 1, files([bad]));
    expect(seen.yours).toBeUndefined();
    expect(seen.problems).toHaveLength(1);
    expect(seen.problems[0]?.path).toMatch(/a\.yaml: NetworkPolicy stars\/x.*selector/);
  });

  test("a misspelt kind is a problem", () => {
    const seen = update(states, 1, files([{ ...DENY, kind: "NetworkPolcy" }]));
    expect(seen.problems[0]?.path).toMatch(/NetworkPolcy stars\/default-deny/);
  });

  test("a Kubernetes and a Calico policy of one name stand side by side", () => {
    const calico = {
      apiVersion: "projectcalico.org/v3",
      kind: "NetworkPolicy",
      metadata: { name: "default-deny", namespace: "stars" },
      spec: { selector: "role == 'backend'", types: ["Ingress"], ingress: [{ action: "Allow" }] },
    };
    const seen = update(states, 1, files([DENY, calico]));
    expect(seen.yours!.documents).toHaveLength(2);
    expect(seen.notes).toEqual([]);
  });

  test("what a cluster takes without a word is noted", () => {
    const noNamespace = { ...DENY, metadata: { name: "default-deny" } };
    const staged = { ...DENY, apiVersion: "projectcalico.org/v3", kind: "StagedNetworkPolicy", spec: {} };
    const elsewhere = { ...DENY, metadata: { name: "d", namespace: "star" } };
    const notes = update(states, 1, files([noNamespace, staged, elsewhere])).notes;
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(/no namespace: it goes to default/);
    expect(notes[1]).toMatch(/staged: it is not enforced/);
    expect(notes[2]).toMatch(/namespace star, which is none of this lab's/);
  });

  test("a network that comes and goes with a file leaves no trace", () => {
    const net = {
      ...DENY,
      metadata: { name: "net", namespace: "stars" },
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] },
    };
    const before = update(states, 1, files([DENY])).lab!.nodes.map((n) => n.id);
    const during = update(states, 1, files([net])).lab!.nodes.map((n) => n.id);
    expect(during).toContain("203.0.113.0/24");
    expect(update(states, 1, files([DENY])).lab!.nodes.map((n) => n.id)).toEqual(before);
  });
});

test("a canary that the learner writes is judged by the share that it takes", () => {
  const states = new LabStates(selectionOf(labNamed("boutique")));
  const { objects } = states.at(1);
  const theirs = objects.filter(isTheirs);
  const weight = "nginx.ingress.kubernetes.io/canary-weight";
  const tenPercent = theirs.map((o) =>
    o.metadata.annotations?.[weight] === undefined
      ? o
      : { ...o, metadata: { ...o.metadata, annotations: { ...o.metadata.annotations, [weight]: "10" } } },
  );
  const [request] = update(states, 1, files(tenPercent)).yours!.requests;
  expect(request).toMatchObject({ holds: false });
  expect(request?.shares.map((s) => s.share)).toEqual([0.9, 0.1]);
  expect(request?.instead).toMatch(/0\.05.*0\.1/);
});

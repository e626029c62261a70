import { labs } from "../../../labs/index";
import { beginning, isTheirs, taskOf } from "../../../cli/play/exercise";
import { playHints } from "../../../cli/play/play-hints";
import { update } from "../../../cli/play/play-update";
import type { Contents } from "../../../cli/play/learner-folder";
import type { Lab } from "../../../labs/model";
import { LabStates } from "../../../labs/prediction/lab-states";
import { changes } from "../../../cli/page/page-flows";
import type { KubeObject } from "../../../kube/objects";
import { selectionOf } from "../../labs/proof";
import { factsFor, labNamed } from "../page/pages";

const files = (objects: readonly KubeObject[], more: Partial<Contents> = {}): Contents => ({
  objects: objects.map((object) => ({ object, origin: "a.yaml" })),
  files: ["a.yaml"],
  problems: [],
  notes: [],
  ...more,
});

/** Steps are read once for the whole file. */
const known = new Map<string, LabStates>();
function statesOf(id: string): LabStates {
  const states = known.get(id) ?? new LabStates(selectionOf(labNamed(id), 0, factsFor(id)));
  known.set(id, states);
  return states;
}

const solution = (lab: Lab, step: number): Contents => {
  const { objects, patches } = statesOf(lab.id).at(step);
  return files([...objects, ...patches].filter(isTheirs));
};
/** What each step's own solution gives: several tests look at it. */
const solved = new Map<string, ReturnType<typeof update>>();
function solve(lab: Lab, step: number): ReturnType<typeof update> {
  const key = `${lab.id} ${step}`;
  const seen = solved.get(key) ?? update(statesOf(lab.id), step, solution(lab, step));
  solved.set(key, seen);
  return seen;
}

const steps = labs.flatMap((lab) =>
  lab.steps.map((s, i) => [`${lab.id}, step ${i} (${s.id})`, lab, i] as const),
);

test.each(steps)("the solution in files meets the aim: %s", (_, lab, step) => {
  const seen = solve(lab, step);
  expect(seen.problems).toEqual([]);
  expect([...seen.yours!.claims, ...seen.yours!.requests].filter((c) => !c.holds)).toEqual([]);
  // The same objects as the step's own: no pair may differ from it.
  const own = changes(seen.lab!, seen.lab!.steps[step], seen.yours!);
  expect([own.opened.size, own.closed.size]).toEqual([0, 0]);
});

test("the cluster policies of a step are the learner's to write", () => {
  const states = statesOf("cluster-policy");
  const task = (step: number) => taskOf(states, step);
  expect(task(1).objects).toContain("ClusterNetworkPolicy no-sandbox");
  expect(task(2)).toEqual({ kind: "write", objects: ["ClusterNetworkPolicy closed-unless-allowed"] });
  expect(task(4)).toEqual({ kind: "write", objects: ["ClusterNetworkPolicy auditor"] });
});

describe("a step of stars", () => {
  const states = statesOf("stars");
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
    const wrong = yours!.claims.filter((c) => !c.holds);
    const unmet = wrong.filter((c) => c.only === undefined);
    expect(wrong.flatMap((c) => c.only ?? [])).toEqual(["nothing else reaches client/client"]);
    expect(unmet.map((c) => c.to)).toEqual(["client/client", "client/client", "client/client"]);
    expect(unmet[0]).toMatchObject({ verdict: "deny", found: "allow" });
    expect(unmet[0]?.reason).toMatch(/default-deny isolates/);
    expect(unmet[0]?.instead).toBe("no policy applies at either end");
  });

  test("a rule that nearly allows what is missing is remarked with what is in its way", () => {
    const nearly = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "nearly", namespace: "client" },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 9000 }] }] },
    };
    const { yours } = update(states, 0, files([DENY, nearly]));
    const remarks = yours!.claims.filter((c) => !c.holds).flatMap((c) => c.remarks ?? []);
    expect(remarks.join("\n")).toMatch(/NetworkPolicy client\/nearly would match but for the (peer|port)/);
    expect(yours!.claims.filter((c) => c.holds).every((c) => c.remarks === undefined)).toBe(true);
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

  test("policies that select nothing, and rules that nobody fits, are noted with the labels that are there", () => {
    const spec = (pods: object, from?: object[]): KubeObject => ({
      ...DENY,
      spec: {
        podSelector: pods,
        policyTypes: ["Ingress"],
        ...(from === undefined ? {} : { ingress: [{ from }] }),
      },
    });
    const notes = (o: KubeObject): string[] => update(states, 1, files([o])).notes;
    expect(notes(spec({ matchLabels: { app: "backend" } }))).toEqual([
      "a.yaml: NetworkPolicy stars/default-deny selects nothing: labels there are stars/backend role=backend; stars/frontend role=frontend",
    ]);
    const nobody = [
      { podSelector: { matchLabels: { role: "front" } } },
      { namespaceSelector: { matchLabels: { role: "ui" } } },
    ];
    expect(notes(spec({}, nobody))).toEqual([
      "a.yaml: NetworkPolicy stars/default-deny ingress rule 0: its selectors find no workload, so it matches nothing",
    ]);
    // One of the peers is somebody; a block of addresses needs no label; no peer at all is everybody.
    expect(notes(spec({}, [...nobody, { namespaceSelector: { matchLabels: { role: "client" } } }]))).toEqual(
      [],
    );
    expect(notes(spec({}, [{ ipBlock: { cidr: "203.0.113.0/24" } }]))).toEqual([]);
    expect(notes(spec({}, []))).toEqual([]);
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

  test("a global policy without selector, and one as Calico stores it, are noted", () => {
    const global = (apiVersion: string, spec: object): KubeObject => ({
      apiVersion,
      kind: "GlobalNetworkPolicy",
      metadata: { name: "g" },
      spec: { types: ["Ingress"], ingress: [{ action: "Allow" }], ...spec },
    });
    const notes = (o: KubeObject): string[] => update(states, 1, files([o])).notes;
    expect(notes(global("projectcalico.org/v3", {}))).toEqual([
      expect.stringMatching(/GlobalNetworkPolicy g has no selector: .*kube-system/) as string,
    ]);
    expect(notes(global("projectcalico.org/v3", { selector: "role == 'backend'" }))).toEqual([]);
    expect(notes(global("crd.projectcalico.org/v1", { selector: "role == 'backend'" }))).toEqual([
      expect.stringMatching(/crd\.projectcalico\.org.v1.*write projectcalico\.org.v3/) as string,
    ]);
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

test("no step's own solution is called odd, nor hinted at", () => {
  const told = labs.flatMap((lab) =>
    lab.steps.flatMap((s, step) =>
      [...solve(lab, step).notes, ...playHints(statesOf(lab.id), step, solution(lab, step))].map((what) => ({
        lab: lab.id,
        step: s.id,
        what,
      })),
    ),
  );
  expect(told).toEqual([]);
});

describe("hints", () => {
  const states = statesOf("stars");
  const before = beginning(states, 3);
  const backend = (change: object): KubeObject => {
    const right = beginning(states, 4).find((o) => o.metadata.name === "backend-policy")!;
    return { ...right, spec: { ...(right["spec"] as object), ...change } };
  };
  const hints = (...objects: KubeObject[]) => playHints(states, 3, files([...before, ...objects]));

  test("what is not there yet, by name, with the claims that it fixes", () => {
    const [only, ...more] = hints();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ object: "NetworkPolicy stars/backend-policy", mends: 1 });
    expect(only?.message).toMatch(
      /^it is missing, under whatever name, and stars.frontend → stars.backend TCP 6379/,
    );
    expect(only?.edit).toMatch(/^apiVersion: networking.k8s.io.v1\n/);
  });

  test("a wrong label and a wrong port, whatever the policy is called", () => {
    const [label] = hints({
      ...backend({ podSelector: { matchLabels: { role: "back" } } }),
      metadata: { name: "mine", namespace: "stars" },
    });
    expect(label).toMatchObject({ object: "NetworkPolicy stars/mine", mends: 1 });
    expect(label?.message).toMatch(
      /podSelector looks for role=back, which no pod of namespace stars has; stars.backend has role=backend/,
    );
    const from = [{ podSelector: { matchLabels: { role: "frontend" } } }];
    const [port] = hints(backend({ ingress: [{ from, ports: [{ protocol: "TCP", port: 6380 }] }] }));
    expect(port?.message).toMatch(
      /opens TCP port 6380; stars.backend is asked on TCP 6379: write port: 6379/,
    );
  });

  test("a file that cannot be read is the first thing to fix", () => {
    const problems = [{ path: "a.yaml:3", message: "is no YAML", fix: "close the bracket" }];
    expect(playHints(states, 3, files([], { problems }))).toEqual([
      { object: "a.yaml:3", message: "is no YAML: close the bracket", mends: 0 },
    ]);
  });

  test("of routes the place that differs is told", () => {
    const boutique = statesOf("boutique");
    expect(playHints(boutique, 3, files(beginning(boutique, 3))).map((h) => h.message)).toEqual([
      "metadata.annotations.nginx.ingress.kubernetes.io/canary-weight is missing: write metadata.annotations.nginx.ingress.kubernetes.io/canary-weight: 50",
    ]);
  });
});

test.each([
  ["stars", 1, "write"],
  ["yaobank", 3, "write"],
  ["host-endpoints", 1, "unseen"],
  ["egress-lockdown", 2, "given"],
] as const)("whether the claims of %s, step %i, tell when it is done: %s", (id, step, kind) => {
  const states = statesOf(id);
  expect(update(states, step, files(beginning(states, step))).task.kind).toBe(kind);
});

test("a canary that the learner writes is judged by the share that it takes", () => {
  const states = statesOf("boutique");
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
  expect(request?.instead).toMatch(/5 % boutique\/frontend-green.*10 % boutique\/frontend-green/);
});

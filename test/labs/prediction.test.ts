import { pageData } from "../../cli/page/page-of-plan";
import { labsToPlay } from "../../cli/play/labs-to-play";
import type { KubeObject } from "../../kube/objects";
import { alone, ambientOf } from "../../labs/prediction/ambient";
import { answerClaim } from "../../labs/prediction/claims";
import { LabStates } from "../../labs/prediction/lab-states";
import { predictedState, labObjects, stateOf } from "../../labs/prediction/state";
import { flow } from "../../labs/flow";
import { CONTROLLER } from "../../routing/ingress-site";
import { planStack, PROJECT, type StackPlan } from "../../stacks/stack-plan";

const CONTROLLER_NAME = `${CONTROLLER.namespace}/${CONTROLLER.name}`;

function planOf(labs: Record<string, object>, more: Record<string, unknown> = {}): StackPlan {
  const sections = Object.entries({ ...more, labs }).map(
    ([section, value]) => [`${PROJECT}:${section}`, JSON.stringify(value)] as const,
  );
  return planStack("test", { [`${PROJECT}:target`]: "kind", ...Object.fromEntries(sections) });
}

const policy = (spec: object): KubeObject => ({
  apiVersion: "projectcalico.org/v3",
  kind: "NetworkPolicy",
  metadata: { name: "guard", namespace: "boutique" },
  spec,
});

/** What becomes of a flow on the plan of the boutique with a policy more. */
function asked(plan: StackPlan, extra: KubeObject, from: string, to: string, port: number): string {
  const standing = labObjects(plan.labs);
  const state = predictedState(plan, { ...standing, objects: [...standing.objects, { object: extra }] });
  return answerClaim(state, flow("allow", from, to, port, "")).found;
}

describe("the ingress controller stands as its chart makes it", () => {
  const fromAccount = policy({
    selector: "app == 'frontend'",
    types: ["Ingress"],
    ingress: [
      {
        action: "Allow",
        source: {
          namespaceSelector: `kubernetes.io/metadata.name == '${CONTROLLER.namespace}'`,
          serviceAccounts: {
            names: [CONTROLLER.serviceAccount],
            selector: "app.kubernetes.io/component == 'controller'",
          },
        },
      },
    ],
  });

  test("a policy for its service account lets it in, and nobody else", () => {
    const plan = planOf({ boutique: {} });
    const to = "boutique/frontend";
    expect(asked(plan, fromAccount, CONTROLLER_NAME, to, 8080)).toBe("allow");
    expect(asked(plan, fromAccount, "boutique/adservice", to, 8080)).toBe("deny");
  });

  test("a rule may name its ports: 443 unless clients come on another one", () => {
    const named = policy({
      selector: "app == 'frontend'",
      types: ["Egress"],
      egress: [{ action: "Allow", protocol: "TCP", destination: { ports: ["https"] } }],
    });
    const plan = planOf({ boutique: {} });
    expect(asked(plan, named, "boutique/frontend", CONTROLLER_NAME, 443)).toBe("allow");
    const second = planOf(
      { boutique: {} },
      { kind: { portMappings: [80, 443].map((p) => ({ nodePort: p, hostPort: p + 20000 })) } },
    );
    expect(asked(second, named, "boutique/frontend", CONTROLLER_NAME, 20443)).toBe("allow");
    expect(asked(second, named, "boutique/frontend", CONTROLLER_NAME, 443)).toBe("deny");
  });

  test.each([
    ["kind", {}, "Deployment", false],
    ["kind on the host network", { ingress: { hostNetwork: true } }, "Deployment", true],
    [
      "behind node ports on the host network",
      { ingress: { hostNetwork: true, expose: "node-ports" } },
      "DaemonSet",
      true,
    ],
  ] as const)("once, with its kind and network: %s", (_, more, kind, hostNetwork) => {
    const plan = planOf({ boutique: {} }, more);
    const found = predictedState(plan).workloads.filter((w) => w.name.startsWith(CONTROLLER_NAME));
    expect(found.map((w) => [w.kind, w.type])).toEqual([[kind, hostNetwork ? "host" : "workload"]]);
  });

  test("on the page and in the exercise of every lab whose stack has one", () => {
    const plan = planOf({ "ingress-routing": {}, "game-2048": {}, stars: {} });
    for (const { nodes } of pageData({ stack: "", about: "", labs: plan.labs }).labs)
      expect(nodes.map((n) => n.id)).toContain(CONTROLLER_NAME);
    for (const lab of ["ingress-routing", "game-2048", "boutique"]) {
      const [selection] = labsToPlay(lab);
      const [first] = new LabStates(selection!).all().steps;
      expect(first!.state.workloads.map((w) => w.name)).toContain(CONTROLLER_NAME);
    }
    expect(ambientOf(planOf({ stars: {} })).objects.map((o) => o.kind)).not.toContain("ServiceAccount");
  });
});

const felix = (spec: object): { object: KubeObject } => ({
  object: {
    apiVersion: "projectcalico.org/v3",
    kind: "FelixConfiguration",
    metadata: { name: "default" },
    spec,
  },
});

test("patches of one object add up, whoever makes them", () => {
  const state = stateOf(
    { objects: [], podCidrs: [] },
    {
      objects: [],
      patches: [felix({ defaultEndpointToHostAction: "Drop" }), felix({ wireguardEnabled: true })],
    },
  );
  expect(state.endpointToHost).toBe("Drop");
});

test("the Installation that a stack registers replaces the ambient one: each pool once", () => {
  const plan = planOf({ stars: {} });
  const installation = ambientOf(plan).objects.find((o) => o.kind === "Installation")!;
  expect(predictedState(plan).pools).toHaveLength(1);
  expect(predictedState(plan, { objects: [{ object: structuredClone(installation) }] }).pools).toHaveLength(
    1,
  );
});

test("a lab by itself has what its stack's plan brings", () => {
  const plan = planOf({ boutique: {} });
  expect(ambientOf(alone(plan.labs[0]!))).toEqual(ambientOf(plan));
});

test("an end that is not there is no crash: the claim does not hold, and says why", () => {
  const state = predictedState(planOf({ stars: {} }));
  expect(answerClaim(state, flow("allow", "stars/nobody", "stars/backend", 6379, ""))).toMatchObject({
    holds: false,
    found: "none",
    instead: expect.stringContaining("stars/nobody") as string,
  });
});

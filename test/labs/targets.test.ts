import { planOffline } from "../../cli/plan/run-plan";
import { ProblemsError, type Problem } from "../../kube/problems";
import { labs } from "../../labs/index";
import { answerContainer, containerText } from "../../labs/machine";
import { labAt, machineAt, type Lab } from "../../labs/model";
import { answerClaim, claimsOf } from "../../labs/prediction/claims";
import { answerRequest } from "../../labs/prediction/requests";
import { predictedState } from "../../labs/prediction/state";
import { readStackFile, type StackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT, type StackPlan } from "../../stacks/stack-plan";

/** Every target and way in: the sections of the config that make it. */
const kind = { target: "kind" };
const existing = {
  target: "existing",
  existing: {
    context: "mine",
    workers: 2,
    installedCni: "none",
    podCidrs: ["10.244.0.0/16"],
    serviceCidr: "10.96.0.0/12",
    kubeProxyMode: "iptables",
  },
};
const eks = (cni: string) => ({
  target: "eks",
  eks: {
    ...(JSON.parse(readStackFile("eks").raw[`${PROJECT}:eks`]!) as object),
    cni,
    // All labs at once are 52 pods, and two t3.medium carry 26.
    nodeGroups: { workers: { instanceTypes: ["m5.xlarge"], min: 3 } },
  },
});
const ec2 = {
  target: "ec2",
  ec2: JSON.parse(readStackFile("ec2").raw[`${PROJECT}:ec2`]!) as object,
};
const targets: Record<string, Record<string, unknown>> = {
  kind,
  "kind, both families": { ...kind, kind: { ipFamily: "dual" } },
  "kind, Weave Net": { ...kind, kind: { cni: "weave" } },
  "kind, eBPF": { ...kind, calico: { dataplane: "BPF" } },
  "kind, host network": { ...kind, ingress: { controller: "ingress-nginx", hostNetwork: true } },
  "kind, a Gateway": { ...kind, ingress: { controller: "gateway" } },
  "kind, a Gateway beside nginx": { ...kind, ingress: { controller: "both" } },
  existing,
  "existing, a Gateway": { ...existing, ingress: { controller: "gateway" } },
  "existing, both families": {
    ...existing,
    existing: { ...existing.existing, podCidrs: ["10.244.0.0/16", "fd00:10:244::/56"] },
  },
  "existing, pods not reachable": {
    ...existing,
    existing: { ...existing.existing, controlPlaneReachesPods: false },
  },
  "existing, Calico already there": {
    ...existing,
    existing: { ...existing.existing, installedCni: "calico" },
    calico: { install: false },
  },
  "existing, load balancers": {
    ...existing,
    existing: { ...existing.existing, loadBalancer: "provided" },
  },
  "eks, aws": eks("aws"),
  "eks, aws-prefix": eks("aws-prefix"),
  "eks, aws-custom": eks("aws-custom"),
  "eks, aws-custom-prefix": eks("aws-custom-prefix"),
  "eks, calico": eks("calico"),
  "eks, aws, a Gateway": { ...eks("aws"), ingress: { controller: "gateway" } },
  ec2,
  "ec2, IPIP": { ...ec2, calico: { pools: [{ cidr: "192.168.0.0/17", encapsulation: "IPIP" }] } },
  "ec2, a Gateway": { ...ec2, ingress: { controller: "gateway" } },
  "eks, calico, a Gateway": { ...eks("calico"), ingress: { controller: "gateway" } },
};

/** What a target cannot carry, and a word of the reason that it gives. */
const ADDRESSES = "must be known before they exist";
const ROUTER = "no router on the nodes' network";
const ROOM = "leaves no room for a second pool";
const OTHER_CNI = "here another CNI does";
const NOT_OURS = "only on one made by this project";
const FAMILIES = "addresses of both families";
const NO_GATEWAY = "ingress.controller makes none";
const NO_NGINX = "it is about ingress-nginx";
const DATAPLANE = "about Calico's eBPF dataplane";
const ANOTHER_CNI = "about Weave Net, and another CNI";
const NO_CALICO = "controller knows a part of Kubernetes' own alone";
const INSTALLS = "the stack installs Calico";
const onKind = {
  "host-endpoints": ADDRESSES,
  "ip-pools": ROOM,
  bgp: ROUTER,
  "bring-up": INSTALLS,
  overlays: ROUTER,
  ebpf: DATAPLANE,
};
const onExisting = Object.fromEntries(
  labs.filter((l) => l.needs.ownCluster === true).map((l) => [l.id, NOT_OURS]),
);
const withVpcCni = Object.fromEntries(
  labs.filter((l) => l.needs.calicoCni === true).map((l) => [l.id, OTHER_CNI]),
);
const withWeave = {
  ...Object.fromEntries(labs.filter((l) => l.needs.calicoPolicy === true).map((l) => [l.id, NO_CALICO])),
  ...withVpcCni,
};
const refused = (target: string): Record<string, string> => ({
  ...refusedThere(target),
  ...(target === "kind, Weave Net" ? withWeave : { weave: ANOTHER_CNI }),
  ...(target.startsWith("kind") ? {} : { "docker-networks": "beside the nodes in Docker" }),
  ...(target === "kind, eBPF" ? { ebpf: ADDRESSES } : {}),
  ...(target.endsWith("already there") ? { "cluster-policy": "Calico is not this stack's" } : {}),
  ...(target.endsWith("both families") ? {} : { "dual-stack": FAMILIES }),
  ...(target === "kind, host network" ? refusedBy("gateway", NO_GATEWAY) : {}),
  ...(target.endsWith("a Gateway") ? refusedBy("ingressNginx", NO_NGINX) : {}),
});
/** Its one pool is half of the pod range. */
const withRoom = ({ "ip-pools": _room, ...rest }: typeof onKind): Record<string, string> => rest;
const refusedBy = (need: "gateway" | "ingressNginx", why: string): Record<string, string> =>
  Object.fromEntries(labs.filter((l) => l.needs[need] === true).map((l) => [l.id, why]));
const refusedThere = (target: string): Record<string, string> =>
  target === "ec2, IPIP"
    ? withRoom(onKind)
    : ["kind", "ec2", "eks, calico"].some((place) => target.startsWith(place))
      ? onKind
      : target.startsWith("existing")
        ? onExisting
        : withVpcCni;

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function stackOf(sections: Record<string, unknown>, steps: Record<string, number>): StackFile {
  const selected = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { step }]));
  const all = Object.entries({ ...sections, labs: selected });
  return {
    stack: "table",
    path: "",
    raw: Object.fromEntries(all.map(([section, value]) => [`${PROJECT}:${section}`, text(value)])),
  };
}

/** The plan, or why the target cannot carry the lab. */
function planOf(lab: Lab, sections: Record<string, unknown>): StackPlan | readonly Problem[] {
  try {
    return planStack("table", stackOf(sections, { [lab.id]: 0 }).raw);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
}

/** Claims of any step that do not hold on this plan. */
function broken(plan: StackPlan): string[] {
  const [selection] = plan.labs;
  return selection!.lab.steps.flatMap((_, step) => {
    const at = { ...selection!, step };
    const state = predictedState({ ...plan, labs: [at] });
    const { objects } = labAt(at);
    return claimsOf(at).flatMap((c) => {
      if (c.kind === "request") {
        const { holds, url, instead } = answerRequest(objects, at.context, c);
        return holds ? [] : [`step ${step}: ${url}: ${instead ?? ""}`];
      }
      if (c.kind === "container") {
        const { holds, because } = answerContainer(machineAt(at), c);
        return holds ? [] : [`step ${step}: ${containerText(c)}: ${because}`];
      }
      const { holds, found, from, to, port, verdict, instead } = answerClaim(state, c);
      return holds
        ? []
        : [`step ${step}: ${from} → ${to}:${port} is ${found}, not ${verdict}: ${instead ?? ""}`];
    });
  });
}

describe.each(Object.entries(targets))("on %s", (target, sections) => {
  const cannot = refused(target);
  const can = labs.filter((l) => !(l.id in cannot));

  test("every lab is planned and its claims hold at every step, or it is refused with the reason", () => {
    for (const lab of labs) {
      const plan = planOf(lab, sections);
      if (lab.id in cannot) {
        const problems = plan as readonly Problem[];
        expect(problems).toContainEqual({
          path: `labs.${lab.id}`,
          message: expect.stringContaining(cannot[lab.id]!) as string,
          fix: expect.stringMatching(/\S/) as string,
        });
        const others = problems.filter((p) => !p.message.startsWith(`this cluster cannot carry ${lab.id}: `));
        expect(others).toEqual([]);
      } else {
        expect([lab.id, plan]).toEqual([lab.id, expect.objectContaining({ stack: "table" })]);
        expect([lab.id, broken(plan as StackPlan)]).toEqual([lab.id, []]);
      }
    }
  });

  test("the program registers all that may share it, and what they claim at their end holds together", async () => {
    const sharing = can.filter((l) => l.needs.ownCluster !== true);
    const steps = Object.fromEntries(sharing.map((l) => [l.id, l.steps.length - 1]));
    const { report } = await planOffline(stackOf(sections, steps));
    const wrong = report.labs.flatMap((l) => [...l.claims, ...l.requests].filter((c) => !c.holds));
    expect(wrong).toEqual([]);
    expect(report.labs.map((l) => l.lab)).toEqual(sharing.map((l) => l.id));
  });
});

import { clusterNeeds, knownLabs } from "../../cli/students/class-input";
import { readClass } from "../../classroom/class-file";
import { planEnvironments } from "../../classroom/plan-environments";
import { readRoster } from "../../classroom/roster";
import { classChecks, environmentConfig } from "../../stacks/config/class-config";
import { PROJECT, planStack, type StackPlan } from "../../stacks/stack-plan";

/** What a class file and a roster make, on a machine that has no environment yet. */
function planned(file: object, roster: string, nodePorts = [30180]) {
  const labs = knownLabs();
  const cls = readClass({ class: "net", ...file }, "c.yaml", classChecks(labs));
  const { students } = readRoster(Buffer.from(roster), "r.csv", { className: "net", labs });
  return planEnvironments({
    configOf: environmentConfig,
    students,
    cls,
    existing: new Map(),
    machine: "m",
    owner: "me",
    now: 0,
    nodePorts,
    labNeeds: clusterNeeds(),
  });
}

/** Each as the program itself plans it. */
function plansOf(environments: ReturnType<typeof planned>["planned"]): StackPlan[] {
  return [...environments].map(([name, { config }]) => {
    const raw = Object.entries(config).map(([k, v]) => [
      `${PROJECT}:${k}`,
      typeof v === "string" ? v : JSON.stringify(v),
    ]);
    return planStack(name, Object.fromEntries(raw) as Record<string, string>);
  });
}

test("what is planned is a config that the program takes, on kind and on eks", () => {
  const sizes = { workers: 1, instanceTypes: ["t3.large"] };
  const config = { eks: { endpoint: { private: true } } };
  const { planned: environments, problems } = planned(
    { labs: ["stars"], sizes, config },
    "id,name,target\nana,Ana,\nbo,李雷,eks\n",
    [30002, 80, 30180],
  );
  expect(problems).toEqual([]);
  const plans = plansOf(environments);
  expect(plans.map((p) => [p.clusterName, p.target.kind, p.facts.workers])).toEqual([
    ["net-ana", "kind", 1],
    ["net-bo", "eks", 1],
  ]);
  expect(plans[0]?.facts.hostPorts.map((p) => [p.nodePort, p.hostPort])).toEqual([
    [80, 20001],
    [443, 20002],
    [30002, 20003],
    [30180, 20004],
  ]);
});

test("a class behind a Gateway: each student's ports lead to the Gateway's node ports", () => {
  const config = { ingress: { controller: "gateway" as const } };
  const { planned: environments, problems } = planned(
    { labs: ["game-2048"], config },
    "id,name\nana,Ana\nbo,Bo\n",
    [],
  );
  expect(problems).toEqual([]);
  const plans = plansOf(environments);
  expect(plans.map((p) => p.facts.hostPorts.map((h) => [h.nodePort, h.hostPort]))).toEqual([
    [
      [31080, 20001],
      [31443, 20002],
    ],
    [
      [31080, 20021],
      [31443, 20022],
    ],
  ]);
  expect(plans[1]?.ingress?.site.ports).toEqual({ http: 20021, https: 20022 });
});

test("labs that need a network of their own get one each, and room for a second pool: planned as they are", () => {
  const { planned: environments, problems } = planned(
    { labs: ["bgp"] },
    "id,labs\nana,\nbo,\ncy,host-endpoints\ndi,ip-pools\ned,stars\n",
  );
  expect(problems).toEqual([]);
  const plans = plansOf(environments);
  const networks = plans.map((p) => (p.target.kind === "kind" ? p.target.cluster.network?.subnet : ""));
  expect(networks).toEqual(["198.18.0.0/24", "198.18.1.0/24", "198.18.2.0/24", undefined, undefined]);
  expect(plans[1]?.facts.outside?.address).toBe("198.18.1.254");
  expect(environments.get("net-bo")?.config.calico).toEqual({ pools: [{ cidr: "10.64.16.0/21" }] });
  expect(environments.get("net-ed")?.config).not.toHaveProperty("calico");
});

test("who installs Calico himself gets a cluster without it, whatever the class says of its Calico", () => {
  const { planned: environments, problems } = planned(
    { labs: ["stars"], config: { calico: { wireguard: true } } },
    "id,labs\nana,\nbo,bring-up\n",
  );
  expect(problems).toEqual([]);
  expect(plansOf(environments).map((p) => p.calico.install)).toEqual([true, false]);
});

test("a class with both families gives each cluster ranges of both, and pools of both", () => {
  const { planned: environments } = planned(
    { labs: ["dual-stack"], config: { kind: { ipFamily: "dual" } } },
    "id,labs\nana,\nbo,ip-pools\n",
  );
  expect(environments.get("net-ana")?.config.kind).toMatchObject({
    podCidr: "10.64.0.0/20",
    podCidr6: "fd00:64::/56",
    serviceCidr6: "fd00:96::/112",
  });
  expect(environments.get("net-bo")?.config.calico).toEqual({
    pools: [{ cidr: "10.64.16.0/21" }, { cidr: "fd00:64:0:100::/56" }],
  });
});

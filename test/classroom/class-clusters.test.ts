import { clusterNeeds, knownLabs } from "../../cli/students/class-input";
import { readClass } from "../../classroom/class-file";
import { planEnvironments } from "../../classroom/plan-environments";
import { readRoster } from "../../classroom/roster";
import { classChecks, environmentConfig } from "../../stacks/config/class-config";
import { PROJECT, planStack } from "../../stacks/stack-plan";

/** What a class file and a roster make, on a machine that has no environment yet. */
function planned(file: object, roster: string) {
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
    nodePorts: [30180],
    labNeeds: clusterNeeds(),
  });
}

test("labs that need a network of their own get one each, and room for a second pool: planned as they are", () => {
  const { planned: environments, problems } = planned(
    { labs: ["bgp"] },
    "id,labs\nana,\nbo,\ncy,host-endpoints\ndi,ip-pools\ned,stars\n",
  );
  expect(problems).toEqual([]);
  const plans = [...environments].map(([name, { config }]) => {
    const raw = Object.entries(config).map(([k, v]) => [
      `${PROJECT}:${k}`,
      typeof v === "string" ? v : JSON.stringify(v),
    ]);
    return planStack(name, Object.fromEntries(raw) as Record<string, string>);
  });
  const networks = plans.map((p) => (p.target.kind === "kind" ? p.target.cluster.network?.subnet : ""));
  expect(networks).toEqual(["198.18.0.0/24", "198.18.1.0/24", "198.18.2.0/24", undefined, undefined]);
  expect(plans[1]?.facts.outside?.address).toBe("198.18.1.254");
  expect(environments.get("net-bo")?.config.calico).toEqual({ pools: [{ cidr: "10.64.16.0/21" }] });
  expect(environments.get("net-ed")?.config).not.toHaveProperty("calico");
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

import { stringify } from "yaml";
import type { EksConfig } from "../../components/eks/eks-config";

/** What a run on a real account is to be: the inputs of the workflow eks-e2e. */
export interface EksRun {
  cni: EksConfig["cni"];
  region: string;
  /** USD at list prices, for the whole life. */
  budget: number;
  /** Minutes until everything is to be gone. */
  lifetime: number;
  /** URL of a state backend without stacks: seen from there, all that is left is left over, also what a failed destroy kept. */
  emptyBackend: string;
  /** Address of this machine, as the internet sees it. */
  address: string;
  owner: string;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** What the run does to the outside. */
export interface Surroundings {
  run(command: readonly string[], input?: string): Promise<Ran>;
  write(file: string, text: string): void;
  remove(file: string): void;
  say(line: string): void;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** One row of the table. */
export interface Row {
  step: string;
  result: "right" | "wrong" | "not tried";
  seconds: number;
  saw: string;
}

export const stackOf = ({ cni }: Pick<EksRun, "cni">): string => `e2e-${cni}`;
const clusterOf = (run: EksRun): string => `labs-${stackOf(run)}`;
export const stackFile = (run: EksRun): string => `Pulumi.${stackOf(run)}.yaml`;

/** The stack's file: two labs at their start, or at their end with `moved`, and a moment at which it is to be gone. */
export function stackText(run: EksRun, began: number, workers: object = {}, moved = false): string {
  const expires = `${new Date(began + run.lifetime * 60_000).toISOString().slice(0, 19)}Z`;
  const config = {
    target: "eks",
    owner: run.owner,
    expires,
    eks: {
      region: run.region,
      cni: run.cni,
      deletionProtection: false,
      endpoint: { publicCidrs: [`${run.address}/32`] },
      nodeGroups: { workers: { instanceTypes: ["t3.large"], min: 2, max: 4, ...workers } },
    },
    labs: { stars: { step: moved ? STARS : 0 }, yaobank: { step: moved ? YAOBANK : 0 } },
  };
  return stringify({
    config: Object.fromEntries(Object.entries(config).map(([key, v]) => [`k8s-network-labs:${key}`, v])),
  });
}

/** Steps to which the labs move. */
const STARS = 4;
const YAOBANK = 2;

class Wrong extends Error {}

interface Step {
  title: string;
  do: () => Promise<string>;
}

/** Brings an EKS stack up, changes it as people do, and takes it away: whatever happens, it ends with a destroy and a look. */
export async function runOnEks(run: EksRun, outside: Surroundings): Promise<Row[]> {
  const rows: Row[] = [];
  const began = outside.now();
  const end = began + run.lifetime * 60_000;
  /** What a destroy and a look take, at most. */
  const reserve = 45 * 60_000;
  const attempt = async ({ title, do: work }: Step, skip = false): Promise<boolean> => {
    if (skip) {
      rows.push({ step: title, result: "not tried", seconds: 0, saw: "" });
      return false;
    }
    const start = outside.now();
    const row = (result: Row["result"], saw: string) =>
      rows.push({ step: title, result, seconds: Math.round((outside.now() - start) / 1000), saw });
    outside.say(`— ${title}`);
    try {
      row("right", await work());
      return true;
    } catch (error) {
      row("wrong", error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const steps = stepsOf(run, outside, began);
  outside.write(stackFile(run), stackText(run, began));
  try {
    for (const step of steps.before)
      if (!(await attempt(step))) {
        for (const rest of [...steps.middle, ...steps.after]) await attempt(rest, true);
        return rows;
      }
    let going = true;
    for (const step of steps.middle) {
      const late = outside.now() > end - reserve;
      going = (await attempt(step, !going || late)) && going;
    }
    for (const step of steps.after) await attempt(step);
    return rows;
  } finally {
    outside.remove(stackFile(run));
  }
}

function stepsOf(
  run: EksRun,
  outside: Surroundings,
  began: number,
): { before: Step[]; middle: Step[]; after: Step[] } {
  const stack = stackOf(run);
  const cluster = clusterOf(run);
  const call = async (command: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await outside.run(command, input);
    if (code !== 0) throw new Wrong(`${command.join(" ")}: ${lastLine(stderr) || lastLine(stdout)}`);
    return stdout;
  };
  const labs = (...args: string[]) => call(["node", "--import", "tsx", "cli/labs.ts", ...args]);
  const sweep = (...args: string[]) =>
    call([
      ...["env", `PULUMI_BACKEND_URL=${run.emptyBackend}`, "PULUMI_CONFIG_PASSPHRASE=none"],
      ...["node", "--import", "tsx", "cli/labs.ts", "sweep", "--no-machine", "--region", run.region, ...args],
    ]);
  const left = async (): Promise<Remains | undefined> => {
    const found = JSON.parse(await sweep("--json")) as { remains: Remains[] };
    return found.remains.find((r) => r.cluster === cluster);
  };
  const verify = async (): Promise<string> => {
    const { ok, results } = JSON.parse(await labs("verify", stack, "--json")) as {
      ok: boolean;
      results: unknown[];
    };
    if (!ok || results.length === 0) throw new Wrong(`${results.length} claims, and not all hold`);
    return `${results.length} claims hold`;
  };
  const workers = async (change: object): Promise<void> => {
    outside.write(stackFile(run), stackText(run, began, change, true));
    await labs("up", stack);
  };
  return {
    before: [
      {
        title: "nothing is left of an earlier run",
        do: async () => {
          const found = await left();
          if (found === undefined) return "nothing";
          await sweep("--delete", cluster, "--yes", "--json");
          return `deleted ${found.found.length} things of it`;
        },
      },
      {
        title: `costs at most ${run.budget} USD in ${run.lifetime} minutes`,
        do: async () => {
          const { cost } = JSON.parse(await labs("plan", stack, "--json", "--no-page")) as {
            cost?: { hour: number };
          };
          // Twice the nodes while they are renewed.
          const most = ((cost?.hour ?? Infinity) * 2 * run.lifetime) / 60;
          const text = `at most ${most.toFixed(2)} USD at list prices`;
          if (most > run.budget) throw new Wrong(text);
          return text;
        },
      },
    ],
    middle: [
      { title: "up", do: () => labs("up", stack).then(() => "done") },
      {
        title: "a second up changes nothing",
        do: () => labs("up", stack, "--expect-no-changes").then(() => "no changes"),
      },
      { title: "the labs are as predicted at their start", do: verify },
      {
        title: "the labs move to their end, and are as predicted",
        do: async () => {
          await labs("step", "stars", String(STARS), "--stack", stack);
          await labs("step", "yaobank", String(YAOBANK), "--stack", stack);
          await labs("up", stack);
          return verify();
        },
      },
      {
        title: "a node group grows from two to three",
        do: async () => {
          await workers({ min: 3 });
          const desired = await desiredNodes(run, call);
          if (desired !== 3) throw new Wrong(`AWS has ${desired} nodes`);
          return "AWS has 3 nodes";
        },
      },
      {
        title: "nodes of another type take over, and the labs are as predicted",
        do: async () => {
          await workers({ min: 3, instanceTypes: ["m5.large"] });
          return verify();
        },
      },
      {
        title: "a Service of a student's gets a load balancer",
        do: () => balancer(run, call, outside),
      },
    ],
    after: [
      { title: "destroy", do: () => labs("destroy", stack).then(() => "done") },
      {
        title: "nothing is left",
        do: async () => {
          const found = await left();
          if (found === undefined) return "nothing with this cluster's tag";
          const what = found.found.map((f) => `${f.kind} ${f.id}`).join(", ");
          await sweep("--delete", cluster, "--yes", "--json");
          throw new Wrong(`was left, and is deleted now: ${what}`);
        },
      },
    ],
  };
}

interface Remains {
  cluster: string;
  found: { kind: string; id: string }[];
}

type Call = (command: readonly string[], input?: string) => Promise<string>;

async function desiredNodes(run: EksRun, call: Call): Promise<number> {
  const aws = async (...args: string[]) =>
    JSON.parse(
      await call([
        "aws",
        "eks",
        ...args,
        "--cluster-name",
        clusterOf(run),
        "--region",
        run.region,
        "--output",
        "json",
      ]),
    ) as unknown;
  const { nodegroups } = (await aws("list-nodegroups")) as { nodegroups: string[] };
  const { nodegroup } = (await aws("describe-nodegroup", "--nodegroup-name", nodegroups[0] ?? "")) as {
    nodegroup: { scalingConfig: { desiredSize: number } };
  };
  return nodegroup.scalingConfig.desiredSize;
}

/** A Service as somebody in the class would make it: destroy has to find its load balancer by itself. */
async function balancer(run: EksRun, call: Call, outside: Surroundings): Promise<string> {
  const kubeconfig = "e2e.kubeconfig";
  try {
    await call([
      "aws",
      "eks",
      "update-kubeconfig",
      "--name",
      clusterOf(run),
      "--region",
      run.region,
      "--kubeconfig",
      kubeconfig,
    ]);
    const kubectl = (args: string[], input?: string) =>
      call(["kubectl", "--kubeconfig", kubeconfig, ...args], input);
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "of-a-student",
        namespace: "default",
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
      },
      spec: {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        ports: [{ port: 80 }],
        selector: { app: "nobody" },
      },
    };
    await kubectl(["apply", "-f", "-"], JSON.stringify(service));
    for (let i = 0; i < 30; i++) {
      const name = await kubectl([
        "get",
        "service",
        "of-a-student",
        "-o",
        "jsonpath={.status.loadBalancer.ingress[0].hostname}",
      ]);
      if (name.trim() !== "") return name.trim().replace(/\..*/, "");
      await outside.sleep(10_000);
    }
    throw new Wrong("it has no name after five minutes");
  } finally {
    outside.remove(kubeconfig);
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";

/** The table of what was seen, for a job's summary. */
export function table(run: EksRun, rows: readonly Row[]): string {
  const cell = (text: string) => text.replace(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 300);
  return [
    `### eks-e2e: cni ${run.cni}, ${run.region}`,
    "",
    "| Step | | Time | Saw |",
    "| --- | --- | ---: | --- |",
    ...rows.map(
      (r) =>
        `| ${r.step} | ${r.result} | ${Math.floor(r.seconds / 60)}:${String(r.seconds % 60).padStart(2, "0")} | ${cell(r.saw)} |`,
    ),
    "",
  ].join("\n");
}

import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ProblemsError, type Problem } from "../../kube/problems";
import { eksToolProblems } from "../../stacks/eks-tools";
import { runOffline, type OfflineRun } from "../../stacks/offline/run-offline";
import { PROJECT } from "../../stacks/stack-plan";
import { stack as program } from "../../stacks/program";
import { rawConfig } from "../support/graph";

/** A folder with an `aws` of our own, as the only thing on the PATH. */
function fakeAws(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "fake-aws-"));
  writeFileSync(join(folder, "aws"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  return folder;
}
const works = 'if [ "$1" = --version ]; then echo aws-cli/2.31.0; else echo "{}"; fi';

/** As the runtime hands over what a provider refuses. */
const refusal = (details: string) => Object.assign(new Error(details), { details });

/** AWS's answers, by function; an Error is a refusal, a function answers by what is asked. */
type Answers = Record<string, unknown>;
const answers = (more: Answers = {}): Answers => ({
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
  "aws:index/getAvailabilityZones:getAvailabilityZones": {
    names: ["us-west-2a", "us-west-2b", "us-west-2c"],
    zoneIds: ["usw2-az2", "usw2-az1", "usw2-az3"],
  },
  "aws:eks/getClusters:getClusters": { names: [] },
  "aws:cloudwatch/getLogGroups:getLogGroups": { logGroupNames: [] },
  "aws:eks/getClusterVersions:getClusterVersions": {
    clusterVersions: [{ clusterVersion: "1.36" }, { clusterVersion: "1.35" }],
  },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {
    instanceTypes: ["x9.large", "x9.large"],
    locations: ["us-west-2a", "us-west-2b"],
  },
  "aws:ec2/getInstanceType:getInstanceType": {
    instanceType: "x9.large",
    maximumNetworkInterfaces: 8,
    maximumIpv4AddressesPerInterface: 10,
    networkCards: [
      { index: 0, maximumInterfaces: 3 },
      { index: 1, maximumInterfaces: 5 },
    ],
    defaultNetworkCardIndex: 0,
    defaultVcpus: 2,
    memorySize: 8192,
    hypervisor: "nitro",
    bareMetal: false,
    supportedArchitectures: ["x86_64"],
    gpuses: [],
    neuronDevices: [],
    inferenceAccelerators: [],
  },
  ...more,
});

interface Asked {
  /** Types that were registered. */
  made: string[];
  asked: string[];
}

/** The program as in a real preview, with AWS's answers. */
function surroundings(eks: Record<string, unknown>, given: Answers, seen: Asked) {
  const raw = rawConfig({ target: "eks", eks });
  return {
    program: () => program({ stack: "test", raw, offline: false }),
    options: {
      stack: "test",
      raw,
      call: ({ token, inputs }: { token: string; inputs: Record<string, unknown> }) => {
        seen.asked.push(token);
        const answer = given[token];
        if (answer instanceof Error) throw answer;
        const found = typeof answer === "function" ? (answer as (i: object) => unknown)(inputs) : answer;
        return (found ?? {}) as Record<string, unknown>;
      },
      outputs: ({ type }: { type: string }) => {
        seen.made.push(type);
        return undefined;
      },
    },
  };
}

async function withPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["PATH"];
  process.env["PATH"] = path;
  try {
    return await work();
  } finally {
    process.env["PATH"] = before;
  }
}

async function up(eks: Record<string, unknown>, given: Answers): Promise<OfflineRun> {
  const { options, program } = surroundings(eks, given, { made: [], asked: [] });
  return withPath(fakeAws(works), () => runOffline(options, program));
}

/** The same where it must fail: without a stack around it, which would reject promises that nobody waits for. */
async function refused(
  eks: Record<string, unknown>,
  given: Answers,
  path = fakeAws(works),
): Promise<Asked & { problems: readonly Problem[] }> {
  const seen: Asked = { made: [], asked: [] };
  const { options, program } = surroundings(eks, given, seen);
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        options.outputs(args);
        return { id: "", state: args.inputs as Record<string, unknown> };
      },
      call: options.call,
    },
    PROJECT,
    "test",
    true,
  );
  const error = await withPath(path, () =>
    program().then(
      () => undefined,
      (e: unknown) => e,
    ),
  );
  await pulumi.runtime.disconnect();
  if (!(error instanceof ProblemsError)) throw new Error(`not refused: ${String(error)}`);
  return { ...seen, problems: error.problems };
}

const nodeGroups = { workers: { instanceTypes: ["x9.large"], min: 2, max: 3 } };
const reachable = { endpoint: { publicCidrs: ["198.51.101.7/32"] } };

test("a type that no table has: AWS is asked, and only its default network card counts", async () => {
  const run = await up({ ...reachable, nodeGroups }, answers());
  const template = run.resources.find((r) => r.name === "eks-nodes-workers-template")!;
  const data = Buffer.from(String(template.inputs["userData"]), "base64").toString();
  expect(data).toContain("maxPods: 29");
  const policy = run.resources.find((r) => r.name === "eks-lb-role-policy")!;
  expect(String(policy.inputs["policy"])).toContain("arn:aws:ec2:us-west-2:123456789012:security-group/*");
});

test("what AWS refuses is told before anything but the provider is made", async () => {
  const { problems, made } = await refused(
    { ...reachable, nodeGroups: { workers: { instanceTypes: ["m5.larg"], min: 2, max: 3 } } },
    answers({
      "aws:ec2/getInstanceType:getInstanceType": refusal(
        "api error InvalidInstanceType: m5.larg does not exist",
      ),
    }),
  );
  expect(problems).toMatchObject([
    {
      path: "eks.nodeGroups.workers.instanceTypes[0]",
      value: "m5.larg",
      message: expect.stringContaining("InvalidInstanceType") as string,
      fix: "did you mean m5.large?",
    },
  ]);
  expect(made.filter((t) => !t.startsWith("pulumi:"))).toEqual([]);
});

test("a plan that does not fit AWS's zones and types fails at preview, all reasons at once", async () => {
  const { problems, made } = await refused(
    {
      zones: ["us-west-2a", "us-west-2d"],
      endpoint: { publicCidrs: ["203.0.113.0/24"] },
      account: "210987654321",
      nodeGroups,
    },
    answers(),
  );
  const paths = problems.map((p) => p.path);
  expect(paths).toEqual(
    expect.arrayContaining(["eks.zones[1]", "eks.endpoint.publicCidrs[0]", "eks.account"]),
  );
  expect(made.filter((t) => !t.startsWith("pulumi:"))).toEqual([]);
});

test("limits of the account: what others use counts, and what is this stack's own does not", async () => {
  const five = ["vpc-1", "vpc-2", "vpc-3", "vpc-4", "vpc-5"];
  const account = (own: string[]) => ({
    ...answers(),
    "aws:servicequotas/getServiceQuota:getServiceQuota": { value: 5 },
    "aws:ec2/getVpcs:getVpcs": ({ tags }: { tags?: object }) => ({ ids: tags === undefined ? five : own }),
    "aws:ec2/getEips:getEips": { allocationIds: [] },
  });
  const { problems, made } = await refused({ ...reachable, nodeGroups }, account([]));
  expect(problems).toMatchObject([
    { message: "the account has a quota of 5 (VPCs per Region), and 5 are in use" },
  ]);
  expect(made.filter((t) => !t.startsWith("pulumi:"))).toEqual([]);
  const run = await up({ ...reachable, nodeGroups }, account(["vpc-5"]));
  expect(run.resources.length).toBeGreaterThan(40);
});

test("what is wrong without asking is told without asking", async () => {
  const { problems, asked, made } = await refused({ region: "us-west-9" }, answers(), "/nowhere");
  expect(problems.map((p) => p.path)).toContain("eks.region");
  expect(asked).toEqual([]);
  expect(made.filter((t) => !t.startsWith("pulumi:pulumi:"))).toEqual([]);
});

test("without the right to list versions or offerings the tables decide", async () => {
  const denied = refusal("AccessDenied");
  const run = await up(
    { ...reachable, nodeGroups },
    answers({
      "aws:eks/getClusterVersions:getClusterVersions": denied,
      "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": denied,
    }),
  );
  expect(run.resources.length).toBeGreaterThan(40);
});

describe("tools and credentials", () => {
  const env = (path: string) => ({ PATH: path });
  test("no AWS CLI", () => {
    const [problem] = eksToolProblems(undefined, env("/nowhere"));
    expect(problem).toMatchObject({
      path: "aws",
      fix: expect.stringContaining("install the AWS CLI 2") as string,
    });
  });
  test("AWS CLI 1", () => {
    const path = fakeAws("echo aws-cli/1.29.0 Python/3.11");
    expect(eksToolProblems(undefined, env(path))[0]!.message).toMatch(/AWS CLI 1/);
  });
  test("expired credentials: what AWS says, and how to log in", () => {
    const path = fakeAws(
      'if [ "$1" = --version ]; then echo aws-cli/2.31.0; else echo; echo "Token has expired and refresh failed" >&2; exit 255; fi',
    );
    expect(eksToolProblems("class", env(path))).toEqual([
      {
        path: "AWS credentials",
        message: "are missing, expired or wrong: Token has expired and refresh failed",
        fix: expect.stringContaining("aws sso login --profile class") as string,
      },
    ]);
  });
  test("all well", () => {
    expect(eksToolProblems(undefined, env(fakeAws(works)))).toEqual([]);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runSweep, type SweepOptions } from "../../../cli/sweep/run-sweep";

// The real command, with clients of Pulumi, Docker and AWS that are scripts.
let folder: string;
const before = { ...process.env };
const STACKS = '[{"name":"eks","resourceCount":3}]';
const STATE = (real: boolean): string =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: real
        ? [
            {
              urn: "urn:pulumi:eks::p::aws:ec2/vpc:Vpc::v",
              type: "aws:ec2/vpc:Vpc",
              id: "vpc-1",
              custom: true,
            },
          ]
        : [],
    },
  });
const vpc = JSON.stringify({
  Vpcs: [
    {
      VpcId: "vpc-1",
      Tags: [
        { Key: "labs:cluster", Value: "labs-eks" },
        { Key: "labs:stack", Value: "eks" },
      ],
    },
  ],
});

function scripts(real: boolean): void {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${text}\n`, {
      mode: 0o755,
    });
  };
  writeFileSync(join(folder, "state"), STATE(real));
  writeFileSync(join(folder, "vpc"), vpc);
  write(
    "pulumi",
    `case "$*" in
  version*) echo v3.248.0 ;;
  "stack ls"*) echo '${STACKS}' ;;
  "stack export"*) cat ${folder}/state ;;
  "stack tag ls"*) echo '{}' ;;
esac`,
  );
  write("docker", "exit 0");
  write(
    "aws",
    `case "$*" in
  "ec2 describe-vpcs"*) test -e ${folder}/gone && echo '{}' || cat ${folder}/vpc ;;
  "ec2 delete-vpc"*) touch ${folder}/gone ;;
  *) echo '{}' ;;
esac`,
  );
}
async function sweep(clusters: string[], options: Partial<SweepOptions>): Promise<unknown> {
  let out = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text, done) => {
    out += String(text);
    if (typeof done === "function") (done as () => void)();
    return true;
  });
  try {
    await runSweep(clusters, { aws: true, machine: true, region: ["eu-west-1"], json: true, ...options });
  } finally {
    write.mockRestore();
  }
  return JSON.parse(out);
}
const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-sweep-"));
  process.env["PATH"] = `${folder}${delimiter}${before["PATH"] ?? ""}`;
  process.env["PULUMI_BACKEND_URL"] = `file://${folder}`;
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "test";
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  // Also where somebody runs the tests at a terminal, nobody answers.
  Object.defineProperty(process.stdin, "isTTY", { value: false, configurable: true });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

test("what a stack holds is neither listed nor deleted", async () => {
  scripts(true);
  expect(await sweep([], {})).toEqual({ remains: [], unseen: [] });
  await expect(sweep(["labs-eks"], { delete: true, yes: true })).rejects.toThrow(
    /a stack of this backend holds labs-eks/,
  );
  expect(calls().filter((c) => /^aws .* delete/.test(c))).toEqual([]);
});

test("what no stack holds is listed, deleted when told, and on a receipt", async () => {
  scripts(false);
  expect(await sweep([], {})).toMatchObject({
    remains: [{ cluster: "labs-eks", stack: "eks", found: [{ kind: "VPC", id: "vpc-1" }] }],
  });
  await expect(sweep(["labs-eks"], { delete: true })).rejects.toThrow(
    /nobody is here to be asked; nothing was deleted/,
  );
  expect(calls().some((c) => c.includes("delete-vpc"))).toBe(false);
  const result = (await sweep(["labs-eks"], { delete: true, yes: true })) as { file: string };
  expect(result).toMatchObject({ deleted: [{ id: "vpc-1" }], left: [] });
  expect(calls()).toContain(
    'aws ec2 delete-vpc --cli-input-json {"VpcId":"vpc-1"} --region eu-west-1 --output json',
  );
  expect(JSON.parse(readFileSync(result.file, "utf8"))).toMatchObject({ swept: ["labs-eks"] });
  rmSync(result.file);
  expect(await sweep(["labs-eks"], { delete: true, yes: true })).toEqual({ deleted: [], left: [] });
});

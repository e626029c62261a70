import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { readStackFile } from "../../stacks/offline/stack-file";
import type { RawConfig } from "../../stacks/config/load-config";
import { PROJECT } from "../../stacks/stack-plan";

const ROOT = join(__dirname, "..", "..");

/** An address of one's own, where the committed files have one for documents: the one thing that a user must set. */
const OWN = ["198.51.101.7/32"];

/** The config of a committed stack, with `more` over its `eks` section and `others` beside it. */
export function eksStack(
  more: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
): RawConfig {
  const { raw } = readStackFile("eks", ROOT);
  const eks = JSON.parse(raw[`${PROJECT}:eks`] ?? "{}") as Record<string, unknown>;
  const sections = { eks: { ...eks, endpoint: { publicCidrs: OWN }, ...more }, ...others };
  return {
    ...raw,
    ...Object.fromEntries(
      Object.entries(sections).map(([k, v]) => [
        `${PROJECT}:${k}`,
        typeof v === "string" ? v : JSON.stringify(v),
      ]),
    ),
  };
}

export const cniModes = ["aws", "aws-prefix", "aws-custom", "aws-custom-prefix", "calico"] as const;

/** Everything switched on that makes AWS resources. */
export function allOptions(cni: (typeof cniModes)[number], more: Record<string, unknown> = {}): RawConfig {
  return eksStack(
    {
      cni,
      zones: 3,
      network: { nat: "perZone", flowLogs: { retentionDays: 14 }, s3Endpoint: true },
      access: {
        teachers: { principalArn: "arn:aws:iam::123456789012:role/teachers" },
        students: {
          principalArn: "arn:aws:iam::123456789012:role/class/students",
          policy: "edit",
          namespaces: ["stars", "yaobank"],
        },
      },
      logs: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptSecrets: true,
      addons: {
        ...(cni === "calico" ? {} : { vpcCni: "v1.20.4-eksbuild.2" }),
        kubeProxy: "v1.36.0-eksbuild.2",
        coredns: "v1.12.4-eksbuild.1",
        podIdentityAgent: "v1.3.8-eksbuild.2",
        ebsCsi: "v1.50.1-eksbuild.1",
      },
      storage: "ebs",
      nodeGroups: {
        workers: { instanceTypes: ["m5.large"], min: 3, max: 6 },
        spot: {
          instanceTypes: ["m6g.large", "m7g.large"],
          capacity: "spot",
          os: "bottlerocket",
          perZone: true,
          min: 0,
          max: 2,
          labels: { pool: "spot" },
          taints: [{ key: "spot", value: "yes", effect: "NoSchedule" }],
        },
      },
      deletionProtection: true,
      tags: { course: "networking", "cost centre": "4711" },
      ...more,
    },
    {
      owner: "ada@example.org",
      expires: "2026-12-01T18:00:00Z",
      ingress: { install: true, loadBalancer: { sourceRanges: OWN } },
      dns: { baseDomain: "labs.networking-class.dev", zone: "create" },
      tls: { issuer: "acme-staging", email: "ada@networking-class.dev" },
    },
  );
}

/** Puts an `aws` on the PATH that answers what the program asks it before AWS itself. */
export function fakeAwsCli(): void {
  const folder = mkdtempSync(join(tmpdir(), "fake-aws-"));
  const script = 'if [ "$1" = --version ]; then echo aws-cli/2.31.0; else echo "{}"; fi';
  writeFileSync(join(folder, "aws"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
}

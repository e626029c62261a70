import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliName } from "../../../cli/sweep/aws-call";
import { remainsOf, type Found } from "../../../cli/sweep/found";
import { ownersOf } from "../../../cli/sweep/run-sweep";
import { machineFound, machineObjects } from "../../../cli/sweep/sweep-machine";
import { remainsText } from "../../../cli/sweep/sweep-text";
import type { Engine } from "../../../cli/engine/engine";
import { markedOnDocker } from "../../../components/kind/docker";
import { kindFootprint, making } from "../../../components/kind/machine-objects";

const found = (kind: string, cluster: string, more: Partial<Found> = {}): Found => ({
  kind,
  id: `${kind}-${cluster}`,
  cluster,
  ...more,
});
const nobody = { stacks: new Set<string>(), clusters: new Set<string>() };

test("what a stack holds is not left over, nor is what goes with it", () => {
  const all = [
    found("VPC", "labs-eks", { stack: "eks" }),
    // Made by a controller: it names the cluster only.
    found("load balancer", "labs-eks"),
    found("NAT gateway", "labs-old", { stack: "old", usd: 0.045, made: "2026-11-20T08:00:00Z" }),
    found("EKS cluster", "labs-old", { owner: "ada", usd: 0.1, made: "2026-11-19T08:00:00Z" }),
    found("kind cluster", "labs-kind"),
  ];
  const owners = { stacks: new Set(["eks"]), clusters: new Set(["labs-kind"]) };
  const left = remainsOf(all, owners);
  expect(left).toMatchObject([
    { cluster: "labs-old", stack: "old", owner: "ada", made: "2026-11-19T08:00:00Z" },
  ]);
  expect(left[0]!.usd).toBeCloseTo(0.145);
  expect(remainsOf(all, nobody).map((r) => r.cluster)).toEqual(["labs-eks", "labs-old", "labs-kind"]);
  const text = remainsText(left, Date.parse("2026-11-20T20:00:00Z"));
  expect(text).toMatch(/labs-old .*old .*ada .*1d12h .*0\.145 .*NAT gateway/);
  expect(remainsText([], 0)).toBe("Nothing of this project is left over.\n");
});

test("a stack owns while it holds something, is being worked on, or has begun something", async () => {
  const made = {
    urn: "u",
    type: "command:local:Command",
    real: true,
    inputs: { environment: making(kindFootprint("labs-kind").cluster) },
  };
  const engine: Pick<Engine, "listAll" | "state"> = {
    listAll: () =>
      Promise.resolve([
        { name: "kind", updating: false },
        { name: "empty", updating: false },
        { name: "busy", updating: true },
      ]),
    state: (name) => Promise.resolve({ resources: name === "kind" ? [made] : [], pending: [] }),
  };
  const owners = await ownersOf(engine);
  expect([[...owners.stacks], [...owners.clusters]]).toEqual([["kind", "busy"], ["labs-kind"]]);
});

test("on this machine: by label, by a stack, or by name; a stranger's kind cluster is not ours", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fake-docker-"));
  const made = "2026-11-26 07:08:09.123 +0000 UTC";
  const rows = (lines: string[][]) => lines.map((l) => l.join("\t")).join("\n");
  const ps = rows([
    ["labs-old-control-plane", made, "", "labs-old"],
    ["labs-old-worker", made, "", "labs-old"],
    ["bgp-ada-control-plane", made, "", "bgp-ada"],
    ["bgp-ada-host1", made, "bgp-ada", ""],
    ["mine-control-plane", made, "", "mine"],
    ["postgres", made, "", ""],
  ]);
  const ls = rows([["bgp-ada", made, "bgp-ada"]]);
  writeFileSync(join(folder, "ps"), ps);
  writeFileSync(join(folder, "ls"), ls);
  writeFileSync(join(folder, "docker"), `#!/bin/sh\n[ "$1" = ps ] && cat ${folder}/ps || cat ${folder}/ls\n`);
  chmodSync(join(folder, "docker"), 0o755);
  const marked = await markedOnDocker({ env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } });
  const all = machineFound(marked, new Set());
  expect(all.map((f) => [f.kind, f.id, f.cluster, f.made])).toEqual([
    ["kind cluster", "labs-old", "labs-old", "2026-11-26T07:08:09.000Z"],
    ["kind cluster", "bgp-ada", "bgp-ada", "2026-11-26T07:08:09.000Z"],
    ["docker container", "bgp-ada-host1", "bgp-ada", "2026-11-26T07:08:09.000Z"],
    ["docker network", "bgp-ada", "bgp-ada", "2026-11-26T07:08:09.000Z"],
  ]);
  expect(machineObjects(all).map((o) => o.kind)).toEqual(["cluster", "cluster", "container", "network"]);
  expect(machineFound(marked, new Set(["mine"])).map((f) => f.id)).toContain("mine");
});

test.each([
  ["DescribeVpcs", "describe-vpcs"],
  ["ListOpenIDConnectProviderTags", "list-open-id-connect-provider-tags"],
  ["ListTagsForResource", "list-tags-for-resource"],
])("%s is %s on the command line", (operation, name) => {
  expect(cliName(operation)).toBe(name);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { VersionSet } from "../../components/versions";
import { labs } from "../../labs/index";
import { registeredObjects } from "../../stacks/offline/registered-objects";
import { runOffline } from "../../stacks/offline/run-offline";
import { stack as program } from "../../stacks/program";
import type { Need } from "../guides/lacks";
import { playGuide, type Row } from "../guides/play-guide";
import { readGuide } from "../guides/read-guide";
import { Shell } from "../guides/shell";
import { ambient } from "../support/apiserver/ambient";
import { Moves } from "../support/apiserver/moves";
import { running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { defaultAccount, removeAll } from "../support/apiserver/stand-ins";
import { since, standing } from "../support/apiserver/standing";
import { stackWith } from "../support/lab-stacks";
import { needs } from "../support/needs";

const REASONS: Readonly<Record<string, string>> = {
  kubelet: "no kubelet: no container to look into",
  controllers: "no controllers: nobody makes pods or endpoints",
  nodes: "no nodes",
  operator: "no Calico operator",
  calicoCni: "no calico-node",
  certManager: "no cert-manager",
  charts: "no chart is installed",
  kubeadm: "kubeadm did not make it",
  internet: "no packets",
  ingress: "no ingress controller",
  container: "no containers",
  port: "no node ports",
  loadBalancer: "no load balancer",
};
const lacks =
  ({ calicoApi }: VersionSet) =>
  (need: Need): string | undefined => {
    if (need === "tierLabels") return calicoApi === "v3" ? undefined : "no API server of Calico's";
    return REASONS[need.split(" ")[0] ?? ""] ?? `an API server alone has no ${need}`;
  };

const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

// One of the servers: kubectl shows the same of all.
describe.each(
  running()
    .slice(0, 1)
    .map((r) => [r.set.kubernetes, r] as const),
)("Kubernetes %s", (kubernetes, { set, client, address }) => {
  needs("kubectl on the PATH", kubectl).test(
    "what guides say one will see of objects is what kubectl shows; the rest needs packets or controllers",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "labs-guides-"));
      const config = join(folder, "kubeconfig");
      writeFileSync(config, kubeconfigOf(address).exportConfig(), { mode: 0o600 });
      const rows: Row[] = [];
      const before = await standing(client);
      try {
        await ambient(client);
        for (const lab of labs) {
          const text = readFileSync(resolve(__dirname, "../../labs", lab.id, "README.md"), "utf8");
          const guide = await readGuide(text, lab);
          const moves = new Moves(client);
          const move = async (step: string): Promise<void> => {
            const { stack, raw } = stackWith(
              { [lab.id]: lab.steps.findIndex((s) => s.id === step) },
              { kubernetes },
            );
            const run = await runOffline({ stack, raw, preview: false }, () =>
              program({ stack, raw, offline: true }),
            );
            const objects = registeredObjects(run.resources, "unmasked");
            expect(await moves.to(objects)).toEqual([]);
            for (const { object } of objects)
              if (object.kind === "Namespace") await defaultAccount(client, object.metadata.name);
          };
          const { PATH, HOME } = process.env;
          const shell = new Shell(folder, {
            PATH,
            HOME,
            KUBECONFIG: config,
            LABS_PROJECT: resolve(__dirname, "../.."),
          });
          await playGuide(
            lab,
            guide,
            { lacks: lacks(set), move, within: 1, baseDomain: "localhost" },
            shell,
            {
              signal: new AbortController().signal,
              say: (row) => rows.push(row),
            },
          );
          await moves.to([]);
        }
      } finally {
        await removeAll(client, since(before, await standing(client)));
        rmSync(folder, { recursive: true });
      }
      process.stdout.write(listed(rows));
      const otherwise = rows.filter((r) => r.came === "otherwise");
      expect(otherwise).toEqual([]);
      // Each guide has something that an API server alone can show, and most need more.
      const played = rows.filter((r) => r.came === "as told");
      expect(new Set(played.map((r) => r.lab)).size).toBeGreaterThan(10);
    },
  );
});

/** How many commands were not played, by reason. */
function listed(rows: readonly Row[]): string {
  const reasons = new Map<string, number>();
  for (const r of rows) if (r.came === "lacks") reasons.set(r.detail, (reasons.get(r.detail) ?? 0) + 1);
  const lines = [...reasons].map(([reason, n]) => `  ${n} commands of guides were not played: ${reason}`);
  return `${[`  ${rows.filter((r) => r.came === "as told").length} commands of guides were played`, ...lines].join("\n")}\n`;
}

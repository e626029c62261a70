import type { KubeObject } from "../../../kube/objects";
import { answer, atStep, serversOf, type AtStep, type Server } from "./at-step";
import { box, diagram, group, idOf, table } from "./mermaid";

/** Pictures of who reaches whom, as the evaluator answers. */

const short = (name: string): string => name.split("/").at(-1) ?? name;

const labelText = ({ labels }: Server): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

/** Every ordered pair of an end and a server, on each port of the server. */
function pairs(at: AtStep, ends: readonly string[], servers: readonly Server[]) {
  return ends.flatMap((from) =>
    servers
      .filter((s) => s.name !== from)
      .flatMap((s) => s.ports.map((port) => answer(at, from, s.name, port))),
  );
}

/** Before any policy: each pod reaches each other. */
export function flatNetwork(): string {
  const at = atStep("yaobank", "open");
  const servers = serversOf(at.objects);
  const all = pairs(
    at,
    servers.map((s) => s.name),
    servers,
  );
  const open = all.filter((f) => f.verdict === "allow");
  const [pool] = at.selection.context.facts.podCidrs;
  return [
    diagram("flowchart LR", [
      ...group(
        "pods",
        `each pod has an address of ${pool ?? "the pod range"}`,
        servers.map((s) => box(idOf(s.name), short(s.name))),
      ),
      ...open.map((f) => `${idOf(f.from)} -->|TCP ${f.port}| ${idOf(f.to)}`),
    ]),
    "",
    `The lab \`yaobank\` at step \`open\`: ${open.length} of ${all.length} pairs are open (${[...new Set(open.map((f) => f.because))].join("; ")}).`,
  ].join("\n");
}

/** The same lab closed down: what comes from outside, and what stays inside. */
export function directions(): string {
  const at = atStep("yaobank", "least-privilege");
  const servers = serversOf(at.objects);
  const flows = pairs(at, ["internet", ...servers.map((s) => s.name)], servers);
  const arrow = (from: string, open: boolean): string => {
    if (!open) return "-.-x";
    return from === "internet" ? "==>" : "-->";
  };
  return [
    diagram("flowchart LR", [
      box(idOf("internet"), "outside"),
      ...group(
        "cluster",
        "inside the cluster",
        servers.map((s) => box(idOf(s.name), short(s.name), labelText(s))),
      ),
      ...flows.map(
        (f) => `${idOf(f.from)} ${arrow(f.from, f.verdict === "allow")}|TCP ${f.port}| ${idOf(f.to)}`,
      ),
    ]),
    "",
    "The lab `yaobank` at step `least-privilege`: thick is north-south, thin is east-west, dotted is closed.",
  ].join("\n");
}

interface PolicyShape {
  spec: { tier?: string; order?: number };
}

/** Tiers and their policies in the order in which they are asked, and what the evaluator makes of them. */
export function policyOrder(): string {
  const at = atStep("global-policy", "tiers");
  const is = (kinds: string[]) => at.objects.filter((o) => kinds.includes(o.kind));
  const spec = (o: KubeObject) => (o as unknown as PolicyShape).spec;
  const calico = (o: KubeObject): boolean => o.apiVersion.startsWith("projectcalico.org");
  const policies = is(["NetworkPolicy", "GlobalNetworkPolicy"]).map((o) => ({
    name: o.metadata.name,
    kind: calico(o) ? `Calico ${o.kind}` : "Kubernetes NetworkPolicy",
    tier: (calico(o) ? spec(o).tier : undefined) ?? "default",
    // Where no order is given, Calico asks a policy after all that have one; Kubernetes' count as 1000.
    order: calico(o) ? (spec(o).order ?? Infinity) : 1000,
  }));
  const tiers = [
    ...is(["Tier"]).map((o) => ({ name: o.metadata.name, order: spec(o).order ?? Infinity })),
    { name: "default", order: 1_000_000 },
  ].sort((a, b) => a.order - b.order);
  const boxes = tiers.map(({ name, order }) => {
    const own = policies
      .filter((p) => p.tier === name)
      // Of one order by name.
      .sort((a, b) => (a.order === b.order ? a.name.localeCompare(b.name) : a.order - b.order));
    const ids = own.map((p) => idOf(name, p.name));
    return {
      lines: group(
        idOf("tier", name),
        `tier ${name}, order ${order}`,
        own.map((p, i) =>
          box(ids[i] ?? "", p.name, p.kind, Number.isFinite(p.order) ? `order ${p.order}` : "no order: last"),
        ),
      ),
      chain: ids.slice(1).map((id, i) => `${ids[i] ?? ""} --> ${id}`),
    };
  });
  const flows = at.claims.flatMap((c) =>
    c.kind === "flow" && c.protocol === "TCP" && !c.to.startsWith("kube-system") && c.from !== "internet"
      ? [answer(at, c.from, c.to, c.port)]
      : [],
  );
  return [
    diagram("flowchart TB", [
      ...boxes.flatMap((b) => [...b.lines, ...b.chain]),
      ...tiers
        .slice(1)
        .map((t, i) => `${idOf("tier", tiers[i]?.name ?? "")} -->|Pass| ${idOf("tier", t.name)}`),
    ]),
    "",
    "The lab `global-policy` at step `tiers`. What the evaluator says of some flows there:",
    "",
    table(
      ["flow", "", "which rule"],
      flows.map((f) => [
        `\`${f.from}\` → \`${f.to}\` TCP ${f.port}`,
        f.verdict === "allow" ? "open" : "closed",
        f.because,
      ]),
    ),
  ].join("\n");
}

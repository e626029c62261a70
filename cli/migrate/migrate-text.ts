import pc from "picocolors";
import type { Judged, Verdict } from "../../routing/migrate/judge";
import type { Migration } from "../../routing/migrate/migrate";
import type { Note } from "../../routing/migrate/note";

/** A migration as a person reads it: what must be looked at first. */
export function migrationText(
  { objects, notes, requests }: Migration,
  { all, out }: { all: boolean; out?: string },
): string {
  const kinds = [...new Set(objects.map((o) => o.kind))].map(
    (kind) => `${objects.filter((o) => o.kind === kind).length} ${kind}`,
  );
  const annotations = notes.filter((n) => n.annotation !== undefined);
  const remarks = notes.filter((n) => n.annotation === undefined);
  return [
    heading("Gateway API objects"),
    `  ${kinds.length === 0 ? "none" : kinds.join(", ")}${out === undefined ? pc.dim("  (-o <folder> writes them)") : `, in ${out}`}`,
    "",
    ...(annotations.length === 0 ? [] : [heading("Annotations"), ...byOutcome(annotations), ""]),
    heading("Remarks"),
    ...remarks.map((n) => `  ${pc.yellow("!")} ${pc.bold(n.about)}: ${n.text}`),
    "",
    heading(`Requests judged by both (${requests.length})`),
    `  ${summary(requests)}`,
    ...requestLines(requests, all),
    "",
  ].join("\n");
}

const heading = (text: string): string => pc.bold(pc.underline(text));

const MARKS: Record<Note["outcome"], (text: string) => string> = {
  closed: pc.red,
  lost: pc.red,
  changed: pc.yellow,
  kept: pc.green,
  "no effect": pc.dim,
  remark: pc.yellow,
};

/** What was closed or lost first; the same annotation of several Ingresses is one line. */
function byOutcome(notes: readonly Note[]): string[] {
  const order: Note["outcome"][] = ["closed", "lost", "changed", "kept", "no effect"];
  return order.flatMap((outcome) => {
    const groups = new Map<string, Note[]>();
    for (const n of notes.filter((one) => one.outcome === outcome)) {
      const key = `${n.annotation ?? ""}\n${n.text}`;
      groups.set(key, [...(groups.get(key) ?? []), n]);
    }
    return [...groups.values()].map((group) => {
      const [first] = group;
      const where = [...new Set(group.map((n) => n.about))];
      const names = `${where.slice(0, 3).join(", ")}${where.length > 3 ? ` and ${where.length - 3} more` : ""}`;
      const key = (first?.annotation ?? "").replace(/^nginx\.ingress\.kubernetes\.io\//, "");
      return `  ${MARKS[outcome](outcome.padEnd(9))} ${pc.bold(key)} ${pc.dim(`(${names})`)}\n            ${first?.text ?? ""}`;
    });
  });
}

function summary(requests: readonly Judged[]): string {
  const verdicts: Verdict[] = ["same", "different", "not convertible", "unknown"];
  return verdicts
    .map((v) => ({ v, n: requests.filter((r) => r.verdict === v).length }))
    .filter(({ v, n }) => n > 0 || v === "same")
    .map(({ v, n }) => `${n} ${v}`)
    .join(", ");
}

const COLOURS: Record<Verdict, (text: string) => string> = {
  same: pc.green,
  different: pc.yellow,
  "not convertible": pc.red,
  unknown: pc.magenta,
};

/** Requests shown of one reason. */
const SOME = 6;

/** The same reason on many requests is told once. */
function requestLines(requests: readonly Judged[], all: boolean): string[] {
  const shown = requests.filter((r) => all || r.verdict !== "same");
  const groups = new Map<string, Judged[]>();
  for (const r of shown) {
    const key = `${r.verdict}\n${r.reason ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const order: Verdict[] = ["not convertible", "unknown", "different", "same"];
  return [...groups.values()]
    .sort((a, b) => order.indexOf(a[0]?.verdict ?? "same") - order.indexOf(b[0]?.verdict ?? "same"))
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const head = `${COLOURS[first.verdict](first.verdict)}${first.reason === undefined ? "" : `: ${first.reason}`}`;
      const some = all ? group : group.slice(0, SOME);
      const more = group.length - some.length;
      return [
        "",
        `  ${head}`,
        ...some.map((r) => `    ${line(r)}`),
        ...(more === 0 ? [] : [pc.dim(`    and ${more} more (--all)`)]),
      ];
    });
}

function line({ request: r, nginx, gateway, assumes }: Judged): string {
  const extra = [
    ...Object.entries(r.headers ?? {}).map(([k, v]) => `${k}: ${v}`),
    ...Object.entries(r.cookies ?? {}).map(([k, v]) => `cookie ${k}=${v}`),
    ...(r.client === undefined ? [] : [`from ${r.client}`]),
    ...(r.bodyBytes === undefined ? [] : [`${r.bodyBytes} bytes`]),
    ...(r.backendAnswers === undefined ? [] : [`backend answers ${r.backendAnswers}`]),
  ];
  const method = r.method === undefined || r.method === "GET" ? "" : `${r.method} `;
  const what = `${method}${r.scheme ?? "http"}://${r.host}${r.path}${extra.length === 0 ? "" : ` [${extra.join(", ")}]`}`;
  const answers = nginx === gateway ? nginx : `nginx ${nginx}, Gateway ${gateway}`;
  return `${what} → ${answers}${assumes.length === 0 ? "" : pc.dim(` (if ${assumes.join("; ")})`)}`;
}

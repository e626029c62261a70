import type { KubeObject } from "../../../kube/objects";
import type { HintCause } from "../core/check-model";
import { normal, type NormalPeer, type NormalPolicy, type NormalRule } from "./normal-form";

/** How an object of the cluster differs from the step's. */
export interface HintFinding {
  cause: HintCause;
  /** What stands there and what the step has, in one sentence without a full stop. */
  message: string;
}

/** Differences that can change who reaches whom; names, annotations and order of lists cannot. */
export function differences(step: KubeObject, live: KubeObject): HintFinding[] {
  if (step.apiVersion.startsWith("networking.k8s.io/"))
    return kubernetes(normal(step["spec"] as never), normal(live["spec"] as never));
  return calico(step["spec"], live["spec"]);
}

const find = (cause: HintCause, what: string, is: string, has: string): HintFinding => ({
  cause,
  message: `${what}: ${is}; the step has ${has}`,
});

function kubernetes(step: NormalPolicy, live: NormalPolicy): HintFinding[] {
  const found: HintFinding[] = [];
  if (step.podSelector !== live.podSelector)
    found.push(find("label", "podSelector chooses other pods", live.podSelector, step.podSelector));
  const lacking = step.types.filter((t) => !live.types.includes(t));
  const further = live.types.filter((t) => !step.types.includes(t));
  if (lacking.length > 0)
    found.push({
      cause: "policy type",
      message: `policyTypes lacks ${lacking.join(", ")}: the policy says nothing about that direction, and its rules there do not count`,
    });
  if (further.length > 0)
    found.push({
      cause: "policy type",
      message: `policyTypes has ${further.join(", ")} too: that isolates the pods in this direction, and the step does not`,
    });
  for (const direction of ["ingress", "egress"] as const)
    found.push(...rules(direction, step[direction], live[direction]));
  return found;
}

/** Rules are alternatives: what both have is taken away, and the rest is compared one with one. */
function rules(
  direction: "ingress" | "egress",
  step: readonly NormalRule[],
  live: readonly NormalRule[],
): HintFinding[] {
  const key = (r: NormalRule): string => JSON.stringify([r.peers.map(peerText).sort(), [...r.ports].sort()]);
  const mine = [...live];
  const lacking = step.filter((r) => {
    const at = mine.findIndex((m) => key(m) === key(r));
    if (at >= 0) mine.splice(at, 1);
    return at < 0;
  });
  return [
    ...lacking.flatMap((r, i) => {
      const other = mine[i];
      if (other !== undefined) return rule(direction, r, other);
      const dns = r.ports.some((p) => / 53$/.test(p));
      return [
        dns
          ? {
              cause: "dns" as const,
              message: `no ${direction} rule for DNS: port 53, UDP and TCP; without it no name resolves`,
            }
          : { cause: "rule" as const, message: `lacks the ${direction} rule ${ruleText(r)}` },
      ];
    }),
    ...mine.slice(lacking.length).map((r): HintFinding => ({
      cause: "rule",
      message: `has another ${direction} rule, ${ruleText(r)}, which the step has not`,
    })),
  ];
}

function rule(direction: "ingress" | "egress", step: NormalRule, live: NormalRule): HintFinding[] {
  const found: HintFinding[] = [];
  const list = (ports: readonly string[]): string =>
    ports.length === 0 ? "every port" : [...ports].sort().join(", ");
  if (list(step.ports) !== list(live.ports)) found.push(portFinding(direction, step, live, list));
  const [a, b] = [step.peers, live.peers].map(
    (peers) => peers.map(peerText).sort().join(" or ") || "everyone",
  );
  if (a !== b) found.push(peersFinding(direction, step.peers, live.peers, a ?? "", b ?? ""));
  return found;
}

function portFinding(
  direction: string,
  step: NormalRule,
  live: NormalRule,
  list: (ports: readonly string[]) => string,
): HintFinding {
  const lost = step.ports.filter((p) => !live.ports.includes(p));
  const dns = lost.some((p) => / 53$/.test(p));
  return find(dns ? "dns" : "port", `${direction} opens other ports`, list(live.ports), list(step.ports));
}

function peersFinding(
  direction: string,
  step: readonly NormalPeer[],
  live: readonly NormalPeer[],
  stepText: string,
  liveText: string,
): HintFinding {
  const side = direction === "ingress" ? "from" : "to";
  // The classic: one dash too many makes "both" into "either".
  const [one, two] = [step, live].map((peers) =>
    peers.some((p) => p.pods !== undefined && p.namespaces !== undefined),
  );
  if (one !== two && step.length !== live.length)
    return {
      cause: "peers",
      message: `${direction} ${side}: ${liveText}; the step has ${stepText}: selectors in one list entry must both hold, in two entries either does`,
    };
  const spaces = (peers: readonly NormalPeer[]): string =>
    peers
      .map((p) => p.namespaces ?? "")
      .sort()
      .join();
  const cause = spaces(step) !== spaces(live) ? "namespace" : "label";
  return find(cause, `${direction} ${side} other peers`, liveText, stepText);
}

function peerText({ pods, namespaces, block }: NormalPeer): string {
  if (block !== undefined) return block;
  const where =
    namespaces === undefined
      ? ""
      : namespaces === "all"
        ? " in all namespaces"
        : ` in namespaces ${namespaces}`;
  return `${pods === undefined || pods === "all" ? "all pods" : `pods ${pods}`}${where}`;
}

const ruleText = ({ peers, ports }: NormalRule): string =>
  `${peers.length === 0 ? "for everyone" : peers.map(peerText).join(" or ")}, ${ports.length === 0 ? "every port" : ports.join(", ")}`;

/** Calico's policies field by field; defaults of the API server on either side are no difference. */
function calico(step: unknown, live: unknown): HintFinding[] {
  const rules = (value: unknown): value is readonly unknown[] | undefined =>
    value === undefined || Array.isArray(value);
  return fields(step, live, []).flatMap(({ path, is, has }) => {
    const [field = ""] = path;
    const lost = is === undefined || has === undefined;
    return path.length === 1 && rules(is) && rules(has) && (!lost || /^(in|e)gress$/.test(field))
      ? lists(field, has ?? [], is ?? [])
      : [find(causeOf(path), path.join("."), text(is), text(has))];
  });
}

/** Lists of rules of different length: which rules the other side has not. */
function lists(direction: string, step: readonly unknown[], live: readonly unknown[]): HintFinding[] {
  const other = (rule: unknown, among: readonly unknown[]): boolean =>
    !among.some((r) => JSON.stringify(plain(r)) === JSON.stringify(plain(rule)));
  const dns = (rule: unknown): boolean =>
    (rule as { destination?: { ports?: unknown[] } }).destination?.ports?.some((p) => String(p) === "53") ===
    true;
  const found = [
    ...step
      .filter((r) => other(r, live))
      .map((r): HintFinding =>
        dns(r)
          ? {
              cause: "dns",
              message: `no ${direction} rule for DNS, as ${text(r)}: without it no name resolves`,
            }
          : { cause: "rule", message: `lacks the ${direction} rule ${text(r)}` },
      ),
    ...live
      .filter((r) => other(r, step))
      .map((r): HintFinding => ({
        cause: "rule",
        message: `has another ${direction} rule, ${text(r)}, which the step has not`,
      })),
  ];
  // The same rules, one of them twice, or in another order: in Calico the first that matches decides.
  return found.length > 0
    ? found
    : [{ cause: "order", message: `${direction} has its rules in another order` }];
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  tier: "default",
  selector: "all()",
  namespaceSelector: "",
  serviceAccountSelector: "",
};

interface Leaf {
  path: string[];
  is: unknown;
  has: unknown;
}

function fields(step: unknown, live: unknown, path: string[]): Leaf[] {
  const name = path.at(-1) ?? "";
  const [a, b] = [step ?? DEFAULTS[name], live ?? DEFAULTS[name]];
  if (JSON.stringify(plain(a)) === JSON.stringify(plain(b))) return [];
  // Types follow from the rules where nobody wrote them.
  if (name === "types" && (step === undefined || live === undefined)) return [];
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) =>
      fields(a[k], b[k], [...path, k]),
    );
  // Rules one by one only where one of them differs: else the difference is in the list.
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every(isObject) && oneDiffers(a, b))
    return a.flatMap((x, i) => fields(x, b[i], [...path, String(i)]));
  return [{ path, is: live, has: step }];
}

const oneDiffers = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.filter((x, i) => JSON.stringify(plain(x)) !== JSON.stringify(plain(b[i]))).length === 1;

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

/** Lists of words have no order; a number and its text are the same port. */
function plain(x: unknown): unknown {
  if (Array.isArray(x) && x.every((e) => typeof e !== "object")) return x.map(String).sort();
  if (Array.isArray(x)) return x.map(plain);
  if (!isObject(x)) return x ?? null;
  return Object.fromEntries(
    Object.entries(x)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, plain(v)]),
  );
}

function causeOf(path: readonly string[]): HintCause {
  const name = path.at(-1) ?? "";
  if (/ports$/i.test(name)) return "port";
  if (name === "namespaceSelector") return "namespace";
  if (/selector$/i.test(name) || path.includes("serviceAccounts")) return "label";
  if (name === "types") return "policy type";
  if (name === "order" || name === "tier") return "order";
  return "rule";
}

const text = (x: unknown): string =>
  x === undefined ? "nothing" : typeof x === "string" ? `"${x}"` : JSON.stringify(x);

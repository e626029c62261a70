import { fits, interval, trialsFor } from "./binomial";
import type { LivePod, LiveService } from "./inventory";
import type { RequestCheck, Result } from "./check-model";

/** One answer to a request. */
export interface HttpAnswer {
  /** No HTTP answer came: why. */
  error?: string;
  status: number;
  location?: string;
  /** Where the answering pod's name may stand. */
  body: string;
}

/** What a server showed as its certificate. */
export interface Certificate {
  /** Why it is not trusted; absent where it is. */
  distrust?: string;
  /** Subject and issuer as people write them. */
  subject: string;
  issuer: string;
  /** Milliseconds since 1970. */
  validTo: number;
  /** Why it does not stand for the host; absent where it does. */
  wrongName?: string;
}

/** How sure a share must be to be called wrong: one true canary in a thousand is. */
export const ALPHA = 0.001;
/** No share needs more to be distinguished from none at all, down to half a per cent. */
const MOST = 2000;

/** How many requests a claim needs. `wish` is for shares between none and all. */
export function requestsFor({ backends }: Pick<RequestCheck, "backends">, wish: number): number {
  const shares = Object.values(backends ?? {}).filter((p) => p > 0 && p < 1);
  if (shares.length === 0) return backends === undefined ? 2 : 5;
  return Math.min(MOST, Math.max(wish, ...shares.map((p) => trialsFor(p, ALPHA))));
}

/** Pods by name, with the Services that lead to each. */
export type Backends = ReadonlyMap<string, readonly string[]>;

export function backendsOf(services: readonly LiveService[], pods: readonly LivePod[]): Backends {
  return new Map(
    pods.map((pod) => [
      pod.name,
      services
        .filter((s) => s.namespace === pod.namespace && Object.keys(s.selector).length > 0)
        .filter((s) => Object.entries(s.selector).every(([k, v]) => pod.labels[k] === v))
        .map((s) => `${s.namespace}/${s.name}`),
    ]),
  );
}

/** The Service whose pod answered, where the answer tells its pod's name; of several the one that is claimed. */
export function backendIn(body: string, backends: Backends, claimed: readonly string[]): string | undefined {
  const named = [...backends.keys()]
    .filter((pod) => body.includes(pod))
    .sort((a, b) => b.length - a.length)[0];
  if (named === undefined) return undefined;
  const services = backends.get(named) ?? [];
  return services.find((s) => claimed.includes(s)) ?? services[0] ?? `pod ${named}`;
}

export function compareRequest(
  check: RequestCheck,
  answers: readonly HttpAnswer[],
  backends: Backends,
  certificate: Certificate | undefined,
  now: number,
): Result {
  const lost = answers.filter((a) => a.error !== undefined);
  if (answers.length === 0 || lost.length === answers.length)
    return { check, status: "error", detail: lost[0]?.error ?? "no request was made", rules: [] };
  const good = answers.filter((a) => a.error === undefined);
  const seen: string[] = [];
  const against: string[] = [];
  const add = ({ text, wrong }: Observed): void => void (wrong ? against : seen).push(text);
  if (lost.length > 0)
    against.push(`${lost.length} of ${answers.length} requests got no answer: ${lost[0]?.error ?? ""}`);
  if (certificate !== undefined) add(certificateFinding(certificate, now));
  add(statusFinding(check, good));
  if (check.location !== undefined) add(locationFinding(check.location, good));
  if (check.backends !== undefined) for (const share of shareFindings(check, good, backends)) add(share);
  const failed = against.length > 0;
  return {
    check,
    status: failed ? "fail" : "pass",
    detail: (failed ? against : seen).join("; "),
    rules: failed ? [`the lab: ${check.reason}`] : [],
  };
}

interface Observed {
  text: string;
  wrong: boolean;
}

function certificateFinding(c: Certificate, now: number): Observed {
  const days = Math.floor((c.validTo - now) / 86_400_000);
  const fake = /Kubernetes Ingress Controller Fake Certificate/i.test(c.subject);
  if (fake)
    return {
      wrong: true,
      text: "certificate: the controller's own stand-in; no Secret of the Ingress holds a certificate for this name",
    };
  if (c.wrongName !== undefined) return { wrong: true, text: `certificate: ${c.wrongName}` };
  if (days < 0) return { wrong: true, text: `certificate: expired ${-days} days ago` };
  if (c.distrust !== undefined)
    return { wrong: true, text: `certificate: not trusted (${c.distrust}), signed by ${c.issuer}` };
  return { wrong: false, text: `certificate by ${c.issuer}, ${days} days` };
}

function statusFinding({ status, backends }: RequestCheck, answers: readonly HttpAnswer[]): Observed {
  const counts = new Map<number, number>();
  for (const a of answers) counts.set(a.status, (counts.get(a.status) ?? 0) + 1);
  const text = `status ${[...counts].map(([s, n]) => (counts.size === 1 ? `${s}` : `${s} (${n}×)`)).join(", ")}`;
  // What a backend answers is not predicted; that the way to it is broken can be seen.
  const bad = (s: number): boolean =>
    status !== undefined ? s !== status : backends !== undefined && (s === 502 || s === 503 || s === 504);
  const wrong = [...counts.keys()].some(bad);
  return { wrong, text: wrong && status !== undefined ? `${text}, expected ${status}` : text };
}

function locationFinding(expected: string, answers: readonly HttpAnswer[]): Observed {
  const other = answers.find((a) => a.location !== expected);
  return other === undefined
    ? { wrong: false, text: `to ${expected}` }
    : { wrong: true, text: `redirects to ${other.location ?? "nowhere"}, expected ${expected}` };
}

function shareFindings(check: RequestCheck, answers: readonly HttpAnswer[], backends: Backends): Observed[] {
  const claimed = check.backends ?? {};
  const counts = new Map<string, number>();
  let silent = 0;
  for (const { body } of answers) {
    const service = backendIn(body, backends, Object.keys(claimed));
    if (service === undefined) silent++;
    else counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  const n = answers.length - silent;
  const whole = Object.entries(claimed).length === 1 && Object.values(claimed)[0] === 1;
  if (silent === answers.length)
    return [
      {
        wrong: !whole,
        text: whole
          ? "the answer does not name its pod"
          : "no answer names its pod, so shares cannot be counted",
      },
    ];
  const found: Observed[] = [];
  if (silent > 0)
    found.push({ wrong: true, text: `${silent} of ${answers.length} answers come from none of the pods` });
  for (const name of new Set([...Object.keys(claimed), ...counts.keys()]))
    found.push(shareFinding(name, counts.get(name) ?? 0, n, claimed[name] ?? 0));
  return found;
}

function shareFinding(name: string, k: number, n: number, p: number): Observed {
  const wrong = !fits(k, n, p, ALPHA);
  if (p === 1 || p === 0)
    return {
      wrong,
      text: `${name} answered ${k} of ${n}${wrong ? `, expected ${p === 1 ? "all" : "none"}` : ""}`,
    };
  const { low, high } = interval(k, n, ALPHA);
  const range = `${percent(low)}–${percent(high)} at ${percent(1 - ALPHA)} confidence`;
  return {
    wrong,
    text: `${name} answered ${k} of ${n} = ${percent(k / n)} (${range}), expected ${percent(p)}`,
  };
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

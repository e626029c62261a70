import { netOf, parseNet } from "../../../kube/ip";
import type { KubeObject } from "../../../kube/objects";
import { plainYaml } from "../../../kube/plain-yaml";
import { answerOf, type ClusterAnswers, type ClusterQuestion } from "./cluster-questions";
import { found, type Found } from "./found-fact";

export const POD_RANGE_QUESTIONS: readonly ClusterQuestion[] = [
  "pools",
  "storedPools",
  "kubeadm",
  "componentPods",
  "appPods",
];
export const SERVICE_RANGE_QUESTIONS: readonly ClusterQuestion[] = [
  "serviceRanges",
  "kubeadm",
  "componentPods",
  "appPods",
];

/** `podSubnet`, as kubeadm was told it; else what the controller manager's own arguments say. */
export function podRanges(answers: ClusterAnswers): Found<string[]> | undefined {
  return (
    fromKubeadm(answers, "podSubnet") ??
    fromArguments(answers, "kube-controller-manager", "cluster-cidr") ??
    undefined
  );
}

export function serviceRanges(answers: ClusterAnswers): Found<string[]> | undefined {
  const [kept] = answerOf(answers, "serviceRanges") as unknown as { spec?: { cidrs?: string[] } }[];
  const cidrs = rangesIn(kept?.spec?.cidrs?.join(","));
  if (cidrs !== undefined) return found(cidrs, "ServiceCIDR kubernetes");
  return (
    fromKubeadm(answers, "serviceSubnet") ??
    fromArguments(answers, "kube-apiserver", "service-cluster-ip-range") ??
    fromArguments(answers, "kube-controller-manager", "service-cluster-ip-range")
  );
}

interface ClusterConfiguration {
  networking?: { podSubnet?: string; serviceSubnet?: string };
}

function fromKubeadm(
  answers: ClusterAnswers,
  key: "podSubnet" | "serviceSubnet",
): Found<string[]> | undefined {
  const text = dataOf(answerOf(answers, "kubeadm")[0])["ClusterConfiguration"];
  const ranges = rangesIn(documentOf<ClusterConfiguration>(text)?.networking?.[key]);
  return ranges === undefined ? undefined : found(ranges, `ConfigMap kubeadm-config, ${key}`);
}

function fromArguments(answers: ClusterAnswers, program: string, flag: string): Found<string[]> | undefined {
  const pods = [...answerOf(answers, "componentPods"), ...answerOf(answers, "appPods")];
  const values = pods
    .filter((p) => Object.values(p.metadata.labels ?? {}).includes(program))
    .map((p) => flagOf(p, flag));
  const ranges = rangesIn(values.find((v) => v !== undefined));
  return ranges === undefined ? undefined : found(ranges, `--${flag} of ${program}`);
}

interface PodParts {
  spec?: { containers?: { command?: string[]; args?: string[] }[] };
}

/** The value of `--flag=value` or `--flag value`: kubeadm writes commands, kops arguments. */
export function flagOf(pod: KubeObject, flag: string): string | undefined {
  const { spec } = pod as unknown as PodParts;
  const words = (spec?.containers ?? []).flatMap((c) => [...(c.command ?? []), ...(c.args ?? [])]);
  const at = words.findIndex((w) => w === `--${flag}` || w.startsWith(`--${flag}=`));
  if (at < 0) return undefined;
  return words[at]?.includes("=") === true ? words[at].slice(flag.length + 3) : words[at + 1];
}

/** Ranges as they are compared: normalised. Nothing where one is no range. */
export function rangesIn(text: string | undefined): string[] | undefined {
  const parts = (text ?? "").split(",").filter((p) => p.trim() !== "");
  if (parts.length === 0) return undefined;
  const nets = parts.map((p) => parseNet(p.trim()));
  return nets.every((n) => n !== undefined) ? parts.map((p) => normalised(p.trim())) : undefined;
}

export const normalised = (cidr: string): string => netOf(cidr).text;

/** Data of a ConfigMap; empty where it is not there. */
export const dataOf = (o: KubeObject | undefined): Readonly<Record<string, string>> =>
  (o?.["data"] as Record<string, string> | undefined) ?? {};

/** What a ConfigMap holds as YAML; undefined where it is none: a stranger's text is no reason to fail. */
export function documentOf<T extends object>(text: string | undefined): Partial<T> | undefined {
  if (text === undefined) return undefined;
  try {
    const read = plainYaml(text);
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}

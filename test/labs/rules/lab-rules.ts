import { parseSelector } from "../../../packages/reach/src/selector";
import { objectTitle, type KubeObject } from "../../../kube/objects";
import { labAt, type LabState } from "../../../labs/model";
import { invalidNames, unpinnedImages, withoutRequests } from "../../support/rules";
import { proofProblems } from "./proof-rule";
import { mutableImageReason } from "../../../policies/guardrails/exceptions";
import { guideRules } from "./guide-rules";
import { requestProblems } from "./request-rules";
import type { LabRule, Subject } from "./subject";

/** Problems as a person who wrote a lab needs them: with the paragraph that says what is asked. */
export const told = (paragraph: string, problems: readonly string[]): string[] =>
  problems.map((problem) => `${problem} (docs/write-a-lab.md#${anchorOf(paragraph)})`);

export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const names = ({ lab }: Subject): string[] => {
  const ids = lab.steps.map((s) => s.id);
  return [
    ...[lab.id, ...ids].filter((id) => !LABEL.test(id)).map((id) => `the id ${id} is not a DNS label`),
    ...ids
      .filter((id) => /^(\d+|next|back|reset)$/.test(id))
      .map((id) => `the step id ${id} means something else on the command line`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two steps have the id ${id}`),
    ...(lab.title === "" || lab.summary === "" ? ["title or summary is empty"] : []),
    ...lab.steps.filter((s) => s.title === "" || s.aim === "").map((s) => `step ${s.id} has no title or aim`),
  ];
};

const claimed = ({ lab, selection }: Subject): string[] =>
  lab.steps.flatMap((step) => {
    const claims = step.expect(selection.context);
    return [
      ...(claims.length === 0 ? [`step ${step.id} claims nothing`] : []),
      ...claims.filter((c) => c.reason === "").map(() => `step ${step.id} has a claim without a reason`),
    ];
  });

/** Every object that stands at some step. */
function objects({ lab, selection }: Subject, context = selection.context): KubeObject[] {
  const states = lab.steps.map((_, step): LabState => labAt({ ...selection, lab, step, context }));
  return states.flatMap((state) => state.objects);
}

const unique = (problems: readonly string[]): string[] => [...new Set(problems)];

const namespaces = (subject: Subject): string[] => {
  const { lab, selection } = subject;
  const other = Object.fromEntries(Object.keys(lab.namespaces).map((role) => [role, `other-${role}`]));
  const made = objects(subject, { ...selection.context, instance: "copy", namespaces: other });
  const names = new Set(Object.values(other));
  const inside = made.filter((o) => o.metadata.namespace !== undefined && !names.has(o.metadata.namespace));
  const own = made.filter((o) => o.kind === "Namespace" && !names.has(o.metadata.name));
  return unique([...inside, ...own].map((o) => `${objectTitle(o)} ignores context.namespaces`));
};

const clusterWide = (subject: Subject): string[] => {
  if (subject.lab.clusterWide) return [];
  const foreign = {
    "kubernetes.io/metadata.name": "somebody-elses",
    "projectcalico.org/name": "somebody-elses",
  };
  return objects(subject)
    .filter((o) => o.kind === "GlobalNetworkPolicy")
    .filter((o) => {
      const { namespaceSelector = "all()" } = o["spec"] as { namespaceSelector?: string };
      return parseSelector(namespaceSelector).matches(foreign);
    })
    .map((o) => `${objectTitle(o)} selects namespaces of others`);
};

const workloads = (subject: Subject): string[] => {
  const all = { objects: () => objects(subject) };
  return unique([
    ...unpinnedImages(all)
      .filter((image) => mutableImageReason(image.split(": ").at(-1) ?? "") === undefined)
      .map((image) => `${image} is not pinned by tag or digest`),
    ...withoutRequests(all).map((container) => `${container} does not request CPU and memory`),
    ...invalidNames(all).map((name) => `${name} is not a name that the API server takes`),
  ]);
};

interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  automountServiceAccountToken?: boolean;
  containers: { securityContext?: { privileged?: boolean; capabilities?: { add?: string[] } } }[];
}

const privileges = (subject: Subject): string[] => {
  const made = objects(subject);
  const level = (name: string | undefined): string | undefined =>
    made.find((o) => o.kind === "Namespace" && o.metadata.name === name)?.metadata.labels?.[
      "pod-security.kubernetes.io/enforce"
    ];
  return unique(
    made.flatMap((o) => {
      const spec = (o["spec"] as { template?: { spec?: PodSpec } } | undefined)?.template?.spec;
      if (spec === undefined) return [];
      const privileged =
        spec.hostNetwork === true ||
        spec.hostPID === true ||
        spec.containers.some(
          ({ securityContext: c }) =>
            c?.privileged === true || c?.capabilities?.add?.some((name) => name !== "NET_BIND_SERVICE"),
        );
      return [
        ...(privileged && level(o.metadata.namespace) !== "privileged"
          ? [`${objectTitle(o)} needs privileges that its namespace does not grant`]
          : []),
        ...(spec.automountServiceAccountToken === false
          ? []
          : [`${objectTitle(o)} mounts the token of its ServiceAccount`]),
      ];
    }),
  );
};

export const labRules: readonly LabRule[] = [
  ["Names", names],
  ["Claims", claimed],
  ["Claims that hold", proofProblems],
  ["Requests", requestProblems],
  ["Namespaces and copies", namespaces],
  ["Cluster-wide objects", clusterWide],
  ["Workloads", workloads],
  ["Privileges", privileges],
  ...guideRules,
];

/** All that a lab breaks. */
export async function broken(subject: Subject): Promise<string[]> {
  const found = await Promise.all(
    labRules.map(async ([paragraph, problems]) => told(paragraph, await problems(subject))),
  );
  return found.flat();
}

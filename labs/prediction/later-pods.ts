import type { Endpoint, State } from "../../packages/reach/src";

const LATER = "any-later-pod";
const COPIED = "-with-another-account";

/** How people read the name of such a pod; other names stay. */
export function laterPodText(name: string): string {
  if (name.endsWith(`/${LATER}`)) return `a pod that comes later to ${name.slice(0, -LATER.length - 1)}`;
  return name.endsWith(COPIED)
    ? `a pod with the labels of ${name.slice(0, -COPIED.length)} and another account`
    : name;
}

/** A pod without labels in each of these namespaces, as if somebody made one now: no object, only asked about. */
export function laterPods(state: State, namespaces: readonly string[]): Endpoint[] {
  return namespaces.flatMap((namespace) => {
    const like = podIn(state, namespace);
    return like === undefined ? [] : [stranger(like, `${namespace}/${LATER}`, {})];
  });
}

/** A pod with the labels of each workload of these namespaces, but with account `default`: labels can be copied. */
export function impostors(state: State, namespaces: readonly string[]): Endpoint[] {
  return state.workloads.flatMap((w) =>
    w.selectable !== undefined &&
    w.replica === undefined &&
    namespaces.includes(w.namespace ?? "") &&
    w.serviceAccount !== "default"
      ? [stranger(w, `${w.name}${COPIED}`, w.labels)]
      : [],
  );
}

const podIn = (state: State, namespace: string): Endpoint | undefined =>
  state.workloads.find((w) => w.namespace === namespace && w.selectable !== undefined);

function stranger(like: Endpoint, name: string, labels: Readonly<Record<string, string>>): Endpoint {
  const kept = [...(like.selectable ?? [])].filter(
    ([key]) => key.startsWith("pcns.") || /^projectcalico\.org\/(namespace|orchestrator)$/.test(key),
  );
  return {
    type: "workload",
    kind: "Pod",
    name,
    ...(like.namespace === undefined ? {} : { namespace: like.namespace }),
    serviceAccount: "default",
    labels,
    selectable: new Map([
      ...kept,
      ...Object.entries(labels),
      ["pcsa.projectcalico.org/name", "default"],
      ["projectcalico.org/serviceaccount", "default"],
    ]),
    addresses: like.addresses,
    families: like.families,
    ports: like.ports,
  };
}

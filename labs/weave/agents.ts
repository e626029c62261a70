import type { KubeObject } from "../../kube/objects";

/** As far as the evaluator tells by it that Weave Net's controller enforces policies; the component has the rest. */
export const WEAVE_AGENTS: KubeObject = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "weave-net", namespace: "kube-system", labels: { name: "weave-net" } },
  spec: {
    selector: { matchLabels: { name: "weave-net" } },
    template: {
      metadata: { labels: { name: "weave-net" } },
      spec: { hostNetwork: true, containers: [{ name: "weave" }, { name: "weave-npc" }] },
    },
  },
};

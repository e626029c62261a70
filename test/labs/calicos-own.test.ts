import { labs } from "../../labs";
import { labAt } from "../../labs/model";
import { ownStackFacts } from "./own-stack-facts";
import { contextOf } from "./proof";

/**
 * What a running Calico makes for itself (node/pkg/lifecycle/startup, kube-controllers, the operator): as an object of
 * ours its creation fails with "already exists", which no cluster without calico-node shows.
 */
const CALICOS = [
  "BGPConfiguration default",
  "FelixConfiguration default",
  "IPAMConfiguration default",
  "KubeControllersConfiguration default",
  "ClusterInformation default",
  ...["default", "kube-admin", "kube-baseline", "calico-system"].map((t) => `Tier ${t}`),
];

test.each(labs.map((l) => [l.id, l] as const))(
  "%s makes nothing that Calico has made: it patches it",
  (_, lab) => {
    lab.steps.forEach((__, step) => {
      const { objects } = labAt({ instance: lab.id, lab, step, context: contextOf(lab, ownStackFacts) });
      const made = objects.map((o) => `${o.kind} ${o.metadata.name}`);
      expect(made.filter((o) => CALICOS.includes(o))).toEqual([]);
    });
  },
);

import type { KubeObject } from "../../kube/objects";
import { labAt, type FlowExpectation, type LabContext } from "../model";
import { yaobank } from "./lab";

/** The bank as an application inside another lab: its workloads and, apart from these, its own Kubernetes policies. */
export interface Bank {
  workloads: KubeObject[];
  /** database-policy, customer-policy, summary-policy. */
  policies: KubeObject[];
}

/** @param nodePort whether the customer page gets the course's node port 30180; else the API server chooses one */
export function bank(ctx: LabContext, namespace: string, nodePort = false): Bank {
  const context = { ...ctx, namespaces: { bank: namespace }, ...(nodePort ? { instance: yaobank.id } : {}) };
  const at = (id: string): KubeObject[] => {
    const step = yaobank.steps.findIndex((s) => s.id === id);
    return labAt({ instance: context.instance, lab: yaobank, step, context }).objects;
  };
  const workloads = at("open");
  return { workloads, policies: at("least-privilege").slice(workloads.length) };
}

/** The application's own chain, which every lab that guards it must keep open. */
export const bankChain = (namespace: string): FlowExpectation[] => [
  {
    kind: "flow",
    from: "internet",
    to: `${namespace}/customer`,
    port: 80,
    verdict: "allow",
    reason: "customer is the bank's web page",
  },
  {
    kind: "flow",
    from: `${namespace}/customer`,
    to: `${namespace}/summary`,
    port: 80,
    verdict: "allow",
    reason: "customer asks summary",
  },
  {
    kind: "flow",
    from: `${namespace}/summary`,
    to: `${namespace}/database`,
    port: 2379,
    verdict: "allow",
    reason: "summary reads the database",
  },
];

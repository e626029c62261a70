import type { KubeObject } from "../../kube/objects";
import { open } from "../flow";
import { labAt, type FlowClaim, type LabContext } from "../model";
import { yaobank } from "./lab";

/** The bank as an application inside another lab: its workloads and, apart from these, its own Kubernetes policies. */
export interface Bank {
  workloads: KubeObject[];
  /** database-policy, customer-policy, summary-policy. */
  policies: KubeObject[];
}

/** @param nodePort whether the customer page gets node port 30180; else the API server chooses one */
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
export const bankChain = (namespace: string): FlowClaim[] => [
  open("internet", `${namespace}/customer`, 80, "customer is the bank's web page"),
  open(`${namespace}/customer`, `${namespace}/summary`, 80, "customer asks summary"),
  open(`${namespace}/summary`, `${namespace}/database`, 2379, "summary reads the database"),
];

import type { KubeObject } from "../../kube/objects";
import type { FlowClaim } from "../model";

/** One policy for one task, with what it opens and closes, and a mistake that people make with it. */
export interface Recipe {
  /** A DNS label: the step's id and the page's name. */
  id: string;
  title: string;
  /** What is wanted, in one or two sentences. */
  aim: string;
  policy: (at: Places) => KubeObject;
  claims: (at: Places) => FlowClaim[];
  mistake: {
    /** What people write, and why it does not do it. */
    says: string;
    policy: (at: Places) => KubeObject;
    /** The claim that the mistake breaks: its place in `claims`. Tests hold the evaluator to it. */
    breaks: number;
  };
}

/** Namespaces of the lab, and its workloads as claims name them. */
export interface Places {
  shop: string;
  neighbours: string;
  monitoring: string;
  web: string;
  api: string;
  db: string;
  exporter: string;
  old: string;
  client: string;
  batch: string;
  prometheus: string;
  /** Whether the API server is a pod that flows can be claimed to. */
  apiServer: boolean;
}

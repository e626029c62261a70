import type { Behaviour } from "./behaviour";
import { clusterBehaviours } from "./eks-clusters";
import { nodeBehaviours } from "./eks-nodes";
import { eksRecords } from "./eks-records";
import { EksState } from "./eks-state";
import { networkBehaviours } from "./networks";
import { policyBehaviours } from "./policies";
import { tagBehaviours } from "./tags";

/** An account that has asked for more: the tests put many stacks into one. */
const quotas: Record<string, Behaviour> = {
  "service-quotas.GetServiceQuota": {
    answers: ({ ServiceCode, QuotaCode }) => ({ Quota: { ServiceCode, QuotaCode, Value: 200 } }),
  },
};

/** All that the stand-in knows of AWS beside the models and moto: a fresh account. */
export function awsBehaviours(): Record<string, Behaviour> {
  const state = new EksState();
  const all: Record<string, Behaviour> = {};
  const parts = [
    clusterBehaviours(state),
    nodeBehaviours,
    eksRecords(state),
    networkBehaviours,
    policyBehaviours,
    tagBehaviours,
    quotas,
  ];
  for (const [operation, behaviour] of parts.flatMap((p) => Object.entries(p))) {
    const known = all[operation];
    all[operation] = known === undefined ? behaviour : both(known, behaviour);
  }
  return all;
}

/** Two rules for one operation. */
function both(a: Behaviour, b: Behaviour): Behaviour {
  return {
    ...a,
    ...b,
    refuses: async (input, aws) => (await a.refuses?.(input, aws)) ?? (await b.refuses?.(input, aws)),
  };
}

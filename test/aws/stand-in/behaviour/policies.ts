import type { Calls, Behaviour, Refused, Values } from "./behaviour";
import { policyProblems } from "../policy";

const characters = (document: unknown): number => String(document).replace(/\s/g, "").length;

function document(text: unknown, kind: "rights" | "trust", aws: Calls): Refused | undefined {
  const wrong = policyProblems(String(text), kind, aws.actions);
  return wrong.length > 0 ? { code: "MalformedPolicyDocument", message: wrong.join("; ") } : undefined;
}

/**
 * Policy documents. IAM itself takes actions, resources and condition keys that do not exist, and they then allow
 * nothing: that is refused here. Sizes are of "IAM and STS quotas".
 */
export const policyBehaviours: Record<string, Behaviour> = {
  "iam.CreateRole": {
    refuses: (input, aws) =>
      characters(input["AssumeRolePolicyDocument"]) > 2048
        ? { code: "LimitExceeded", message: "Cannot exceed quota for ACLSizePerRole: 2048" }
        : document(input["AssumeRolePolicyDocument"], "trust", aws),
  },
  "iam.UpdateAssumeRolePolicy": { refuses: (input, aws) => document(input["PolicyDocument"], "trust", aws) },
  "iam.PutRolePolicy": {
    refuses: async ({ RoleName, PolicyName, PolicyDocument }, aws) => {
      const others = await aws.ask("iam.ListRolePolicies", { RoleName });
      if ("error" in others) return others.error;
      let size = characters(PolicyDocument);
      for (const name of others.output["PolicyNames"] as string[]) {
        if (name === PolicyName) continue;
        const policy = await aws.ask("iam.GetRolePolicy", { RoleName, PolicyName: name });
        if ("output" in policy)
          size += characters(JSON.stringify((policy.output as Values)["PolicyDocument"]));
      }
      return size > 10_240
        ? { code: "LimitExceeded", message: "Maximum policy size of 10240 bytes exceeded for role" }
        : document(PolicyDocument, "rights", aws);
    },
  },
};

import { PolicyPack } from "@pulumi/policy";
import { rules } from "..";
import { packPolicies } from "./policies";

/** `pulumi preview --policy-pack policies/guardrails/pack`, after `npm run guardrails` has compiled it. */
new PolicyPack("labs-guardrails", { policies: packPolicies(rules) });

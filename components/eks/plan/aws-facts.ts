import { lookUpInstanceType } from "./instance-types";
import type { AwsKnowledge } from "./wish";

/** What the tables of this project know: for the offline plan. */
export const offlineKnowledge: AwsKnowledge = {
  instanceType: lookUpInstanceType,
  asksLater: false,
  real: false,
};

/** The same before AWS is asked: what the tables lack is no problem yet. */
export const firstKnowledge: AwsKnowledge = { ...offlineKnowledge, asksLater: true };

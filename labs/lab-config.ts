import { z } from "zod";
import { dnsLabel } from "../kube/config-fields";

/** Config of one lab of a stack. That there is such a lab, step and namespace is checked by labs/select. */
export const labSchema = z.strictObject({
  step: z
    .union([z.int().min(0), z.string()])
    .default(0)
    .meta({ description: "Where the lab stands: a step's number (0 is the start) or its name." }),
  lab: z
    .string()
    .exactOptional()
    .meta({ description: "Which lab this is a copy of; the key itself if left out." }),
  namespaces: z
    .record(z.string(), dnsLabel())
    .default({})
    .meta({ description: "Other names for the lab's namespaces, by their role." }),
});

export type LabConfig = z.output<typeof labSchema>;

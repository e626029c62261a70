import { z } from "zod";

/** Keys about who an environment is for and how long it may live: written by `labs students`, usable by hand. */
export const ownerSchema = z.string().min(1).max(64).optional().meta({
  description: "Who answers for this stack: a tag on everything that costs money.",
});

export const expiresSchema = z.iso.datetime().optional().meta({
  description:
    "When this stack may be destroyed by `labs students reap`, in UTC (2026-11-21T18:00:00Z): a tag on everything that costs money.",
});

export const studentSchema = z
  .strictObject({
    class: z.string().meta({ description: "Name of the class." }),
    id: z.string().meta({ description: "Id in the roster." }),
    name: z.string().meta({ description: "Name as it is shown." }),
    email: z.string().optional().meta({ description: "E-mail address." }),
  })
  .optional()
  .meta({ description: "Whose environment this is; written by `labs students up`." });

import { z } from "zod";

/** Keys about who an environment is for and how long it may live: written by `labs students`, usable by hand. */
export const ownerSchema = z.string().min(1).max(64).exactOptional().meta({
  description: "Who answers for this stack: a tag on everything that costs money.",
});

/** How the engine hands on a time that stands in a stack file without quotes (Go's own form of it). */
const GO_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) \+0000 UTC$/;

export const expiresSchema = z
  .string()
  .transform((text, ctx) => {
    const moment = z.iso.datetime().safeParse(text.replace(GO_TIME, "$1T$2Z"));
    if (moment.success) return moment.data;
    ctx.addIssue({
      code: "custom",
      message: "must be a time in UTC such as 2026-11-21T18:00:00Z",
      input: text,
    });
    return z.NEVER;
  })
  .exactOptional()
  .meta({
    description:
      "When this stack may be destroyed by `labs students reap`, in UTC (2026-11-21T18:00:00Z): a tag on everything that costs money.",
  });

export const studentSchema = z
  .strictObject({
    class: z.string().meta({ description: "Name of the class." }),
    id: z.string().meta({ description: "Id in the roster." }),
    name: z.string().meta({ description: "Name as it is shown." }),
    email: z.string().exactOptional().meta({ description: "E-mail address." }),
  })
  .exactOptional()
  .meta({ description: "Whose environment this is; written by `labs students up`." });

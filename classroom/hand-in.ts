import { createHash } from "node:crypto";
import { z } from "zod";
import type { Problem } from "../kube/problems";
import { problemsOf } from "../kube/schema-problems";
import { sameText, signatureOf, tokenOf, type ClassToken } from "./class-token";

/** What a student sends: what was solved, when, and the files with which it was. The instructor evaluates these again. */
export const HAND_IN_VERSION = 1;

/** Enough for every lab; a report of a folder that holds more says so and leaves the files out. */
export const HAND_IN_LIMITS = { file: 2 ** 21, files: 200, bytes: 2 ** 20 } as const;

const hash = z.string().regex(/^[0-9a-f]{64}$/, "is no SHA-256");
const moment = z.iso.datetime();
/** A relative path that leads nowhere else. */
const path = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!.*(^|\/)\.)[^\u0000-\u001f\\:]+$/, "is no path inside a folder")
  .refine((p) => !p.startsWith("/") && !p.includes("//") && !p.endsWith("/"), "is no path inside a folder");

const step = z.strictObject({
  step: z.int().min(0).max(100),
  id: z.string().max(100),
  /** Of what the step claims: another version of the lab may ask for something else. */
  claims: hash,
  /** With `--broken`: which mistake was in the files. */
  seed: z.string().max(100).optional(),
  began: moment,
  solved: moment.optional(),
  hints: z.int().min(0).max(100_000),
  /** Path → hash of its text. */
  files: z.record(path, hash),
});

const schema = z.strictObject({
  handIn: z.literal(HAND_IN_VERSION),
  lab: z.string().max(63),
  from: z.enum(["play", "verify"]),
  class: z.string().max(16).optional(),
  student: z.string().max(63).optional(),
  written: moment,
  steps: z.array(step).max(200),
  texts: z.record(hash, z.string().max(HAND_IN_LIMITS.bytes)),
  signature: hash.optional(),
});

export type HandIn = z.output<typeof schema>;
export type HandInStep = z.output<typeof step>;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The report as a file, signed where a token is given. */
export function handInText(report: Omit<HandIn, "signature">, token: ClassToken | undefined): string {
  const whole = token === undefined ? report : { ...report, class: token.class, student: token.student };
  const signature = token === undefined ? {} : { signature: signatureOf(token.secret, canonical(whole)) };
  return `${JSON.stringify({ ...whole, ...signature }, null, 1)}\n`;
}

/** Reads a report; everything that is wrong with its form and its hashes comes back at once. */
export function readHandIn(text: string): { handIn?: HandIn; problems: Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {
      problems: [
        { path: "(file)", message: "is not JSON: it is cut off, or no hand-in", fix: "send the file again" },
      ],
    };
  }
  const version = (value as { handIn?: unknown } | null)?.handIn;
  if (typeof version === "number" && version !== HAND_IN_VERSION)
    return {
      problems: [
        {
          path: "handIn",
          value: version,
          message: "was written by another version of this project",
          fix: "play with the same version as the class",
        },
      ],
    };
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return { problems: problemsOf(parsed.error, schema, value).map((p) => ({ ...p, fix: CHANGED })) };
  const handIn = parsed.data;
  const wrong = Object.entries(handIn.texts)
    .filter(([h, t]) => sha256(t) !== h)
    .map(([h]): Problem => ({
      path: `texts.${h.slice(0, 12)}…`,
      message: "is not the text of that hash",
      fix: CHANGED,
    }));
  const missing = handIn.steps.flatMap((s, i) =>
    Object.entries(s.files)
      .filter(([, h]) => !Object.hasOwn(handIn.texts, h))
      .map(([file]): Problem => ({
        path: `steps.${i}.files`,
        value: file,
        message: "has no text",
        fix: CHANGED,
      })),
  );
  const problems = [...wrong, ...missing];
  return problems.length > 0 ? { problems } : { handIn, problems };
}

const CHANGED = "it was changed after it was written: send the file that play wrote";

/** Whether the class's key made it. undefined where it is right. */
export function signatureProblem(handIn: HandIn, key: string, className: string): Problem | undefined {
  const { signature, ...body } = handIn;
  if (body.class !== undefined && body.class !== className)
    return {
      path: "class",
      value: body.class,
      message: `is not ${className}`,
      fix: "grade it with its own class",
    };
  if (signature === undefined || body.student === undefined)
    return {
      path: "signature",
      message: "is not there: it was played without a token",
      fix: "play once more with --token, and save",
    };
  const { secret } = tokenOf(key, className, body.student);
  if (sameText(signature, signatureOf(secret, canonical(body)))) return undefined;
  return { path: "signature", message: `is not ${body.student}'s`, fix: CHANGED };
}

/** The same text for the same data, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
    .join(",")}}`;
}

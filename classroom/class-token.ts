import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { classNameProblem, idProblem } from "./environment-names";

/**
 * The instructor holds one key for a class; each student's token is made from it, so that the key alone tells whose a signature
 * or a link is, and nobody can make another's. A token is `class:student:secret`.
 */
export interface ClassToken {
  class: string;
  student: string;
  secret: string;
}

/** 256 bits. */
export const newClassKey = (): string => randomBytes(32).toString("base64url");

export const KEY_PATTERN = /^[\w-]{43}$/;

/** 192 bits of it: nobody guesses that. */
export function tokenOf(key: string, className: string, student: string): ClassToken {
  const secret = createHmac("sha256", key).update(`token\n${className}\n${student}`).digest("base64url");
  return { class: className, student, secret: secret.slice(0, 32) };
}

export const tokenText = (t: ClassToken): string => `${t.class}:${t.student}:${t.secret}`;

/** A token as an instructor gave it, or what is wrong with it. */
export function readToken(text: string): ClassToken | { problem: string } {
  const [className = "", student = "", secret = "", ...more] = text.trim().split(":");
  if (more.length > 0 || !/^[\w-]{32}$/.test(secret))
    return { problem: "is no token of a class: it looks like net101:ana:… with 32 characters at its end" };
  const wrong = classNameProblem(className) ?? idProblem(student, className);
  return wrong === undefined ? { class: className, student, secret } : { problem: wrong };
}

export const signatureOf = (secret: string, text: string): string =>
  createHmac("sha256", secret).update(text).digest("hex");

/** In a time that does not tell how much of it is right. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

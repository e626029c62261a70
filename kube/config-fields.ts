import { z } from "zod";
import { addressAt, parseNet } from "./ip";

/** Stands for a value that is encrypted in a stack's file: only the engine can read it. */
export const ENCRYPTED = "[secret]";

/** Building blocks of the config schema: each says in its message what would be right. */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A DNS label (RFC 1123): what Kubernetes takes as namespace, Service and node-group names. */
export const dnsLabel = (max = 63) =>
  z
    .string()
    .max(max, `at most ${max} characters`)
    .regex(LABEL, "must be a DNS label: lower-case letters, digits and '-', not at the ends");

/** An IPv4 range in CIDR notation, normalised: no host bits set. */
export const cidr4 = z.string().superRefine((value, ctx) => {
  const message = cidrError(value);
  if (message !== undefined) ctx.addIssue({ code: "custom", message, input: value });
});

export const port = z
  .int("must be a whole number")
  .min(1, "ports go from 1 to 65535")
  .max(65535, "ports go from 1 to 65535");

function cidrError(value: string): string | undefined {
  const net = value.includes("/") ? parseNet(value) : undefined;
  if (net?.family !== 4) return "must be an IPv4 CIDR such as 192.168.0.0/16";
  if (net.text === value) return undefined;
  const wrong = value.startsWith(addressAt(net.text, 0)) ? "has zeros in front" : "has host bits set";
  return `${wrong}; the range is ${net.text}`;
}

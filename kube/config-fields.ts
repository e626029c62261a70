import { z } from "zod";

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
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value);
  if (m === null) return "must be an IPv4 CIDR such as 192.168.0.0/16";
  const octets = m.slice(1, 5).map(Number);
  const prefix = Number(m[5]);
  if (octets.some((o) => o > 255) || prefix > 32) return "must be an IPv4 CIDR such as 192.168.0.0/16";
  const address = octets.reduce((sum, o) => sum * 256 + o, 0);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(address / size) * size;
  if (base === address) return undefined;
  const dotted = [24, 16, 8, 0].map((s) => Math.floor(base / 2 ** s) % 256).join(".");
  return `has host bits set; the range is ${dotted}/${prefix}`;
}

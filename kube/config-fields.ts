import { z } from "zod";
import { parseNet, type Family } from "./ip";

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

const cidr = (families: readonly Family[]) =>
  z.string().superRefine((value, ctx) => {
    const message = cidrError(value, families);
    if (message !== undefined) ctx.addIssue({ code: "custom", message, input: value });
  });

/** A range in CIDR notation, normalised: no host bits set. */
export const cidr4 = cidr([4]);
export const cidr6 = cidr([6]);
export const anyCidr = cidr([4, 6]);

export const port = z
  .int("must be a whole number")
  .min(1, "ports go from 1 to 65535")
  .max(65535, "ports go from 1 to 65535");

const EXAMPLE: Record<Family, string> = {
  4: "an IPv4 CIDR such as 192.168.0.0/16",
  6: "an IPv6 CIDR such as fd00:10:244::/56",
};

function cidrError(value: string, families: readonly Family[]): string | undefined {
  const net = value.includes("/") ? parseNet(value) : undefined;
  if (net === undefined || !families.includes(net.family))
    return `must be ${families.map((f) => EXAMPLE[f]).join(", or ")}`;
  if (net.text === value) return undefined;
  const [address = ""] = value.split("/");
  const wrong =
    parseNet(address)?.first !== net.first
      ? "has host bits set"
      : net.family === 4
        ? "has zeros in front"
        : "is not written in short";
  return `${wrong}; the range is ${net.text}`;
}

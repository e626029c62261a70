import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import { answer, type Answer, type HttpRequest } from "./answer";

/** A request that a lab claims, with what must come of it; the shape of a lab's RequestClaim. */
export interface RequestClaim {
  host: string;
  path: string;
  scheme?: "http" | "https";
  headers?: Readonly<Record<string, string>>;
  cookies?: Readonly<Record<string, string>>;
  /** `namespace/service` → probability from 0 to 1. */
  backends?: Readonly<Record<string, number>>;
  status?: number;
  location?: string;
}

/** Compares claims with what the objects give; empty when all hold. A claim of nothing is a problem too. */
export function proveRequests(
  objects: readonly KubeObject[],
  className: string,
  claims: readonly RequestClaim[],
  httpsPort = 443,
): Problem[] {
  return claims.flatMap((claim) => {
    const title = `${claim.scheme ?? "http"}://${claim.host}${claim.path}`;
    const got = answer(objects, className, requestOf(claim), httpsPort);
    return differences(claim, got).map((message) => ({ path: title, message }));
  });
}

function requestOf(c: RequestClaim): HttpRequest {
  return {
    host: c.host,
    path: c.path,
    ...(c.scheme === undefined ? {} : { scheme: c.scheme }),
    ...(c.headers === undefined ? {} : { headers: c.headers }),
    ...(c.cookies === undefined ? {} : { cookies: c.cookies }),
  };
}

function differences(claim: RequestClaim, got: Answer): string[] {
  const out: string[] = [];
  if (claim.backends === undefined && claim.status === undefined)
    out.push("claims neither backends nor a status");
  if (claim.backends !== undefined) {
    if (got.kind !== "backends") out.push(`claims backends, but the answer is ${got.status}`);
    else out.push(...shareDifferences(claim.backends, got.shares));
  }
  if (claim.status !== undefined && !statusFits(claim, claim.status, got)) {
    out.push(
      `claims status ${claim.status}, but the answer is ${got.kind === "backends" ? "a backend's" : got.status}`,
    );
  }
  if (claim.location !== undefined) {
    const location = got.kind === "redirect" ? got.location : "none";
    if (location !== claim.location) out.push(`claims the location ${claim.location}, but it is ${location}`);
  }
  return out;
}

/** Answers that the controller gives itself; with a claim of backends they are the backend's own. */
const CONTROLLER = new Set([308, 404, 503]);

/** What a backend answers cannot be foretold: any status fits, but for the controller's own. */
function statusFits(claim: RequestClaim, status: number, got: Answer): boolean {
  if (got.kind !== "backends") return got.status === status;
  return claim.backends !== undefined || !CONTROLLER.has(status);
}

function shareDifferences(
  claimed: Readonly<Record<string, number>>,
  got: Readonly<Record<string, number>>,
): string[] {
  const keys = [...new Set([...Object.keys(claimed), ...Object.keys(got)])];
  return keys
    .filter((k) => Math.abs((claimed[k] ?? 0) - (got[k] ?? 0)) > 1e-9)
    .map((k) => `claims ${claimed[k] ?? 0} for ${k}, but it is ${got[k] ?? 0}`);
}

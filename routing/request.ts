import type { CanaryRequest } from "./canary/precedence";

/** A request as a client sends it. */
export interface HttpRequest extends CanaryRequest {
  host: string;
  /** Path and query. */
  path: string;
  /** @default http */
  scheme?: "http" | "https";
  /** @default GET */
  method?: string;
  /** The client's address as the controller sees it. */
  client?: string;
  bodyBytes?: number;
  /** What the backend would answer: for custom error pages. */
  backendAnswers?: number;
}

/** A request with what must come of it. */
export interface ClaimedRequest extends HttpRequest {
  /** `namespace/service` → probability from 0 to 1; absent where only the status counts. */
  backends?: Readonly<Record<string, number>>;
  /** Path that the backend sees, where something rewrites it. */
  seen?: string;
  /** HTTP status; a redirect's target in `location`. */
  status?: number;
  location?: string;
}

/** A Service that a request goes to. */
export interface Target {
  namespace: string;
  service: string;
  /** The Service's port; its name only where the Service is not known. */
  port: number | string;
  /** Probability from 0 to 1. */
  share: number;
}

/** What becomes of a request. `assumes`: what the answer takes for granted. */
export type Answer = (
  | {
      /** It goes to Services; `path` is what they see. */
      kind: "backends";
      /** By `namespace/service`. */
      shares: Readonly<Record<string, number>>;
      to: readonly Target[];
      path: string;
      /** Headers that the rules set for the backend. */
      headers?: Readonly<Record<string, string>>;
    }
  | { kind: "redirect"; status: number; location: string }
  /** No rule and no default backend: the proxy answers itself. */
  | { kind: "none"; status: 404 }
  /** A rule leads to a Service that does not exist or has no such port. */
  | { kind: "unavailable"; status: 500 | 503; backend: string }
  /** Any other answer of the proxy's own. */
  | { kind: "status"; status: number; why: string }
  /** No listener takes it: the connection is refused, or the TLS handshake fails. */
  | { kind: "refused"; why: string }
  | { kind: "unknown"; why: string }
) & { assumes?: readonly string[] };

/** Header by name, whatever its case. Cookies count as the header that they make. */
export function headerOf(request: CanaryRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const found = Object.entries(request.headers ?? {}).find(([n]) => n.toLowerCase() === wanted);
  if (found !== undefined || wanted !== "cookie") return found?.[1];
  const cookies = Object.entries(request.cookies ?? {}).map(([n, v]) => `${n}=${v}`);
  return cookies.length === 0 ? undefined : cookies.join("; ");
}

/** The request with the cookies of its Cookie header. */
export function withCookies<T extends CanaryRequest>(request: T): T {
  const text = headerOf(request, "cookie");
  if (text === undefined || request.cookies !== undefined) return request;
  const cookies = Object.fromEntries(
    text.split(/;\s*/).flatMap((pair) => {
      const [name, value] = pair.split(/=(.*)/s);
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...request, cookies };
}

export interface UrlParts {
  pathname: string;
  /** With `?`; empty without one. */
  query: string;
}

export function splitQuery(path: string): UrlParts {
  const at = path.indexOf("?");
  return at < 0 ? { pathname: path, query: "" } : { pathname: path.slice(0, at), query: path.slice(at) };
}

/** As nginx matches: percent codes read, slashes merged, `.` and `..` resolved. Undefined for what is no path. */
export function normalPath(pathname: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(pathname)) return undefined;
  const decoded = decodedPath(pathname);
  const out: string[] = [];
  for (const part of decoded.replace(/\/+/g, "/").split("/").slice(1)) {
    if (part === "..") {
      if (out.pop() === undefined) return undefined;
    } else if (part !== ".") out.push(part);
  }
  return /\/\.{1,2}$/.test(decoded) ? `/${[...out, ""].join("/")}`.replace(/\/+$/, "/") : `/${out.join("/")}`;
}

/** Bytes that are no UTF-8 stay as they are written. */
function decodedPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname.replace(/%[0-7][0-9a-f]/gi, (code) => decodeURIComponent(code));
  }
}

/** A decoded path as it stands in a URL. */
export const escapedPath = (path: string): string =>
  encodeURI(path).replaceAll("%5B", "[").replaceAll("%5D", "]").replaceAll("#", "%23").replaceAll("?", "%3F");

/** Without port and dot at the end, in lower case. */
export const bareHost = (host: string): string => host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");

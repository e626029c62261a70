import type { Endpoint, HttpMatch, HttpRequest } from "../reach-model";
import type { Truth } from "../selector";

/** TCP, the only protocol that a sidecar, and Dikastes with it, looks into. */
const TCP = 6;

/**
 * Whether a rule's `http` holds. Felix does not look at it (its dataplanes know no HTTP): such a rule is one without
 * `http` to it, and wherever no Dikastes stands before the pod that is all there is.
 */
export function httpHolds(http: HttpMatch, { protocol, destination, request, felix }: HttpPacket): Truth {
  const { dikastes = false } = destination;
  if (felix === true || protocol !== TCP || dikastes === false) return true;
  if (request === undefined || http.unknown === true) return "unknown";
  if (matches(http, request)) return true;
  return dikastes === true ? false : "unknown";
}

interface HttpPacket {
  readonly protocol: number;
  readonly destination: Endpoint;
  readonly request?: HttpRequest;
  /** As Felix alone judges it. */
  readonly felix?: true;
}

/** matchHTTP in app-policy/checker/match.go of Calico 3.33. */
function matches({ methods, paths }: HttpMatch, request: HttpRequest): boolean {
  if (methods !== undefined && !methods.includes("*") && !methods.includes(request.method)) return false;
  if (paths === undefined) return true;
  const asked = normalized(request.path);
  return (
    asked !== undefined &&
    paths.some(({ exact, prefix }) => {
      const rule = normalized(exact ?? prefix ?? "");
      if (rule === undefined || exact !== undefined) return rule === asked;
      return rule === "/" || asked === rule || asked.startsWith(`${rule}/`);
    })
  );
}

/** normalizeHTTPPath there: decoded once, without query and `;` parameters, dots resolved; undefined matches nothing. */
function normalized(path: string): string | undefined {
  const [bare = ""] = path.split(/[?#]/);
  let decoded: string;
  try {
    decoded = decodeURIComponent(bare);
  } catch {
    return undefined;
  }
  if (/%(2e|2f|5c)|\0/i.test(decoded)) return undefined;
  const segments = decoded
    .replaceAll("\\", "/")
    .split("/")
    .map((segment) => segment.replace(/;.*$/s, ""));
  if (segments.shift() !== "") return undefined;
  const clean: string[] = [];
  for (const segment of segments) {
    if (segment === "..") clean.pop();
    else if (segment !== "" && segment !== ".") clean.push(segment);
  }
  return `/${clean.join("/")}`;
}

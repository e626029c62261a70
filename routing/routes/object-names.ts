import type { Backend } from "./routes";

/** Names as the API server checks them; each function gives the reason why a text is none. */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** RFC 1123 label: namespaces, our own names. */
export function labelProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text.length > 63) return `has ${text.length} characters; a DNS label has at most 63`;
  if (!LABEL.test(text)) return "is not a DNS label: a-z, 0-9 and '-' inside";
  return undefined;
}

/** RFC 1035 label: Services begin with a letter. */
export function serviceProblem(text: string): string | undefined {
  const problem = labelProblem(text);
  if (problem !== undefined) return problem;
  return /^[a-z]/.test(text) ? undefined : "does not begin with a letter, as the name of a Service must";
}

/** RFC 1123 subdomain, `*.` allowed as the first label of a host. */
export function hostProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || text.includes(":"))
    return "is an address or has a port, not a DNS name";
  const name = text.startsWith("*.") ? text.slice(2) : text;
  return subdomainProblem(name);
}

function subdomainProblem(text: string): string | undefined {
  if (text.length > 253) return `has ${text.length} characters; a DNS name has at most 253`;
  for (const label of text.split(".")) {
    const problem = labelProblem(label);
    if (problem !== undefined)
      return label === text ? problem : `is not a DNS name: the part "${label}" ${problem}`;
  }
  return undefined;
}

/** RFC 1123 subdomain as most objects are called, Secrets too: its labels may be longer than those of a DNS name. */
export function objectNameProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text.length > 253) return `has ${text.length} characters; the name of an object has at most 253`;
  return text.split(".").every((label) => LABEL.test(label))
    ? undefined
    : "is not the name of an object: a-z, 0-9, '-' and '.' inside";
}

/** A port by number, or by name (IANA service name: at most 15 characters, one of them a letter). */
export function portProblem(port: Backend["port"]): string | undefined {
  if (typeof port === "number") {
    return Number.isInteger(port) && port >= 1 && port <= 65535 ? undefined : "is not a port: 1 to 65535";
  }
  const named = /^[a-z0-9]([a-z0-9]|-(?!-))*$/.test(port) && /[a-z]/.test(port) && !port.endsWith("-");
  return named && port.length <= 15
    ? undefined
    : "is not the name of a port: at most 15 of a-z, 0-9 and '-', with a letter";
}

/**
 * The few directives of a snippet that can be followed: those that touch headers only, and `return`, at once or under an
 * `if` on the method, the path or a header. All else gives `unknown`.
 */
export type SnippetAnswer =
  { kind: "none" } | { kind: "return"; status: number; url?: string } | { kind: "unknown"; why: string };

export interface SnippetRequest {
  method: string;
  /** Decoded, without query. */
  path: string;
  /** As the client sent it. */
  uri: string;
  host: string;
  scheme: string;
  header: (name: string) => string | undefined;
}

/** Whether a directive touches headers, bodies or times only: it decides about no answer. */
export const isHarmless = (directive: string): boolean => HARMLESS.test(`${directive} `);

const HARMLESS =
  /^(more_(set|clear)_(input_)?headers|add_header|proxy_(set|hide|pass)_header|expires|access_log|gzip|sub_filter\w*|proxy_(connect|send|read)_timeout|proxy_buffer\w*|proxy_cookie_\w+|large_client_header_buffers|rewrite_log|etag|server_tokens)\s/;

export function snippetAnswer(snippet: string | undefined, request: SnippetRequest): SnippetAnswer {
  if (snippet === undefined) return { kind: "none" };
  return statements(masked(snippet), request);
}

const MARKS = ";{}#";
const HIDDEN = "\uE000\uE001\uE002\uE003";

/** Without comments, and with other letters for the marks of the language that stand in quotes. */
export function masked(snippet: string): string {
  let out = "";
  let quote: string | undefined;
  let comment = false;
  for (const char of snippet) {
    const starts = out === "" || /[\s;{}(]$/.test(out);
    if (comment) {
      if (char !== "\n") continue;
      comment = false;
    } else if (quote !== undefined) {
      if (char === quote && !out.endsWith("\\")) quote = undefined;
      out += MARKS.includes(char) ? (HIDDEN[MARKS.indexOf(char)] ?? char) : char;
      continue;
    } else if (char === "#" && starts) {
      comment = true;
      continue;
    } else if ((char === '"' || char === "'") && starts) quote = char;
    out += char;
  }
  return out.trim();
}

const unmasked = (text: string): string =>
  text.replace(/[\uE000-\uE003]/g, (char) => MARKS[HIDDEN.indexOf(char)] ?? char);

function statements(text: string, request: SnippetRequest): SnippetAnswer {
  let rest = text.trim();
  while (rest !== "") {
    const block = /^if\s*\(\s*([^)]*?|.*?)\s*\)\s*\{([^{}]*)\}\s*/s.exec(rest);
    if (block !== null) {
      const holds = condition(unmasked(block[1] ?? ""), request);
      if (holds === undefined) return unknown(`if (${unmasked(block[1] ?? "")})`);
      const inside: SnippetAnswer = holds ? statements(block[2] ?? "", request) : { kind: "none" };
      if (inside.kind !== "none") return inside;
      rest = rest.slice(block[0].length);
      continue;
    }
    const line = /^([^;{}]*);\s*/s.exec(rest);
    const directive = line?.[1]?.trim();
    if (line === null || directive === undefined) return unknown(unmasked(rest.split("\n")[0] ?? rest));
    const answer = one(unmasked(directive), request);
    if (answer.kind !== "none") return answer;
    rest = rest.slice(line[0].length);
  }
  return { kind: "none" };
}

function one(directive: string, request: SnippetRequest): SnippetAnswer {
  const back = /^return\s+(?:(\d{3})(?:\s+(.+))?|(https?:\/\/\S+))$/s.exec(directive);
  if (back !== null) {
    const url = (back[2] ?? back[3])?.replace(/^["']|["']$/g, "");
    const status = Number(back[1] ?? 302);
    const leads = url !== undefined && status >= 300 && status <= 308;
    const target = leads ? expand(url, request) : undefined;
    if (leads && target === undefined) return unknown(directive);
    return { kind: "return", status, ...(target === undefined ? {} : { url: target }) };
  }
  return isHarmless(directive) ? { kind: "none" } : unknown(directive);
}

const unknown = (what: string): SnippetAnswer => ({
  kind: "unknown",
  why: `a snippet holds "${what.slice(0, 80)}", which is not followed here`,
});

/** nginx's `if`: a variable against a text or an expression. */
function condition(text: string, request: SnippetRequest): boolean | undefined {
  const found = /^\$(\w+)(?:\s*(!?=|!?~\*?)\s*(.+))?$/s.exec(text);
  if (found === null) return undefined;
  const value = variable(found[1] ?? "", request);
  if (value === undefined) return undefined;
  const [, , operator, raw] = found;
  if (operator === undefined) return value !== "" && value !== "0";
  const other = (raw ?? "").trim().replace(/^(["'])(.*)\1$/s, "$2");
  if (operator === "=" || operator === "!=") return (value === other) === (operator === "=");
  try {
    const fits = new RegExp(other, operator.includes("*") ? "i" : "").test(value);
    return fits !== operator.startsWith("!");
  } catch {
    return undefined;
  }
}

function variable(name: string, r: SnippetRequest): string | undefined {
  const fixed: Record<string, string> = {
    request_method: r.method,
    uri: r.path,
    document_uri: r.path,
    request_uri: r.uri,
    host: r.host,
    http_host: r.host,
    scheme: r.scheme,
    args: r.uri.split(/\?(.*)/s)[1] ?? "",
    query_string: r.uri.split(/\?(.*)/s)[1] ?? "",
  };
  if (name in fixed) return fixed[name];
  return name.startsWith("http_") ? (r.header(name.slice(5).replaceAll("_", "-")) ?? "") : undefined;
}

/** A URL with nginx's variables filled in; undefined where one is not known. */
export function expand(url: string, request: SnippetRequest): string | undefined {
  const names = [...url.matchAll(/\$\{?(\w+)\}?/g)].map((m) => m[1] ?? "");
  if (names.some((name) => variable(name, request) === undefined)) return undefined;
  return url.replace(/\$\{?(\w+)\}?/g, (_, name: string) => variable(name, request) ?? "");
}

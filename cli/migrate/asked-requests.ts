import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { failOn, reasonOf, UserError, type Problem } from "../../kube/problems";
import type { HttpRequest } from "../../routing/request";

/** Requests of a file: a list, or an object with `requests`; JSON or YAML. @throws UserError, ProblemsError */
export function requestsOfFile(file: string): HttpRequest[] {
  let data: unknown;
  try {
    data = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${reasonOf(error)}`);
  }
  const list = Array.isArray(data) ? (data as unknown[]) : (data as { requests?: unknown } | null)?.requests;
  if (!Array.isArray(list))
    throw new UserError(`${file} holds no list of requests, and no object with \`requests\`.`);
  const problems: Problem[] = [];
  const requests = list.map((r, i) => requestOf(r, `${file}: requests[${i}]`, problems));
  failOn("Some requests cannot be asked:", problems);
  return requests;
}

function requestOf(raw: unknown, at: string, problems: Problem[]): HttpRequest {
  const r = (typeof raw === "object" && raw !== null ? raw : {}) as Record<string, unknown>;
  const say = (field: string, message: string, fix: string) =>
    problems.push({ path: `${at}.${field}`, value: r[field], message, fix });
  const { host, path, scheme, method, client } = r;
  if (typeof host !== "string" || host === "") say("host", "is no host name", "shop.example.org");
  if (typeof path !== "string" || !path.startsWith("/")) say("path", "is no path", "/cart");
  if (scheme !== undefined && scheme !== "http" && scheme !== "https")
    say("scheme", "is neither http nor https", "https");
  if (method !== undefined && typeof method !== "string") say("method", "is no method", "POST");
  if (client !== undefined && typeof client !== "string") say("client", "is no address", "203.0.113.7");
  const texts = (field: string) => {
    const value = r[field];
    if (value === undefined) return {};
    if (
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((v) => typeof v === "string")
    )
      return { [field]: value };
    say(field, "does not map names to texts", "{ X-Preview: always }");
    return {};
  };
  const number = (field: string, name: string) => {
    const value = r[field] ?? r[name];
    if (value === undefined) return {};
    if (typeof value === "number") return { [name]: value };
    say(field, "is no number", "2000000");
    return {};
  };
  return {
    host: String(host),
    path: String(path),
    ...(scheme === "https" ? { scheme } : {}),
    ...(typeof method === "string" ? { method: method.toUpperCase() } : {}),
    ...(typeof client === "string" ? { client } : {}),
    ...texts("headers"),
    ...texts("cookies"),
    ...number("body_bytes", "bodyBytes"),
    ...number("backend_answers", "backendAnswers"),
  };
}

/** `GET https://host/path -H "X: y"`, as curl has it. @throws UserError */
export function requestOfText(text: string): HttpRequest {
  const words = text.match(/"[^"]*"|'[^']*'|\S+/g)?.map((w) => w.replace(/^(["'])(.*)\1$/s, "$2")) ?? [];
  const headers: Record<string, string> = {};
  let method: string | undefined;
  let url: URL | undefined;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (word === "-H") {
      const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(words[(i += 1)] ?? "") ?? [];
      if (name === undefined) throw new UserError(`--request ${text}: -H wants "Name: value".`);
      headers[name] = value ?? "";
    } else if (word === "-X") method = words[(i += 1)];
    else if (/^https?:\/\//.test(word) && URL.canParse(word)) url = new URL(word);
    else if (/^[A-Za-z]+$/.test(word) && url === undefined) method = word;
    else
      throw new UserError(
        `--request ${text}: "${word}" is not understood; write 'GET https://host/path -H "Name: value"'.`,
      );
  }
  if (url === undefined) throw new UserError(`--request ${text}: it needs a URL with http:// or https://.`);
  // The path as written: the URL class would resolve dots and add codes.
  const path = /^https?:\/\/[^/?]+(.*)$/s.exec(words.find((w) => /^https?:\/\//.test(w)) ?? "")?.[1] ?? "/";
  return {
    host: url.host,
    path: path.startsWith("/") ? path : `/${path}`,
    ...(url.protocol === "https:" ? { scheme: "https" as const } : {}),
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

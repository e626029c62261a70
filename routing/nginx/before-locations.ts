import { bareHost, type Answer } from "../request";
import type { Services } from "../services";
import type { Server } from "./model";
import { snippetAnswer, type SnippetRequest } from "./snippet";
import { allowedBy, SNIPPETS } from "./validation";

/** What a server does before it looks for a location: TLS, client certificates, its snippet, app-root. */
export function beforeLocations(
  server: Server,
  request: SnippetRequest,
  httpsPort: number,
  services: Services,
): Answer | undefined {
  const root = server.locations.find((l) => l.path === "/" && l.type === "Prefix");
  // An alias is no name to the controller's TCP proxy.
  const through = server.passthrough && request.scheme === "https" && bareHost(request.host) === server.host;
  if (through && root?.upstream !== undefined) {
    const { namespace, service, port } = root.upstream;
    if (!services.has(namespace, service))
      return { kind: "unknown", why: `ssl-passthrough, and there is no Service ${namespace}/${service}` };
    return {
      kind: "backends",
      shares: { [`${namespace}/${service}`]: 1 },
      to: [{ namespace, service, port: services.portOf(namespace, service, port) ?? port, share: 1 }],
      path: request.uri,
      assumes: ["the controller runs with --enable-ssl-passthrough; TLS ends at the pod"],
    };
  }
  if (through)
    return { kind: "unknown", why: `ssl-passthrough, and no path / of ${server.host} leads to a Service` };
  const stopped = withoutCertificate(server, request.scheme);
  if (stopped !== undefined) return stopped;
  const own = snippetAnswer(server.serverSnippet, request);
  if (own.kind === "unknown") return { kind: "unknown", why: own.why };
  if (own.kind === "return") return { ...returned(own), assumes: [SNIPPETS] };
  const settings = server.nginx.find((l) => l.location.settings.appRoot !== undefined)?.location.settings;
  if (settings?.appRoot === undefined || request.path !== "/") return undefined;
  const port = request.scheme === "https" && httpsPort !== 443 ? `:${httpsPort}` : "";
  const host = /:\d+$/.test(request.host) ? request.host : `${request.host}${port}`;
  const assumes = allowedBy(settings.refused);
  return {
    kind: "redirect",
    status: 302,
    location: `${request.scheme}://${host}${settings.appRoot}`,
    ...(assumes.length === 0 ? {} : { assumes }),
  };
}

/** A client that shows no certificate. The subject is asked of plain HTTP, too, where there is none. */
function withoutCertificate({ clientCertificate, refused }: Server, scheme: string): Answer | undefined {
  if (clientCertificate?.verify === "on" && scheme === "https") {
    const { errorPage } = clientCertificate;
    const assumes = ["the client shows no certificate"];
    if (errorPage !== undefined)
      return /^https?:\/\//.test(errorPage)
        ? { kind: "redirect", status: 302, location: errorPage, assumes }
        : { kind: "unknown", why: `auth-tls-error-page ${errorPage} is not followed here` };
    return {
      kind: "status",
      status: 400,
      why: `auth-tls-secret ${clientCertificate.secret} asks for a client certificate`,
      assumes,
    };
  }
  if (clientCertificate?.subject !== undefined)
    return {
      kind: "status",
      status: 403,
      why: `auth-tls-match-cn ${clientCertificate.subject} fits no request without a certificate`,
      ...(scheme === "https" ? { assumes: ["the client shows no certificate"] } : {}),
    };
  return refused === undefined ? undefined : { kind: "status", status: 403, why: refused };
}

export function returned(answer: { status: number; url?: string }): Answer {
  return answer.url === undefined
    ? { kind: "status", status: answer.status, why: "a snippet returns it" }
    : { kind: "redirect", status: answer.status, location: answer.url };
}

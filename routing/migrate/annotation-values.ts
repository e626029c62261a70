import type { Ingress } from "../nginx/ingresses";
import { snippetDecides } from "./guards";
import { mirrorOf, redirectTo } from "./rules";

/** `kept`: the Gateway does the same. `changed`: nearly. `lost`: it does not. `closed`: the path is answered by 500 until somebody decides. */
export type Outcome = "kept" | "changed" | "lost" | "closed" | "no effect";

/** What an annotation becomes, in one sentence. */
export type Told = readonly [Outcome, string];

export function redirectNote(url: string, ing: Ingress): Told {
  const filter = redirectTo({ url, code: ing.settings.redirect?.code ?? 301 });
  if (ing.settings.redirect?.url !== url) return ["no effect", "temporal-redirect goes before"];
  return filter === undefined
    ? ["closed", `RequestRedirect cannot say ${url}`]
    : ["kept", `RequestRedirect ${filter.requestRedirect?.statusCode ?? 302}`];
}

export function codeNote(code: string): Told {
  return ["301", "302", "303", "307", "308"].includes(code)
    ? ["kept", "statusCode of the RequestRedirect"]
    : ["changed", "RequestRedirect knows 301, 302, 303, 307 and 308: 302 is taken"];
}

export function protocolNote(value: string): Told {
  switch (value.toUpperCase()) {
    case "GRPC":
      return [
        "kept",
        "GRPCRoute where the whole host is gRPC; else the Service's port needs appProtocol kubernetes.io/h2c",
      ];
    case "GRPCS":
    case "HTTPS":
      return [
        "changed",
        "BackendTLSPolicy: nginx verifies no certificate by default, the policy always does: put the CA into the ConfigMap that it names, or the Gateway answers 500",
      ];
    case "HTTP":
      return ["kept", "the default"];
    case "FCGI":
      return ["closed", "FastCGI: no Gateway speaks it; put a web server before the application"];
    default:
      return ["lost", "chosen by the client's scheme at nginx; the Gateway speaks HTTP to the backend"];
  }
}

export function snippetNote(value: string): Told {
  return snippetDecides(value)
    ? [
        "closed",
        "a snippet in nginx's own language that may keep requests out or change them: the path is closed until somebody says what it does in routes or policies",
      ]
    : [
        "lost",
        "a snippet that sets headers or times: write them as ResponseHeaderModifier, RequestHeaderModifier or timeouts",
      ];
}

export const mirrorsHere = (ing: Ingress): boolean =>
  mirrorOf({
    path: "/",
    type: "Prefix",
    asWritten: "Prefix",
    isDefault: false,
    ingress: ing,
    settings: ing.settings,
  }) !== undefined;

import type { RouteLine } from "../../routing/route-lines";
import { answerContainer, containerText } from "../../labs/machine";
import { machineAt, type LabSelection, type RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { answerRequest } from "../../labs/prediction/requests";
import { routeLinesOf } from "../../labs/prediction/route-lines";
import type { KubeObject } from "../../kube/objects";

/** What a plan says of a lab's routes. */
export interface LabRoutes {
  routes: RouteLine[];
  /** `namespace/secret: names`. */
  certificates: string[];
  /** Requests, and ways between containers, that the step claims, each with its answer as text. */
  requests: { request: string; holds: boolean; instead?: string }[];
}

export function labRoutes(s: LabSelection, objects: readonly KubeObject[]): LabRoutes {
  return {
    routes: routeLinesOf(s.context, objects),
    certificates: objects.filter((o) => o.kind === "Certificate").map(certificate),
    requests: claimsOf(s).flatMap((c) => {
      if (c.kind === "flow") return [];
      if (c.kind === "container") {
        const { holds, because } = answerContainer(machineAt(s), c);
        return [
          {
            request: `${containerText(c)} → ${c.verdict === "allow" ? "open" : "closed"}`,
            holds,
            ...(holds ? {} : { instead: because }),
          },
        ];
      }
      const { url, holds, instead } = answerRequest(objects, s.context, c);
      return [{ request: text(url, c), holds, ...(instead === undefined ? {} : { instead }) }];
    }),
  };
}

function certificate(o: KubeObject): string {
  const spec = o["spec"] as { secretName?: string; dnsNames?: string[] };
  return `${o.metadata.namespace ?? ""}/${spec.secretName ?? ""} for ${(spec.dnsNames ?? []).join(", ")}`;
}

function text(url: string, c: RequestClaim): string {
  const headers = Object.entries(c.headers ?? {}).map(([k, v]) => ` ${k}: ${v}`);
  const cookies = Object.entries(c.cookies ?? {}).map(([k, v]) => ` cookie ${k}=${v}`);
  const shares = Object.entries(c.backends ?? {}).map(([name, share]) => `${name} ${percent(share)}`);
  const answer =
    shares.length > 0 ? shares.join(", ") : [c.status, c.location].filter((x) => x !== undefined).join(" ");
  const at = c.gateway === undefined ? "" : ` at Gateway ${c.gateway}`;
  return `${url}${[...headers, ...cookies].join(",")}${at} → ${answer}`;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

import { answerText, statusOf, whyOf } from "../answer-text";
import type { GatewayTable } from "../gateway/attach";
import { gatewayAnswerFrom } from "../gateway/answer";
import { answerFrom, serverOf } from "../nginx/answer";
import type { NginxTable } from "../nginx/table";
import type { Answer, HttpRequest } from "../request";
import type { Conversion } from "./convert";
import { lossesOf, protocolLosses } from "./losses";

import {
  certificateReason,
  closedReason,
  cookieReason,
  outsideReason,
  reasonOf,
  url,
  wildcardReason,
  type Found,
} from "./reasons";

/** `different`: something that a client or a backend can notice. `not convertible`: the Gateway has no word for it. */
export type Verdict = "same" | "different" | "not convertible" | "unknown";

/** A request with the answers of both sides. Texts are those of `answerText`. */
export interface Judged {
  request: HttpRequest;
  nginx: string;
  gateway: string;
  verdict: Verdict;
  /** Why they are not the same. */
  reason?: string;
  /** What the answers take for granted. */
  assumes: readonly string[];
  answers: { nginx: Answer; gateway: Answer };
}

export function judge(
  request: HttpRequest,
  table: NginxTable,
  gateways: GatewayTable,
  conversion: Conversion,
): Judged {
  const nginx = answerFrom(table, request);
  const gateway = gatewayAnswerFrom(gateways, request);
  const found = serverOf(table, request);
  const { verdict, reason } = verdictOf(request, nginx, gateway, found, conversion, table);
  return {
    request,
    nginx: answerText(nginx),
    gateway: answerText(gateway),
    verdict,
    ...(reason === undefined ? {} : { reason }),
    assumes: [...new Set([...(nginx.assumes ?? []), ...(gateway.assumes ?? [])])],
    answers: { nginx, gateway },
  };
}

function verdictOf(
  request: HttpRequest,
  nginx: Answer,
  gateway: Answer,
  found: Found,
  conversion: Conversion,
  table: NginxTable,
): { verdict: Verdict; reason?: string } {
  if (nginx.kind === "unknown") return { verdict: "unknown", reason: `nginx: ${nginx.why}` };
  if (gateway.kind === "unknown") return { verdict: "unknown", reason: `Gateway: ${gateway.why}` };
  const same = sameAnswer(nginx, gateway);
  const location = found?.location;
  const losses =
    found === undefined || location === undefined
      ? []
      : [
          ...protocolLosses(location, table, conversion.grpc.has(found.server), request.scheme ?? "http"),
          ...lossesOf(location, found.server),
        ];
  if (same === undefined) {
    const goesOn = nginx.kind === "backends" && losses.length > 0;
    const cookie = cookieReason(request, found, conversion);
    const shown = certificateReason(request, found?.server, conversion);
    const reasons = [
      ...(goesOn ? losses : []),
      ...[cookie, shown].flatMap((r) => (r === undefined ? [] : [r])),
    ];
    return reasons.length === 0 ? { verdict: "same" } : { verdict: "different", reason: reasons.join("; ") };
  }
  const closed = closedReason(request, found, gateway, conversion);
  if (closed !== undefined) return { verdict: "not convertible", reason: closed };
  return {
    verdict: "different",
    reason:
      wildcardReason(request, conversion) ??
      outsideReason(nginx, gateway, table) ??
      reasonOf(request, nginx, gateway, found) ??
      same,
  };
}

/** Undefined where both are the same; else what is not. */
function sameAnswer(nginx: Answer, gateway: Answer): string | undefined {
  if (nginx.kind === "redirect" && gateway.kind === "redirect") {
    if (url(nginx.location) !== url(gateway.location))
      return `the redirect leads to ${gateway.location}, not to ${nginx.location}`;
    return nginx.status === gateway.status
      ? undefined
      : `the redirect is ${gateway.status}, not ${nginx.status}`;
  }
  if (nginx.kind === "backends" && gateway.kind === "backends") {
    if (sorted(nginx) !== sorted(gateway))
      return `it goes to ${answerText(gateway)}, not to ${answerText(nginx)}`;
    if (nginx.path !== gateway.path) return `the backend sees ${gateway.path}, not ${nginx.path}`;
    return undefined;
  }
  const [a, b] = [statusOf(nginx), statusOf(gateway)];
  if (a !== undefined && a === b) return undefined;
  const why = whyOf(gateway) ?? whyOf(nginx);
  return `nginx: ${answerText(nginx)}, the Gateway: ${answerText(gateway)}${why === undefined ? "" : ` (${why})`}`;
}

const sorted = (a: Answer & { kind: "backends" }): string =>
  answerText({
    ...a,
    to: [...a.to].sort((x, y) => `${x.namespace}/${x.service}`.localeCompare(`${y.namespace}/${y.service}`)),
  });

import http from "node:http";
import https from "node:https";
import { rootCertificates, checkServerIdentity, connect, type DetailedPeerCertificate } from "node:tls";
import type { RequestCheck } from "../core/check-model";
import type { HttpAnswer, Certificate } from "../core/compare-request";

export interface HttpOptions {
  /** Connect here instead of to what the host's name resolves to. */
  entry?: string;
  /** Connect to this port instead of the one that the client names. */
  entryPort?: number;
  timeoutMs: number;
  /** Connections at once. */
  parallel: number;
  signal?: AbortSignal;
}

/** Authorities and certificates that are trusted besides the public ones. */
export interface Trust {
  /** PEM of the cluster's own authority. */
  ca?: string;
  /** SHA-256 fingerprint of the one certificate that is the user's own. */
  own?: string;
  /** Signed by an authority that nobody trusts, and known to be (Let's Encrypt staging). */
  anyAuthority?: boolean;
}

/** Bodies are read so far; a pod's name stands well before. */
const BODY = 512 * 1024;

/** Makes the request so many times. Never follows a redirect. */
export async function requestOften(
  check: RequestCheck,
  times: number,
  options: HttpOptions,
): Promise<HttpAnswer[]> {
  const secure = check.scheme === "https";
  // Whose certificate it is, is looked at once, apart.
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: options.parallel, rejectUnauthorized: false })
    : new http.Agent({ keepAlive: true, maxSockets: options.parallel });
  try {
    const answers: HttpAnswer[] = [];
    for (let done = 0; done < times; done += options.parallel) {
      if (options.signal?.aborted === true) break;
      const some = Math.min(options.parallel, times - done);
      answers.push(...(await Promise.all(Array.from({ length: some }, () => once(check, agent, options)))));
      // Nothing listens: the rest would say the same.
      if (answers.every((a) => a.error !== undefined)) break;
    }
    return answers;
  } finally {
    agent.destroy();
  }
}

function once(
  check: RequestCheck,
  agent: http.Agent,
  { entry, entryPort, timeoutMs, signal }: HttpOptions,
): Promise<HttpAnswer> {
  const usual = check.scheme === "http" ? 80 : 443;
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      const why = limit.aborted ? `no answer in ${timeoutMs / 1000} s` : explain(error);
      resolve({ error: `${check.scheme}://${check.host}:${check.port}: ${why}`, status: 0, body: "" });
    };
    const request = (check.scheme === "http" ? http : https).request(
      {
        host: entry ?? check.host,
        port: entryPort ?? check.port,
        path: check.path,
        agent,
        headers: {
          "user-agent": "labs-verify",
          ...check.headers,
          host: check.port === usual ? check.host : `${check.host}:${check.port}`,
        },
        ...(check.scheme === "https" ? { servername: check.host } : {}),
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on("data", (chunk: Buffer) => {
          if (size < BODY) chunks.push(chunk);
          size += chunk.length;
        });
        answer.on("error", failed);
        answer.on("close", () => {
          if (!answer.complete) failed(new Error("the answer was cut off"));
        });
        answer.on("end", () => {
          const { location } = answer.headers;
          resolve({
            status: answer.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
            ...(location === undefined ? {} : { location }),
          });
        });
      },
    );
    request.on("error", failed);
    request.end();
  });
}

function explain(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return "nothing listens there (refused)";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "the name does not resolve (--entry names the address of the ingress)";
  return error.message === "" ? (code ?? error.name) : error.message;
}

/** The certificate that the ingress shows for a host; a text where there is none to see. */
export function certificateOf(
  { host, port }: Pick<RequestCheck, "host" | "port">,
  { entry, entryPort, timeoutMs, signal }: Omit<HttpOptions, "parallel">,
  trust: Trust,
): Promise<Certificate | string> {
  return new Promise((resolve) => {
    const ca = trust.ca === undefined ? [...rootCertificates] : [...rootCertificates, trust.ca];
    const socket = connect({
      host: entry ?? host,
      port: entryPort ?? port,
      servername: host,
      ca,
      rejectUnauthorized: false,
    });
    const finish = (result: Certificate | string): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish(`no answer in ${timeoutMs / 1000} s`);
    }, timeoutMs);
    const stop = (): void => {
      finish("stopped");
    };
    signal?.addEventListener("abort", stop);
    socket.on("error", (error: Error) => {
      finish(explain(error));
    });
    socket.on("secureConnect", () => {
      // An empty object where the peer showed none, whatever the type says.
      const shown = socket.getPeerCertificate(true) as Partial<DetailedPeerCertificate>;
      if (shown.valid_to === undefined) finish("the server shows no certificate");
      else finish(read(shown as DetailedPeerCertificate, host, trust, socket.authorizationError));
    });
    if (signal?.aborted === true) stop();
  });
}

function read(
  shown: DetailedPeerCertificate,
  host: string,
  trust: Trust,
  problem: Error | string | null | undefined,
): Certificate {
  const wrongName = checkServerIdentity(host, shown)?.message;
  const own = trust.own !== undefined && shown.fingerprint256 === trust.own;
  const code =
    problem === null || problem === undefined
      ? ""
      : typeof problem === "string"
        ? problem
        : ((problem as NodeJS.ErrnoException).code ?? problem.message);
  // A wrong name is reported on its own, and an expired certificate by its date.
  const distrust =
    own || trust.anyAuthority === true || /^$|ERR_TLS_CERT_ALTNAME|CERT_HAS_EXPIRED/.test(code)
      ? undefined
      : code;
  return {
    subject: name(shown.subject),
    issuer: name(shown.issuer),
    validTo: Date.parse(shown.valid_to),
    ...(wrongName === undefined ? {} : { wrongName }),
    ...(distrust === undefined ? {} : { distrust }),
  };
}

/** Common name, else organisation. Either may be a list or missing, whatever the type says. */
function name(of: { CN?: string | string[]; O?: string | string[] } | undefined): string {
  const value = of?.CN ?? of?.O ?? "an unnamed authority";
  return Array.isArray(value) ? value.join(", ") : value;
}

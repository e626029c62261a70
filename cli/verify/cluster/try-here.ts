import { connect } from "node:net";
import type { HttpRequest } from "../../../packages/reach/src";
import type { Observation } from "../core/check-model";
import { socketText } from "../core/probe-script";
import type { ProbeTarget } from "../core/probes";
import { webAnswer } from "../core/web-probe";

/**
 * Tries a TCP port from this machine. Behind a proxy that accepts by itself (docker's, a load balancer) only bytes
 * from the other end show that the way is open: a request that every web server answers is sent.
 */
export function tryHere(
  { address, port, through, host }: ProbeTarget,
  seconds: number,
  signal?: AbortSignal,
  http?: HttpRequest,
): Promise<Observation> {
  const at = socketText({ address, port });
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let connected = false;
    let text = "";
    const finish = (saw: Observation["saw"], detail: string, by?: Observation["by"]): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      resolve({ saw, detail: `${at}: ${detail}`, ...(by === undefined ? {} : { by }) });
    };
    const answered = (): void => {
      const { saw, detail, by } = webAnswer(text.replaceAll("\n", " "));
      finish(saw, detail, by);
    };
    const timer = setTimeout(() => {
      if (text !== "") answered();
      finish("closed", connected ? "accepted by the proxy before it, and no answer" : "no answer");
    }, seconds * 1000);
    const stop = (): void => {
      finish("unclear", "stopped");
    };
    signal?.addEventListener("abort", stop);
    socket.on("connect", () => {
      connected = true;
      if (http !== undefined)
        socket.write(
          `${http.method} ${http.path} HTTP/1.1\r\nHost: ${host ?? at}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
      else if (through === undefined) finish("open", "connected");
      else socket.write("GET / HTTP/1.0\r\nHost: labs-verify\r\nConnection: close\r\n\r\n");
    });
    socket.on("data", (data) => {
      if (http === undefined) finish("open", "answered");
      else text += data.toString("latin1");
    });
    socket.on("close", () => {
      if (text !== "") answered();
      finish("unclear", "closed before any answer: nothing stands behind that port");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      finish(...failure(error.code ?? error.message, through));
    });
    if (signal?.aborted === true) stop();
  });
}

function failure(code: string, through: ProbeTarget["through"]): [Observation["saw"], string] {
  if (code === "ECONNREFUSED" || code === "ECONNRESET")
    return through === undefined
      ? ["open", code === "ECONNREFUSED" ? "reached, nobody listens (refused)" : "reached, then reset"]
      : ["unclear", "refused on the way: nothing listens there"];
  if (code === "ETIMEDOUT") return ["closed", "no answer"];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return ["unclear", "the name does not resolve"];
  return ["unclear", `no way there (${code})`];
}

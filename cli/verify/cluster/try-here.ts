import { connect } from "node:net";
import type { Observation } from "../core/check-model";
import { socketText } from "../core/probe-script";
import type { ProbeTarget } from "../core/probes";

/**
 * Tries a TCP port from this machine. Behind a proxy that accepts by itself (docker's, a load balancer) only bytes
 * from the other end show that the way is open: a request that every web server answers is sent.
 */
export function tryHere(
  { address, port, through }: ProbeTarget,
  seconds: number,
  signal?: AbortSignal,
): Promise<Observation> {
  const at = socketText({ address, port });
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let connected = false;
    const finish = (saw: Observation["saw"], detail: string): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      resolve({ saw, detail: `${at}: ${detail}` });
    };
    const timer = setTimeout(() => {
      finish("closed", connected ? "accepted by the proxy before it, and no answer" : "no answer");
    }, seconds * 1000);
    const stop = (): void => {
      finish("unclear", "stopped");
    };
    signal?.addEventListener("abort", stop);
    socket.on("connect", () => {
      connected = true;
      if (through === undefined) finish("open", "connected");
      else socket.write("GET / HTTP/1.0\r\nHost: labs-verify\r\nConnection: close\r\n\r\n");
    });
    socket.on("data", () => {
      finish("open", "answered");
    });
    socket.on("close", () => {
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

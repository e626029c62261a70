import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../../kube/problems";

export interface PlayServer {
  url: string;
  /** Sends an update, as JSON, to every page that shows the lab at the step. */
  send: (instance: string, step: number, update: string) => void;
  /** Steps of a lab that pages show, the one opened last at the end. */
  stepsOf: (instance: string) => number[];
  close: () => Promise<void>;
}

interface Listener {
  instance: string;
  step: number;
  response: ServerResponse;
}

export interface Content {
  page: string;
  instances: readonly string[];
  /** The update of a lab at a step, as JSON. */
  updateFor: (instance: string, step: number) => Promise<string>;
  hintsFor: (instance: string, step: number) => Promise<string>;
}

/** Pages that listen at a time. */
const LISTENERS = 64;

/** A server for this machine alone: the page, and a stream of updates. Nothing can be written through it. */
export async function serve(content: Content, port: number): Promise<PlayServer> {
  const listeners = new Set<Listener>();
  const server = createServer((request, response) => {
    // Who asked may be gone; nobody is left to tell.
    response.on("error", () => undefined);
    answer(request, response, content, listeners).catch(() => {
      if (!response.headersSent) refuse(response, 500, "that did not work");
      else response.destroy();
    });
  });
  const at = await listen(server, port);
  const alive = setInterval(() => {
    for (const { response } of listeners) response.write(": still here\n\n");
  }, 20_000);
  return {
    url: `http://127.0.0.1:${at}/`,
    send: (instance, step, update) => {
      for (const l of listeners) if (l.instance === instance && l.step === step) send(l.response, update);
    },
    stepsOf: (instance) => [...listeners].filter((l) => l.instance === instance).map((l) => l.step),
    close: async () => {
      clearInterval(alive);
      for (const { response } of listeners) response.end();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

export async function listen(server: Server, port: number, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE" || error.code === "EACCES"
          ? new UserError(`Port ${port} cannot be used here (${error.code}): name another one with --port.`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** What no page of another site may do with an answer. */
export const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Content,
  listeners: Set<Listener>,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { method, headers } = request;
  // Another site must not read it by a name of its own that leads here (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(headers.host ?? "")) {
    refuse(response, 403, "only for this machine");
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    refuse(response, 405, "nothing can be changed here");
    return;
  }
  const path = request.url ?? "";
  // Only paths: `//a:b/` or `http://[::1` are no URLs below a base.
  const url = path.startsWith("/") ? `http://127.0.0.1${path}` : "";
  if (!URL.canParse(url)) {
    refuse(response, 400, "that is no path");
    return;
  }
  const { pathname, searchParams } = new URL(url);
  if (pathname === "/") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(method === "HEAD" ? undefined : content.page);
    return;
  }
  if (method === "HEAD" || (pathname !== "/events" && pathname !== "/hints")) {
    refuse(response, 404, "there is only the page");
    return;
  }
  // A page of another site can make a browser ask here, though not read: it may not make work either.
  if (/^(cross-site|same-site)$/.test(String(headers["sec-fetch-site"]))) {
    refuse(response, 403, "only for the page itself");
    return;
  }
  const instance = searchParams.get("lab") ?? "";
  const step = Number(searchParams.get("step") ?? "0");
  if (!content.instances.includes(instance) || !Number.isSafeInteger(step) || step < 0) {
    refuse(response, 404, "no such lab or step");
    return;
  }
  if (pathname === "/events") return listenTo({ instance, step, response }, content, listeners);
  const hints = await content.hintsFor(instance, step);
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(hints);
}

export function refuse(response: ServerResponse, status: number, why: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`${why}\n`);
}

async function listenTo(listener: Listener, content: Content, listeners: Set<Listener>): Promise<void> {
  const { instance, step, response } = listener;
  if (listeners.size >= LISTENERS) {
    refuse(response, 503, "too many pages are open");
    return;
  }
  response.setHeader("Content-Type", "text/event-stream");
  response.flushHeaders();
  listeners.add(listener);
  response.on("close", () => {
    listeners.delete(listener);
  });
  send(response, await content.updateFor(instance, step));
}

function send(response: ServerResponse, update: string): void {
  if (!response.writableEnded && !response.destroyed) response.write(`event: update\ndata: ${update}\n\n`);
}

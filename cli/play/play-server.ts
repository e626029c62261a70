import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../../kube/problems";
import type { PlayHint, PlayUpdate } from "../page/page-data";

export interface PlayServer {
  url: string;
  /** Sends every open page its update. */
  announce: (instance: string, since: number) => void;
  /** The step of a lab that was opened last, if any page shows one. */
  stepOf: (instance: string) => number | undefined;
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
  /** The update of a lab at a step. */
  updateFor: (instance: string, step: number) => Omit<PlayUpdate, "took">;
  hintsFor: (instance: string, step: number) => PlayHint[];
}

/** A server for this machine alone: the page, and a stream of updates. Nothing can be written through it. */
export async function serve(content: Content, port: number): Promise<PlayServer> {
  const listeners = new Set<Listener>();
  const server = createServer((request, response) => {
    answer(request, response, content, listeners);
  });
  const at = await listen(server, port);
  const alive = setInterval(() => {
    for (const { response } of listeners) response.write(": still here\n\n");
  }, 20_000);
  return {
    url: `http://127.0.0.1:${at}/`,
    announce: (instance, since) => {
      const updates = new Map<number, Omit<PlayUpdate, "took">>();
      for (const listener of listeners) {
        if (listener.instance !== instance) continue;
        let made = updates.get(listener.step);
        if (made === undefined)
          updates.set(listener.step, (made = content.updateFor(instance, listener.step)));
        send(listener.response, { ...made, took: performance.now() - since });
      }
    },
    stepOf: (instance) => [...listeners].filter((l) => l.instance === instance).at(-1)?.step,
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

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE" || error.code === "EACCES"
          ? new UserError(`Port ${port} cannot be used here (${error.code}): name another one with --port.`)
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Content,
  listeners: Set<Listener>,
): void {
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Cache-Control", "no-store");
  // Another site must not read it by a name of its own that leads here (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
    refuse(response, 403, "only for this machine");
    return;
  }
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (request.method !== "GET" && request.method !== "HEAD")
    refuse(response, 405, "nothing can be changed here");
  else if (url.pathname === "/") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(request.method === "HEAD" ? undefined : content.page);
  } else if (url.pathname === "/events") listenTo(url, request, response, content, listeners);
  else if (url.pathname === "/hints") hint(url, response, content);
  else refuse(response, 404, "there is only the page");
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`${why}\n`);
}

/** Lab and step of a question; undefined, with the refusal sent, where there is no such lab or step. */
function place(
  url: URL,
  response: ServerResponse,
  { instances }: Content,
): { instance: string; step: number } | undefined {
  const instance = url.searchParams.get("lab") ?? "";
  const step = Number(url.searchParams.get("step") ?? "0");
  if (instances.includes(instance) && Number.isInteger(step) && step >= 0) return { instance, step };
  refuse(response, 404, "no such lab or step");
  return undefined;
}

function hint(url: URL, response: ServerResponse, content: Content): void {
  const at = place(url, response, content);
  if (at === undefined) return;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(JSON.stringify(content.hintsFor(at.instance, at.step)));
}

function listenTo(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  content: Content,
  listeners: Set<Listener>,
): void {
  const at = place(url, response, content);
  if (at === undefined) return;
  const { instance, step } = at;
  response.setHeader("Content-Type", "text/event-stream");
  response.flushHeaders();
  const listener = { instance, step, response };
  listeners.add(listener);
  request.on("close", () => {
    listeners.delete(listener);
  });
  const since = performance.now();
  send(response, { ...content.updateFor(instance, step), took: performance.now() - since });
}

function send(response: ServerResponse, update: PlayUpdate): void {
  response.write(`event: update\ndata: ${JSON.stringify(update)}\n\n`);
}

import type { Server, ServerResponse } from "node:http";
import { HEADERS } from "../play/play-server";

export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  // The student's desk has its parts in frames.
  response.setHeader("X-Frame-Options", "SAMEORIGIN");
  response.setHeader("Content-Security-Policy", "frame-ancestors 'self'");
}

export function sendPage(response: ServerResponse, page: string): void {
  sendText(response, "text/html", page);
}

export function sendText(response: ServerResponse, type: string, text: string): void {
  response.setHeader("Content-Type", `${type}; charset=utf-8`);
  response.end(text);
}

export const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

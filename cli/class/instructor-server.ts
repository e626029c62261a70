import { createServer } from "node:http";
import { sameText } from "../../classroom/class-token";
import { listen, refuse } from "../play/play-server";
import { ended, sendPage, setHeaders } from "./http-answers";

export const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host);

export interface InstructorServer {
  url: string;
  close: () => Promise<void>;
}

/** The instructor's page alone. On loopback it stands at `/`; at any other address only who knows the path gets it. */
export async function serveInstructor(
  page: () => string,
  { host, port, path }: { host: string; port: number; path: string },
): Promise<InstructorServer> {
  const here = isLoopback(host);
  const wanted = here ? "/" : path;
  const server = createServer({ requestTimeout: 20_000, headersTimeout: 10_000 }, (request, response) => {
    response.on("error", () => undefined);
    setHeaders(response);
    // Another site must not read it by a name of its own that leads here (DNS rebinding).
    if (here && !/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d{1,5})?$/.test(request.headers.host ?? ""))
      refuse(response, 403, "only for this machine");
    else if (request.method !== "GET" || !sameText(request.url ?? "", wanted))
      refuse(response, 404, "there is nothing here: use the link that the command printed");
    else sendPage(response, page());
  });
  const at = await listen(server, port, host);
  return { url: `http://${urlHost(host)}:${at}${wanted}`, close: () => ended(server) };
}

export const urlHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);

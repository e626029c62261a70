import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { sameText, tokenOf } from "../../classroom/class-token";
import { listen, refuse } from "../play/play-server";
import type { ClassPlay, Place } from "./class-play";
import { ended, sendPage, sendText, setHeaders } from "./http-answers";
import { FILE_LIMITS } from "./student-files";
import { deskPage, filesPage } from "./student-page";
import { LISTENERS, Streams } from "./update-streams";

export interface ClassServer {
  /** With the port that it got. */
  port: number;
  close: () => Promise<void>;
}

/** What the server shows beside the students' own pages. */
export interface ClassPages {
  /** The page of `labs play`, the same for everybody. */
  play: string;
  instructor: () => string;
}

/** A form says some characters with three. */
const MOST_BODY = FILE_LIMITS.bytes * 3 + 4096;

/** Who may teach, and where each student's page is: nobody guesses these. */
export const studentPath = (key: string, className: string, student: string): string =>
  `/s/${encodeURIComponent(student)}/${tokenOf(key, className, student).secret}/`;
/** No id of a student has a slash. */
export const instructorPath = (key: string, className: string): string =>
  `/i/${tokenOf(key, className, "/instructor").secret}/`;

/** One server for a class; each student reaches only what lies below a path of their own. */
export async function serveClass(
  play: ClassPlay,
  pages: ClassPages,
  { host, port }: { host: string; port: number },
): Promise<ClassServer> {
  const streams = new Streams();
  const server = createServer({ requestTimeout: 20_000, headersTimeout: 10_000 }, (request, response) => {
    response.on("error", () => undefined);
    answer({ request, response, play, pages, streams }).catch(() => {
      if (!response.headersSent) refuse(response, 500, "that did not work");
      else response.destroy();
    });
  });
  server.maxConnections = 4 * LISTENERS * Math.max(16, play.of.students.length);
  const at = await listen(server, port, host);
  const alive = setInterval(() => {
    streams.stillHere();
  }, 20_000);
  return {
    port: at,
    close: async () => {
      clearInterval(alive);
      streams.close();
      await ended(server);
    },
  };
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  play: ClassPlay;
  pages: ClassPages;
  streams: Streams;
}

async function answer(asked: Asked): Promise<void> {
  const { request, response, play, pages } = asked;
  setHeaders(response);
  // A page of another site can make a browser ask here, though it knows no path.
  if (
    /^(cross-site|same-site)$/.test(String(request.headers["sec-fetch-site"])) &&
    request.method !== "GET"
  ) {
    refuse(response, 403, "only for the page itself");
    return;
  }
  const raw = request.url ?? "";
  const url = raw.startsWith("/") ? `http://class${raw}` : "";
  if (!URL.canParse(url)) {
    refuse(response, 400, "that is no path");
    return;
  }
  const { pathname, searchParams } = new URL(url);
  const { key, className } = play.of;
  if (sameText(pathname, instructorPath(key, className)) && request.method === "GET") {
    sendPage(response, pages.instructor());
    return;
  }
  const [, kind, id = "", , rest = ""] = /^\/(s)\/([^/]{1,63})\/([\w-]{32})\/([a-z]*)$/.exec(pathname) ?? [];
  const student = kind === undefined ? undefined : play.of.students.find((s) => s.id === id);
  if (student === undefined || !sameText(pathname, `${studentPath(key, className, student.id)}${rest}`)) {
    refuse(response, 404, "there is nothing here: use the link that you were given");
    return;
  }
  await ofStudent(asked, student, rest, searchParams);
}

async function ofStudent(
  asked: Asked,
  student: { id: string; name: string },
  rest: string,
  query: URLSearchParams,
): Promise<void> {
  const { request, response, play, pages } = asked;
  if (rest === "" && request.method === "GET") {
    sendPage(response, deskPage(play.of.className, student.name));
    return;
  }
  if (rest === "play" && request.method === "GET") {
    sendPage(response, pages.play);
    return;
  }
  const lab = query.get("lab") ?? play.sessions[0]?.selection.instance ?? "";
  const place = play.find(student.id, lab);
  const step = Number(query.get("step") ?? "0");
  if (place === undefined || !Number.isSafeInteger(step) || step < 0) {
    refuse(response, 404, "no such lab or step");
    return;
  }
  const places = play.sessions.flatMap((s) => play.find(student.id, s.selection.instance) ?? []);
  switch (`${request.method ?? ""} ${rest}`) {
    case "GET events":
      if (!play.mayLook(place)) {
        refuse(response, 429, "that is asked too often: wait a moment");
        return;
      }
      asked.streams.add(place, step, response);
      asked.streams.send(response, await play.update(place, step, false));
      return;
    case "GET hints": {
      const hints = await play.hint(place, step);
      if (hints === undefined) refuse(response, 429, "hints are asked for too often: wait a moment");
      else sendText(response, "application/json", hints);
      return;
    }
    case "GET handin":
      response.setHeader("Content-Disposition", `attachment; filename="${lab}.handin"`);
      sendText(response, "application/json", readOr(place));
      return;
    case "GET files": {
      const name = query.get("name");
      sendPage(response, filesPage(places, place, name === null ? {} : { name }));
      return;
    }
    case "POST files":
      await form(asked, places, place);
      return;
    case "PUT file":
    case "DELETE file": {
      const text = request.method === "PUT" ? await body(request, FILE_LIMITS.bytes) : undefined;
      const refused = text === false ? TOO_LARGE : play.save(place, query.get("name") ?? "", text);
      if (refused !== undefined) {
        refuse(response, refused.status, refused.why);
        return;
      }
      await changed(asked, place);
      response.statusCode = 204;
      response.end();
      return;
    }
    default:
      refuse(response, 404, "there is nothing here");
  }
}

const TOO_LARGE = { status: 413, why: `a file has at most ${FILE_LIMITS.bytes / 1024} KiB` } as const;

async function form(asked: Asked, places: readonly Place[], place: Place): Promise<void> {
  const { request, response, play } = asked;
  const sent = await body(request, MOST_BODY);
  const fields = new URLSearchParams(sent === false ? "" : sent);
  const name = fields.get("name") ?? "";
  // Forms end their lines as mail does.
  const text = (fields.get("text") ?? "").replaceAll("\r\n", "\n");
  const removes = fields.get("do") === "remove";
  const refused = sent === false ? TOO_LARGE : play.save(place, name, removes ? undefined : text);
  if (refused === undefined) await changed(asked, place);
  const now = new Date().toLocaleTimeString("en-GB");
  response.statusCode = refused?.status ?? 200;
  sendPage(
    response,
    filesPage(
      places,
      place,
      refused !== undefined
        ? { name, text, said: refused.why, failed: true }
        : removes
          ? { said: `${name} is removed (${now})` }
          : { name, said: `Saved at ${now}` },
    ),
  );
}

/** Every page of the student that shows the lab hears of it. */
async function changed({ play, streams }: Asked, place: Place): Promise<void> {
  const open = streams.of(place);
  for (const step of new Set([...open.map((l) => l.step), place.step])) {
    const update = await play.update(place, step, true);
    for (const l of open) if (l.step === step) streams.send(l.response, update);
  }
}

/** What was sent; `false` where it is more than that. */
async function body(request: IncomingMessage, most: number): Promise<string | false> {
  const parts: Buffer[] = [];
  let left = most;
  for await (const part of request as AsyncIterable<Buffer>) {
    left -= part.length;
    if (left >= 0) parts.push(part);
    // Who goes on and on is cut off.
    if (left < -(2 ** 20)) request.destroy();
  }
  return left < 0 ? false : Buffer.concat(parts).toString("utf8");
}

function readOr({ handIn }: Place): string {
  try {
    return readFileSync(handIn, "utf8");
  } catch {
    return "{}\n";
  }
}

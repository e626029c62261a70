import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pc from "picocolors";
import type { ClassView, ViewRow } from "../../classroom/class-view";
import { csv } from "../../classroom/csv";
import { labChoices } from "../../classroom/lab-choice";
import { UserError } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import { labPage } from "../page/lab-page";
import { renderPage } from "../page/render-page";
import { knownLabs, rosterOf } from "../students/class-input";
import { toUser } from "../user-paths";
import { keyFileOf, keyOrNew } from "./class-key";
import { ClassPlay, type Place } from "./class-play";
import { every, out, portOf, watchOf, type ClassPlayOptions, type Running, type Say } from "./class-running";
import { instructorPath, serveClass, studentPath } from "./class-server";
import { instructorPage } from "./instructor-page";
import { isLoopback, serveInstructor, urlHost } from "./instructor-server";

/** `labs class play`: labs for a whole class on this machine, without a cluster; a link for each student. */
export async function classPlay(options: ClassPlayOptions, say: Say = out): Promise<Running> {
  const { className, students } = rosterOf(options.roster);
  const labs = labsIn(options.labs);
  const key = keyOrNew(options.key ?? keyFileOf(className));
  const folder = resolve(options.folder ?? join(ownFolder, "class", className));
  const play = new ClassPlay({ className, key, students, labs, folder, say });
  const page = await renderPage({
    stack: className,
    about: "You play without a cluster: what reaches what is computed from your files.",
    labs: play.sessions.map((s) => labPage(s.states).lab),
    play: {
      labs: Object.fromEntries(
        play.sessions.map((s) => [
          s.selection.instance,
          { folder: "the files beside this page", step: Math.min(1, s.selection.lab.steps.length - 1) },
        ]),
      ),
    },
  });
  const handIns = join(folder, "hand-ins");
  const watch = options.rubric === undefined ? undefined : watchOf(options, handIns, false);
  const view = (): ClassView => ({
    className,
    rows: [...play.places.values()].map(playRow),
    grades: watch?.seen.grades ?? [],
    notes: watch?.seen.notes ?? [],
  });
  const instructor = (): string => instructorPage(view(), Date.now());
  const server = await serveClass(
    play,
    { play: page, instructor },
    { host: options.host, port: portOf(options.port) },
  );
  const own = await serveInstructor(instructor, { host: "127.0.0.1", port: 0, path: "/" });
  const base = options.url ?? `http://${urlHost(options.host)}:${server.port}`;
  const links = students.map((s) => ({
    ...s,
    link: `${base.replace(/\/$/, "")}${studentPath(key, className, s.id)}`,
  }));
  if (options.links !== undefined)
    writeFileSync(
      options.links,
      csv([["student", "name", "link"], ...links.map((l) => [l.id, l.name, l.link])]),
      { mode: 0o600 },
    );
  const stop = [
    every(2000, async () => {
      await watch?.look();
    }),
    every(1000, async () => {
      await play.diagnose();
    }),
  ];
  say(
    `${pc.bold(`Class ${className}`)}: ${students.length} students, ${labs.join(", ")}; your page: ${pc.cyan(own.url)}  (stop with Ctrl-C)`,
  );
  if (!isLoopback(options.host)) say(`  your page from elsewhere: ${base}${instructorPath(key, className)}`);
  else say("  only this machine reaches it: --host 0.0.0.0 lets students in");
  say(
    options.links === undefined
      ? links.map((l) => `  ${l.id}: ${l.link}`).join("\n")
      : `  links: ${toUser(options.links)}`,
  );
  say(`  hand-ins: ${toUser(handIns)} (labs class grade)`);
  return {
    url: own.url,
    close: async () => {
      for (const s of stop) s();
      await Promise.all([server.close(), own.close(), play.close(), watch?.close()]);
    },
  };
}

export function playRow({ student, session: { selection }, keeper, saved, wrong }: Place): ViewRow {
  const { steps } = keeper;
  return {
    student: student.id,
    name: student.name,
    lab: selection.instance,
    from: "play",
    hints: steps.reduce((sum, s) => sum + s.hints, 0),
    wrong,
    ...(saved === undefined ? {} : { changed: saved }),
    steps: selection.lab.steps.map(({ id }, i) => {
      const own = steps.find((s) => s.step === i);
      return { id, state: own === undefined ? "none" : own.solved === undefined ? "open" : "done" };
    }),
  };
}

function labsIn(text: string): string[] {
  const known = [...knownLabs().keys()];
  const labs = [...new Set(labChoices(text).map((l) => l.lab))];
  const unknown = labs.filter((l) => !known.includes(l));
  if (unknown.length > 0 || labs.length === 0)
    throw new UserError(
      `--labs ${text}: ${unknown.join(", ") || "nothing"} is not a lab; labs: ${known.join(", ")}`,
    );
  return labs;
}

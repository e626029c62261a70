import pc from "picocolors";
import { clusterRows, type ClassView } from "../../classroom/class-view";
import { parseTtl } from "../../classroom/lease";
import { UserError } from "../../kube/problems";
import { rosterOf } from "../students/class-input";
import { StandingStore } from "../students/standing-store";
import { standingFolder } from "../students/students-verify";
import { toUser } from "../user-paths";
import { keyFileOf, keyOrNew } from "./class-key";
import { every, out, portOf, watchOf, type ClassOptions, type Running, type Say } from "./class-running";
import { instructorPath } from "./class-server";
import { instructorPage } from "./instructor-page";
import { serveInstructor } from "./instructor-server";
import { verifyOnce } from "./verify-often";

/** `labs class page`: what is known of a class from clusters and hand-ins, on a page that asks again by itself. */
export async function classPage(options: ClassOptions, say: Say = out): Promise<Running> {
  const { className, students } = rosterOf(options.roster);
  const pause = pauseOf(options.verify);
  const key = keyOrNew(options.key ?? keyFileOf(className));
  const watch = watchOf(options, options.handIns, true);
  let failed: string | undefined;
  const standings = new StandingStore(standingFolder);
  const stacks = new Set(students.map((s) => s.environment));
  const view = (): ClassView => ({
    className,
    rows: [...clusterRows(standings.all().filter((s) => stacks.has(s.stack))), ...(watch?.seen.rows ?? [])],
    grades: watch?.seen.grades ?? [],
    notes: [...(failed === undefined ? [] : [failed]), ...(watch?.seen.notes ?? [])],
  });
  const server = await serveInstructor(() => instructorPage(view(), Date.now()), {
    host: options.host,
    port: portOf(options.port),
    path: instructorPath(key, className),
  });
  const ended = new AbortController();
  const stops = [
    every(2000, async () => {
      await watch?.look();
    }),
    ...(pause === undefined
      ? []
      : [
          every(pause, async () => {
            failed = await verifyOnce(className, ended.signal);
          }),
        ]),
  ];
  say(`${pc.bold(`Class ${className}`)} ${pc.cyan(server.url)}  (stop with Ctrl-C)`);
  say(
    `  clusters: what labs students verify --all has seen; hand-ins: ${options.handIns === undefined ? "none, name a folder with --hand-ins" : toUser(options.handIns)}`,
  );
  return {
    url: server.url,
    close: async () => {
      for (const stop of stops) stop();
      ended.abort();
      await Promise.all([server.close(), watch?.close()]);
    },
  };
}

/** Milliseconds between two probes of the class. */
function pauseOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const pause = parseTtl(text, 24 * 3_600_000);
  if ("ms" in pause) return pause.ms;
  throw new UserError(`--verify ${text} ${pause.problem}: such as 5m`);
}

/**
 * The thread that reads a learner's files and works out what they mean: whatever they hold, the server beside it goes on
 * and ends this thread where it takes too long.
 */
import "../lean-start";
import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../kube/problems";
import type { PlayHint, PlayUpdate } from "../page/page-data";
import type { Question, WorkerInput } from "./evaluator";
import { judge, type Judged } from "./judge";
import { readFolder } from "./learner-folder";
import { playHints } from "./play-hints";
import { atMost, sessionsOf, type PlaySession } from "./play-session";
import { failedUpdate, update } from "./play-update";

const { name, folder } = workerData as WorkerInput;
const sessions = new Map(
  [name]
    .flat()
    .flatMap((n) => sessionsOf(n, folder))
    .map((s) => [s.selection.instance, s]),
);

function answer({ kind, instance, step, since, folder }: Question): PlayHint[] | PlayUpdate | Judged {
  const session = sessions.get(instance);
  if (session === undefined) throw new Error(`no lab ${instance}`);
  const s = folder === undefined ? session : { ...session, folder };
  if (kind === "judge") return judge(s.states, atMost(s, step), readFolder(s.folder));
  if (kind === "hints") return playHints(s.states, atMost(s, step), readFolder(s.folder));
  const seen = look(s, atMost(s, step));
  return { ...seen, took: performance.timeOrigin + performance.now() - since };
}

/** A mistake of ours is shown like one of the learner's: the next change of a file may well be understood. */
function look(s: PlaySession, step: number): Omit<PlayUpdate, "took"> {
  try {
    return update(s.states, step, readFolder(s.folder));
  } catch (error) {
    return failedUpdate(s.selection.instance, step, `internal error: ${reasonOf(error)}`);
  }
}

parentPort?.on("message", (question: Question) => {
  try {
    parentPort?.postMessage({ text: JSON.stringify(answer(question)) });
  } catch (error) {
    parentPort?.postMessage({ failed: reasonOf(error) });
  }
});
parentPort?.postMessage("ready");

import { createServer } from "node:net";
import { allotment, capacity } from "../../components/student/plan/allot";
import type { Class } from "../../components/student/plan/class";
import type { Student } from "../../components/student/plan/student";

/** Slots that cannot be given out because something on this machine listens on one of their ports. */
export async function busySlots(
  cls: Class,
  students: readonly Student[],
  held: ReadonlyMap<string, number>,
): Promise<Set<number>> {
  const taken = new Set(held.values());
  const wanted = students.filter(
    (s) => (s.target ?? cls.target) === "kind" && !held.has(s.environment),
  ).length;
  const busy = new Set<number>();
  const { clusters } = capacity(cls.ranges);
  for (let slot = 0, free = 0; slot < clusters && free < wanted; slot++) {
    if (taken.has(slot)) continue;
    const a = allotment(slot, cls.ranges);
    const open = await Promise.all([a.apiPort, a.httpPort, a.httpsPort, ...a.labPorts].map(isFree));
    if (open.every(Boolean)) free++;
    else busy.add(slot);
  }
  return busy;
}

/** Whether nobody listens on a port of the loopback address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

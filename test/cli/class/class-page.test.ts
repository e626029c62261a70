import { get } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterRows, viewCauses } from "../../../classroom/class-view";
import type { Standing } from "../../../classroom/standing";
import { HandInWatch } from "../../../cli/class/hand-in-watch";
import { instructorPage } from "../../../cli/class/instructor-page";
import { serveInstructor, type InstructorServer } from "../../../cli/class/instructor-server";
import { rubricIn } from "../../../cli/class/run-grade";
import { handIn, solution } from "./student-work";

const status = (url: string, host?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, host === undefined ? {} : { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", reject);
  });

test("on loopback for this machine alone; elsewhere only below a path that nobody guesses", async () => {
  const servers: InstructorServer[] = [];
  const serve = async (host: string): Promise<InstructorServer> => {
    const made = await serveInstructor(() => "page", { host, port: 0, path: "/i/token/" });
    servers.push(made);
    return made;
  };
  const here = await serve("127.0.0.1");
  expect(await status(here.url)).toBe(200);
  expect(await status(here.url, "evil.example")).toBe(403);
  const open = await serve("0.0.0.0");
  const at = open.url.replace("0.0.0.0", "127.0.0.1");
  expect(at).toMatch(/\/i\/token\/$/);
  expect(await status(at, "class.example")).toBe(200);
  expect(await status(at.replace("/i/token/", "/"))).toBe(404);
  expect(await status(at.replace("token", "guess"))).toBe(404);
  await Promise.all(servers.map((s) => s.close()));
});

const standing = (student: string, over: Partial<Standing>): Standing => ({
  student,
  name: student,
  stack: `net-${student}`,
  looked: 1000,
  ms: 1,
  labs: [],
  ...over,
});

test("clusters as rows: who is not reached is not wrong", () => {
  const wrong = [{ cause: "dns", object: "NetworkPolicy a/b", message: "no rule for DNS" }];
  const steps = [{ step: 1, id: "deny", state: "open" as const, held: 1, claims: 2, wrong, since: 500 }];
  const rows = clusterRows([
    standing("ana", { labs: [{ lab: "stars", next: 1, steps }] }),
    standing("bo", { labs: [{ lab: "stars", next: 1, steps }], unreachable: "no route" }),
    standing("cy", { unreachable: "no <cluster>" }),
  ]);
  expect(viewCauses({ rows })).toEqual([{ cause: "dns", students: ["ana"], of: 1 }]);
  const page = instructorPage({ className: "net", rows, grades: [], notes: [] }, 61_000);
  expect(page).toContain("1 of 1 forgot DNS");
  expect(page).toContain("not reached: no &#60;cluster&#62;");
  expect(page).toContain("1m ago");
});

test("hand-ins are looked at when they change, graded, and a broken one is named and ends nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "watch-"));
  const rubric = join(folder, "r.yaml");
  writeFileSync(rubric, JSON.stringify({ labs: { stars: { steps: 1 } } }));
  const watch = new HandInWatch(folder, rubricIn(rubric), {}, true);
  handIn(join(folder, "ana", "stars"), {}, { 1: solution("stars", 1), 2: solution("stars", 1) });
  await watch.look();
  expect(watch.seen.rows).toMatchObject([{ student: "ana", from: "hand-in" }]);
  expect(watch.seen.rows[0]?.steps.map((s) => s.state)).toEqual(["none", "done", "open", "none", "none"]);
  expect(watch.seen.rows[0]?.wrong.map((w) => w.cause)).toContain("missing");
  expect(watch.seen.grades[0]?.points).toBe(1);
  const seen = watch.seen;
  await watch.look();
  expect(watch.seen).toBe(seen);
  writeFileSync(join(folder, "broken.handin"), "{");
  await watch.look();
  expect(watch.seen.notes).toEqual([expect.stringMatching(/^refused: .*is not JSON.*\(broken\.handin\)$/)]);
  expect(watch.seen.rows).toHaveLength(1);
  await watch.close();
  rmSync(folder, { recursive: true });
}, 60_000);

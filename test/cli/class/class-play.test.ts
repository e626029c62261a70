import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { get, request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { readHandIn, signatureProblem } from "../../../classroom/hand-in";
import { ClassPlay } from "../../../cli/class/class-play";
import { instructorPath, serveClass, studentPath, type ClassServer } from "../../../cli/class/class-server";
import { instructorPage } from "../../../cli/class/instructor-page";
import { RateLimit } from "../../../cli/class/rate-limit";
import { playRow } from "../../../cli/class/run-class-play";
import { FILE_LIMITS, StudentFiles } from "../../../cli/class/student-files";
import type { PlayUpdate } from "../../../cli/page/page-data";
import { KEY, solution } from "./student-work";

let folder: string;
let play: ClassPlay;
let server: ClassServer;
let now = 1_000_000_000_000;
const students = [
  { id: "ana", name: "Ana <b>Souza</b>" },
  { id: "bo", name: "bo" },
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "class-play-"));
  play = new ClassPlay(
    { className: "net", key: KEY, students, labs: ["stars"], folder, say: () => undefined },
    () => now,
  );
  const instructor = (): string =>
    instructorPage(
      { className: "net", rows: [...play.places.values()].map(playRow), grades: [], notes: [] },
      now,
    );
  server = await serveClass(play, { play: "<p>the lab", instructor }, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await server.close();
  await play.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  // Nobody waits for a limit of an earlier test.
  now += 60_000;
});

const ANA = studentPath(KEY, "net", "ana");
const BO = studentPath(KEY, "net", "bo");

async function ask(
  path: string,
  {
    method = "GET",
    body,
    headers = {},
  }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: IncomingMessage["headers"] }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: "127.0.0.1", path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
const put = (path: string, name: string, body: string) =>
  ask(`${path}file?lab=stars&name=${encodeURIComponent(name)}`, { method: "PUT", body });

/** The stream's updates as they arrive. */
async function stream(path: string): Promise<{ next: () => Promise<PlayUpdate>; close: () => void }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port: server.port, host: "127.0.0.1", path: `${path}events?lab=stars&step=1` }, resolve).on(
      "error",
      reject,
    );
  });
  const arrived: PlayUpdate[] = [];
  const waiting: ((u: PlayUpdate) => void)[] = [];
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data === undefined) continue;
      const update = JSON.parse(data) as PlayUpdate;
      const resolve = waiting.shift();
      if (resolve === undefined) arrived.push(update);
      else resolve(update);
    }
  });
  return {
    next: () => {
      const update = arrived.shift();
      return update === undefined ? new Promise((r) => waiting.push(r)) : Promise.resolve(update);
    },
    close: () => response.destroy(),
  };
}

const solved = (): string =>
  solution("stars", 1)
    .map((o) => stringify(o))
    .join("---\n");

test("a save is answered to the student's own pages, kept as a signed hand-in, and seen by the instructor", async () => {
  const [ana, bo] = [await stream(ANA), await stream(BO)];
  try {
    await Promise.all([ana.next(), bo.next()]);
    const heard = ana.next();
    expect((await put(ANA, "mine.yaml", solved())).status).toBe(204);
    expect((await heard).yours?.claims.every((c) => c.holds)).toBe(true);
    const { handIn } = readHandIn((await ask(`${ANA}handin?lab=stars`)).text);
    expect(handIn).toMatchObject({
      student: "ana",
      steps: [{ step: 1, solved: expect.any(String) as string }],
    });
    expect(signatureProblem(handIn!, KEY, "net")).toBeUndefined();
    // Bo heard nothing, and has nothing.
    expect(play.find("bo", "stars")?.keeper.steps).toEqual([]);
    expect((await ask(`${BO}files?lab=stars&name=mine.yaml`)).text).not.toContain("NetworkPolicy");
    const page = (await ask(instructorPath(KEY, "net"))).text;
    expect(page).toContain("Ana &#60;b&#62;Souza&#60;/b&#62; (ana)");
    expect(page).toContain('aria-label="step 1 default-deny: done"');
    expect(page).not.toContain("<script");
  } finally {
    ana.close();
    bo.close();
  }
}, 60_000);

test("a form saves, keeps what was refused, and removes", async () => {
  const form = (fields: Record<string, string>) =>
    ask(`${BO}files?lab=stars`, { method: "POST", body: new URLSearchParams(fields).toString() });
  const saved = await form({ name: "a.yaml", text: "kind: X\r\n# <b>\r\n", do: "save" });
  expect(saved.text).toMatch(/Saved at/);
  expect(saved.text).toContain("# &#60;b&#62;");
  expect(readFileSync(join(folder, "files", "bo", "stars", "a.yaml"), "utf8")).toBe("kind: X\n# <b>\n");
  const refused = await form({ name: "../a.yaml", text: "precious", do: "save" });
  expect([refused.status, refused.text]).toEqual([
    400,
    expect.stringMatching(/a file is called like[\s\S]*precious/),
  ]);
  expect((await form({ name: "a.yaml", text: "", do: "remove" })).text).toMatch(/a\.yaml is removed/);
  expect(existsSync(join(folder, "files", "bo", "stars", "a.yaml"))).toBe(false);
}, 60_000);

test("nobody gets to another's files, by whatever path, name or link", async () => {
  await put(ANA, "secret.yaml", "# of ana");
  const wrong = [
    "/",
    "/s/ana/",
    "/s/ana/" + "A".repeat(32) + "/",
    ANA.replace("/ana/", "/bo/") + "files?lab=stars",
    `${BO}../../ana/files`,
    `${BO}%2e%2e/ana/files?lab=stars`,
    "/i/" + "A".repeat(32) + "/",
    "//" + ANA,
    `${ANA}nothing`,
  ];
  for (const path of wrong) expect([path, (await ask(path)).status]).toEqual([path, 404]);
  for (const name of [
    "../../ana/stars/secret.yaml",
    "..%2fx.yaml",
    ".hidden.yaml",
    "/etc/x.yaml",
    "a/b.yaml",
    "x.sh",
    "con\u0000.yaml",
    "",
  ])
    expect([name, (await put(BO, name, "x")).status]).toEqual([name, 400]);
  const own = join(folder, "files", "bo", "stars");
  mkdirSync(own, { recursive: true });
  // Nothing here makes links; one that stands there all the same is neither read nor written through.
  symlinkSync(join(folder, "files", "ana", "stars", "secret.yaml"), join(own, "link.yaml"));
  expect((await put(BO, "link.yaml", "x")).status).toBe(400);
  expect((await ask(`${BO}files?lab=stars&name=link.yaml`)).text).not.toContain("of ana");
  expect(readFileSync(join(folder, "files", "ana", "stars", "secret.yaml"), "utf8")).toBe("# of ana");
  rmSync(join(own, "link.yaml"));
  const cross = await ask(`${ANA}file?lab=stars&name=x.yaml`, {
    method: "PUT",
    body: "x",
    headers: { "sec-fetch-site": "cross-site" },
  });
  expect(cross.status).toBe(403);
  const { headers } = await ask(ANA);
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["content-security-policy"]).toBe("frame-ancestors 'self'");
}, 60_000);

test("what is too large, too many or too often is refused with a word", async () => {
  const large = await put(BO, "large.yaml", "#".repeat(FILE_LIMITS.bytes + 1));
  expect([large.status, large.text]).toEqual([413, "a file has at most 64 KiB\n"]);
  const at = mkdtempSync(join(tmpdir(), "files-"));
  const files = new StudentFiles(at);
  for (let i = 0; i < FILE_LIMITS.files; i++) expect(files.save(`f${i}.yaml`, "#")).toBeUndefined();
  expect(files.save("one-more.yaml", "#")).toMatchObject({
    status: 413,
    why: expect.stringMatching(/at most 40 files/) as string,
  });
  expect(files.save("f0.yaml", "# again")).toBeUndefined();
  const full = new StudentFiles(join(at, "full"));
  for (let i = 0; i < 8; i++) expect(full.save(`f${i}.yaml`, "#".repeat(FILE_LIMITS.bytes))).toBeUndefined();
  expect(full.save("f8.yaml", "#")).toMatchObject({ status: 413 });
  rmSync(at, { recursive: true });
  const limit = new RateLimit(3, 1);
  const taken = [0, 0, 0, 0, 1000, 1000].map((ms) => limit.takes("ana", ms));
  expect(taken).toEqual([true, true, true, false, true, false]);
  expect(limit.takes("bo", 1000)).toBe(true);
});

test("saves and hints beyond what a person does are refused, and of the others none", async () => {
  const ana = play.find("ana", "stars")!;
  const bo = play.find("bo", "stars")!;
  const saves = Array.from({ length: 30 }, () => play.save(ana, "x.yaml", "#")?.status);
  expect(saves.filter((s) => s === 429)).toHaveLength(10);
  expect(play.save(bo, "x.yaml", "#")).toBeUndefined();
  const hints = await Promise.all(Array.from({ length: 8 }, () => play.hint(bo, 1)));
  expect(hints.filter((h) => h === undefined)).toHaveLength(3);
}, 60_000);

test("who comes back finds files and what was solved; what is wrong is looked for when it is quiet", async () => {
  writeFileSync(
    join(folder, "files", "bo", "stars", "x.yaml"),
    stringify({ ...solution("stars", 1)[0], metadata: { name: "d", namespace: "clinet" } }),
  );
  const bo = play.find("bo", "stars")!;
  play.save(bo, "y.yaml", "# look");
  expect(await play.diagnose()).toBe(true);
  now += 10_000;
  while (await play.diagnose());
  expect(bo.wrong.map((w) => w.cause)).toContain("namespace");
  const again = new ClassPlay(
    { className: "net", key: KEY, students, labs: ["stars"], folder, say: () => undefined },
    () => now,
  );
  expect(again.find("ana", "stars")?.keeper.steps[0]).toMatchObject({
    step: 1,
    solved: expect.any(String) as string,
  });
  expect(readdirSync(join(folder, "files", "ana", "stars"))).toContain("mine.yaml");
  await again.close();
}, 60_000);

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { get, request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { play, type Playing } from "../../../cli/play/run-play";
import type { PlayHint, PlayUpdate } from "../../../cli/page/page-data";

let folder: string;
let playing: Playing;
const said: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "labs-play-"));
  playing = await play("stars", { port: "0", folder }, (text) => said.push(text));
});
afterAll(async () => {
  await playing.close();
  rmSync(folder, { recursive: true, force: true });
});

const DENY = (ns: string, kind = "NetworkPolicy"): string =>
  `apiVersion: networking.k8s.io/v1\nkind: ${kind}\nmetadata: { name: deny, namespace: ${ns} }\nspec: { podSelector: {}, policyTypes: [Ingress] }\n`;

/** The stream of a lab and step, one update after the other. */
async function stream(step: number): Promise<{ next: () => Promise<PlayUpdate>; close: () => void }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${playing.url}events?lab=stars&step=${step}`, resolve).on("error", reject);
  });
  const waiting: ((u: PlayUpdate) => void)[] = [];
  const arrived: PlayUpdate[] = [];
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

const unmet = (u: PlayUpdate): string[] =>
  u.yours!.claims.filter((c) => !c.holds).map((c) => `${c.from} ${c.to}`);

test("a learner's way through a step: each saved file is judged at once, mistakes included", async () => {
  const updates = await stream(1);
  try {
    const first = await updates.next();
    expect(first.files).toEqual([]);
    expect(unmet(first)).toHaveLength(12);

    writeFileSync(join(folder, "stars.yaml"), DENY("stars"));
    expect(unmet(await updates.next())).toHaveLength(4);

    writeFileSync(join(folder, "client.yaml"), `${DENY("client")}  broken`);
    const broken = await updates.next();
    expect(broken.problems[0]?.path).toMatch(/^client\.yaml/);
    expect(broken.yours).toBeUndefined();

    // As editors save: a new file in the place of the old one.
    writeFileSync(join(folder, ".client.swp"), DENY("client"));
    renameSync(join(folder, ".client.swp"), join(folder, "client.yaml"));
    const done = await updates.next();
    expect(unmet(done)).toEqual([]);
    expect(done.took).toBeGreaterThan(0);

    rmSync(join(folder, "stars.yaml"));
    expect(unmet(await updates.next()).length).toBeGreaterThan(0);
  } finally {
    updates.close();
  }
  expect(
    said.some((s) => /done, all 12 claims hold; closes 9 pairs; next is step 2, Let the page in/.test(s)),
  ).toBe(true);
});

test("a folder that is taken away and comes back is watched again", async () => {
  const updates = await stream(1);
  try {
    await updates.next();
    rmSync(folder, { recursive: true });
    let seen = await updates.next();
    while (seen.files.length > 0) seen = await updates.next();
    mkdirSync(folder);
    writeFileSync(join(folder, "stars.yaml"), DENY("stars"));
    while (seen.files.length === 0) seen = await updates.next();
    expect(unmet(seen)).toHaveLength(4);
    writeFileSync(join(folder, "client.yaml"), DENY("client"));
    while (seen.files.length === 1) seen = await updates.next();
    expect(unmet(seen)).toEqual([]);
  } finally {
    updates.close();
  }
});

test("the terminal speaks of the step that a page shows", async () => {
  const updates = await stream(2);
  try {
    await updates.next();
    writeFileSync(join(folder, "note.yaml"), "# nothing yet\n");
    await updates.next();
    expect(said.at(-1)).toMatch(/^stars, step 2: /);
  } finally {
    updates.close();
  }
});

test("hints are sent to who asks for them", async () => {
  const { status, type, body } = await ask("/hints?lab=stars&step=4");
  expect([status, type]).toEqual([200, "application/json; charset=utf-8"]);
  expect((JSON.parse(body) as PlayHint[]).map((h) => h.object)).toContain(
    "NetworkPolicy stars/frontend-policy",
  );
});

interface Reply {
  status: number;
  type: string;
  body: string;
}

async function ask(path: string, options: { method?: string; host?: string } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const asked = request(
      new URL(path, playing.url),
      { method: options.method ?? "GET", headers },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body });
        });
      },
    );
    asked.on("error", reject).end();
  });
}

test("the page is served to this machine alone, and nothing can be written through it", async () => {
  const page = await ask("/");
  expect(page).toMatchObject({ status: 200, type: "text/html; charset=utf-8" });
  expect(page.body).toContain("connect-src &#39;self&#39;".replaceAll("&#39;", "'"));
  expect(playing.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect((await ask("/", { host: "evil.example.org" })).status).toBe(403);
  expect((await ask("/", { method: "POST" })).status).toBe(405);
  for (const path of [
    "/etc/passwd",
    "/../package.json",
    "/events?lab=none&step=1",
    "/events?lab=stars&step=x",
    "/hints?lab=none&step=1",
  ])
    expect((await ask(path)).status).toBe(404);
});

test("a wrong name, step or port is told in one message", async () => {
  await expect(play("star", { port: "0" }, () => undefined)).rejects.toThrow(
    /star is neither a lab nor a stack; did you mean stars\?\n  labs: stars, .*\n  stacks: .*kind/,
  );
  await expect(play("stars", { port: "0", folder, step: "9" }, () => undefined)).rejects.toThrow(
    /stars has no step 9; its steps: 0 \(open\)/,
  );
  await expect(play("stars", { port: "x", folder }, () => undefined)).rejects.toThrow(/--port x/);
  const port = new URL(playing.url).port;
  await expect(play("stars", { port, folder }, () => undefined)).rejects.toThrow(
    /cannot be used here \(EADDRINUSE\)/,
  );
});

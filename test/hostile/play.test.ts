import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { PlayHint, PlayUpdate } from "../../cli/page/page-data";
import { readFolder } from "../../cli/play/learner-folder";
import { play, type Playing } from "../../cli/play/run-play";
import { watch } from "../../cli/play/watch-folder";

// Whatever a request or a learner's folder holds: a clear answer in bounded time, and the process goes on.

const policy = (name: string, spec = "podSelector: {}"): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: stars }\nspec: { ${spec} }\n`;
const fresh = (): string => mkdtempSync(join(tmpdir(), "hostile-play-"));
/** Seconds are for a loaded machine; the memory makes a bomb fail soon. */
const limits = { answer: 8000, start: 60_000, memory: 200 };

describe("requests", () => {
  let playing: Playing;
  beforeAll(async () => {
    playing = await play("stars", { port: "0", folder: fresh() }, () => undefined, limits);
  });
  afterAll(() => playing.close());

  /** Sends bytes, and gives what comes back before the server closes or is silent for so long. */
  const send = (text: string, silence = 50_000): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(playing.url).port), "127.0.0.1");
      let got = "";
      socket.on("data", (chunk: Buffer) => {
        got += chunk.toString("latin1");
        if (got.includes("\r\n\r\n")) socket.destroy();
      });
      socket.setTimeout(silence, () => socket.destroy());
      socket.on("error", reject);
      socket.on("close", () => {
        resolve(got);
      });
      socket.write(text, "latin1");
    });
  const status = async (target: string, headers = "Host: 127.0.0.1", method = "GET"): Promise<number> =>
    Number((await send(`${method} ${target} HTTP/1.1\r\n${headers}\r\n\r\n`)).split(" ")[1] ?? 0);

  test.each([
    ["//", 404],
    ["//a:b/", 404],
    ["http://[::1", 400],
    ["http://127.0.0.1/", 400],
    ["*", 400],
    ["/%", 404],
    ["/%2e%2e/etc/passwd", 404],
    ["/\\a:b", 404],
    [`/${"a".repeat(7000)}`, 404],
    ["/hints?lab=__proto__&step=0", 404],
    ["/hints?lab=stars&step=1e400", 404],
    ["/events?lab=stars&step=-1", 404],
    ["/hints?lab=stars&step=9007199254740991", 200],
    ["/", 200],
  ])("GET of target %#", async (target, code) => {
    expect(await status(target)).toBe(code);
  });

  test.each([
    "Host: evil.example.org",
    "Host: 127.0.0.1.evil.example.org",
    "Host: localhost.evil.example.org:4480",
    "Host: 0.0.0.0:4480",
    "Host:",
  ])("%s is refused", async (host) => {
    for (const target of ["/", "/events?lab=stars&step=1"])
      expect([403, 400]).toContain(await status(target, host));
  });

  test("a page of another site can make no work here, and show nothing in a frame", async () => {
    for (const site of ["cross-site", "same-site"])
      expect(await status("/hints?lab=stars&step=1", `Host: 127.0.0.1\r\nSec-Fetch-Site: ${site}`)).toBe(403);
    expect(await status("/hints?lab=stars&step=1", "Host: 127.0.0.1\r\nSec-Fetch-Site: same-origin")).toBe(
      200,
    );
    const page = await send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(page).toContain("Content-Security-Policy: frame-ancestors 'none'");
    expect(page).toContain("X-Frame-Options: DENY");
  });

  test("any bytes, and any target: the server lives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary-ascii", maxLength: 60 }),
        fc.boolean(),
        async (text, whole) => {
          const target = text.replace(/[\r\n ]/g, "x");
          const bytes = whole ? `${text}\r\n\r\n` : `GET /${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
          await send(bytes, 1000).catch(() => "");
        },
      ),
      { numRuns: 100 },
    );
    expect(await status("/")).toBe(200);
  });

  test("more listeners than there is room for are refused, the others stay", async () => {
    const open = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        get(`${playing.url}events?lab=stars&step=1`, resolve).on("error", reject);
      });
    const all = await Promise.all(Array.from({ length: 70 }, open));
    const codes = all.map((r) => r.statusCode);
    expect([codes.filter((c) => c === 200).length, codes.filter((c) => c === 503).length]).toEqual([64, 6]);
    for (const r of all) r.destroy();
  });
});

test("a folder of what is no file: each is told by name, nothing is opened or followed", async () => {
  const folder = fresh();
  writeFileSync(join(folder, "good.yaml"), policy("good"));
  symlinkSync("/", join(folder, "disk.yaml"));
  symlinkSync("/", join(folder, "disk"));
  symlinkSync("loop.yaml", join(folder, "loop.yaml"));
  symlinkSync("nowhere", join(folder, "gone.yaml"));
  symlinkSync("/dev/zero", join(folder, "zero.yaml"));
  spawnSync("mkfifo", [join(folder, "pipe.yaml")]);
  mkdirSync(join(folder, "folder.yaml"));
  writeFileSync(join(folder, "large.yaml"), "#".repeat(65 * 2 ** 20));
  const socket = createServer().listen(join(folder, "socket.yaml"));
  await new Promise((resolve) => socket.once("listening", resolve));
  const { problems, objects } = readFolder(folder);
  socket.close();
  expect(objects.map((o) => o.origin)).toEqual(["good.yaml"]);
  expect(problems.map((p) => `${p.path} ${p.message}`)).toEqual([
    "disk.yaml is a link to a folder",
    "gone.yaml does not exist",
    "large.yaml is larger than 64 MiB",
    "loop.yaml leads in a circle",
    "pipe.yaml is a FIFO, not a file",
    "socket.yaml is a socket, not a file",
    "zero.yaml is a device, not a file",
  ]);
  rmSync(folder, { recursive: true });
});

const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghi"
  .split("")
  .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(", ")}]`)
  .join("\n")}\nkind: NetworkPolicy\n`;

describe("a learner's file", () => {
  let playing: Playing;
  const folder = fresh();
  const file = join(folder, "mine.yaml");
  beforeAll(async () => {
    playing = await play("stars", { port: "0", folder }, () => undefined, limits);
  });
  afterAll(() => playing.close());

  const hints = async (): Promise<PlayHint[]> =>
    (await (await fetch(`${playing.url}hints?lab=stars&step=3`)).json()) as PlayHint[];
  const update = async (): Promise<PlayUpdate> => {
    const response = await fetch(`${playing.url}events?lab=stars&step=3`);
    let text = "";
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes("\n\n")) break;
    }
    return JSON.parse(/^data: (.*)$/m.exec(text)![1]!) as PlayUpdate;
  };

  test.each<[string, string, RegExp]>([
    ["an alias bomb", BOMB, /more than 1,000,000 values/],
    ["a cyclic anchor", policy("p", "podSelector: &s { matchLabels: *s }"), /not YAML|deeper than 100/],
    [
      "cyclic labels",
      policy("p").replace("{ name: p,", "&m { name: p, labels: *m,"),
      /not YAML|deeper than 100/,
    ],
    ["20,000 brackets", policy("p", `podSelector: ${"[".repeat(20_000)}`), /deeper than 100|not YAML/],
    ["binary", "\0\x01\xff".repeat(1000), /not YAML/],
    ["a kind that is a list", "apiVersion: v1\nkind: [a]\nmetadata: { name: 1 }\n", /./],
    [
      "prototype keys",
      policy("p", "podSelector: { matchLabels: { __proto__: { a: b }, constructor: x } }"),
      /./,
    ],
    [
      "no metadata",
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: [1]\nspec: 3\n",
      /metadata/,
    ],
  ])("%s: one clear problem, as a hint too", async (_, text, message) => {
    writeFileSync(file, text);
    const seen = await update();
    const said = [...seen.problems, ...(await hints())].map((p) => p.message).join("\n");
    expect(said).toMatch(message);
    expect(said).not.toMatch(/internal error/);
  });

  test("3,000 policies: the page is answered meanwhile, and hints end in time", async () => {
    const rule = "podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { role: x } } }] }]";
    writeFileSync(file, Array.from({ length: 3000 }, (_, i) => policy(`p${i}`, rule)).join("---\n"));
    const asked = hints();
    const started = performance.now();
    expect((await fetch(playing.url)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(7000);
    // Hints of so many, or why there are none; never silence.
    expect((await asked).length).toBeGreaterThan(0);
    writeFileSync(file, policy("default-deny"));
    expect((await hints())[0]?.object).toBe("NetworkPolicy stars/default-deny");
  });

  test("nothing was written beside the file", () => {
    expect(readdirSync(folder).sort()).toEqual([
      "README.md",
      ...readdirSync(folder).filter((f) => f.endsWith(".yaml")),
    ]);
  });
});

test("hints that take longer than they may are given up with a word, and the next are asked anew", async () => {
  const hasty = await play("stars", { port: "0", folder: fresh() }, () => undefined, {
    ...limits,
    answer: 1,
  });
  for (let i = 0; i < 2; i++) {
    const hints = (await (await fetch(`${hasty.url}hints?lab=stars&step=4`)).json()) as PlayHint[];
    expect(hints).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^no answer in 0.001 s/) as string }),
    ]);
  }
  expect((await fetch(hasty.url)).status).toBe(200);
  await hasty.close();
});

test("a second error of the watcher ends nothing", async () => {
  const errors: string[] = [];
  const watcher = await watch(
    fresh(),
    () => undefined,
    (reason) => errors.push(reason),
  );
  watcher.emit("error", new Error("one"));
  watcher.emit("error", new Error("two"));
  expect(errors).toEqual(["one", "two"]);
  await watcher.close();
});

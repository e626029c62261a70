import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Moto } from "./stand-in/moto";
import { pythonWithMoto } from "./stand-in/python";

const scriptOf = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "moto-")), "server.py");
  writeFileSync(file, text);
  return file;
};

/** Whether a process is still there. */
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("a server that dies while it starts: one line, with its own last words", async () => {
  const script = scriptOf('import sys\nsys.exit("Address already in use")\n');
  await expect(Moto.start(await pythonWithMoto(), { script })).rejects.toThrow(
    /^moto did not start: Address already in use$/,
  );
});

test("a server that never answers is ended, and leaves no process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moto-"));
  const script = scriptOf(
    `import os, time\nopen(${JSON.stringify(join(folder, "pid"))}, "w").write(str(os.getpid()))\ntime.sleep(600)\n`,
  );
  await expect(Moto.start(await pythonWithMoto(), { script, seconds: 5 })).rejects.toThrow(
    "moto did not answer in 5 s",
  );
  const { readFileSync } = await import("node:fs");
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  await gone(pid);
});

test("it ends with the process that started it, whatever kills that", async () => {
  const program = `
    require(${JSON.stringify(require.resolve("tsx/cjs"))});
    const { Moto } = require(${JSON.stringify(join(__dirname, "stand-in", "moto.ts"))});
    const { pythonWithMoto } = require(${JSON.stringify(join(__dirname, "stand-in", "python.ts"))});
    pythonWithMoto().then((p) => Moto.start(p)).then((m) => console.log(m.child.pid));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(
    await new Promise((resolve) =>
      child.stdout.once("data", (d: Buffer) => {
        resolve(d.toString());
      }),
    ),
  );
  expect(alive(pid)).toBe(true);
  child.kill("SIGKILL");
  await gone(pid);
});

async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && alive(pid); i++) await new Promise((r) => setTimeout(r, 100));
  expect(alive(pid)).toBe(false);
}

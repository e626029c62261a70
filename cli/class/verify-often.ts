import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectFolder } from "../../stacks/project-folders";

/** One `students verify --all` of a class, in a process of its own: what it sees is kept for the page. Gives what it said where it failed. */
export function verifyOnce(className: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = [
      "--import",
      "tsx",
      join("cli", "labs.ts"),
      "students",
      "verify",
      "--all",
      "--class",
      className,
    ];
    const child = spawn(process.execPath, args, {
      cwd: projectFolder,
      stdio: ["ignore", "ignore", "pipe"],
      signal,
      // Aborted like Ctrl-C: probe pods are taken away, and the next run goes on.
      killSignal: "SIGINT",
    });
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said = `${said}${text.toString()}`.slice(-2000);
    });
    child.on("error", (error) => {
      resolve(signal.aborted ? undefined : error.message);
    });
    child.on("exit", (code) => {
      // 1 also says that somebody was not reached, which the page shows by itself.
      const wrong = /^error: (.*)$/m.exec(said)?.[1];
      resolve(
        code === 0 || signal.aborted
          ? undefined
          : wrong === undefined
            ? undefined
            : `students verify: ${wrong}`,
      );
    });
  });
}

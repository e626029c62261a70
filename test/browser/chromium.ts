import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Debian's Chromium, or the one that CHROMIUM names; undefined where there is none: no test downloads a browser. */
export const executable: string | undefined = [process.env["CHROMIUM"], "/usr/bin/chromium"].find(
  (path): path is string => path !== undefined && existsSync(path),
);

export async function launch(): Promise<Browser> {
  return chromium.launch({
    ...(executable === undefined ? {} : { executablePath: executable }),
    args: [
      // Containers give Chromium no sandbox of its own; the pages are ours.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

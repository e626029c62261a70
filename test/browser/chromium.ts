import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** What tests in a browser need. */
export const CHROMIUM = "Chromium or Chrome (on the PATH, or named by CHROMIUM)";

// As Debian, Ubuntu, Fedora, GitHub's runners and Google call it.
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const ON_A_MAC = ["Chromium", "Google Chrome"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

/** The browser that tests start; undefined where there is none: no test downloads one. */
export const executable: string | undefined = [
  ...[process.env["CHROMIUM"]].filter((path) => path !== undefined),
  ...(process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ...ON_A_MAC,
].find(runs);

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

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

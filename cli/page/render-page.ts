import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle-page";
import type { PageData } from "./page-data";

/** One HTML page with everything in it: it asks nobody for anything, and runs no script but its own. */
export async function renderPage(data: PageData): Promise<string> {
  const bundled = await bundle();
  const script = inScript(bundled.script);
  const page = readFileSync(join(__dirname, "browser", "page.html"), "utf8");
  // One script may run, by its hash; a page of `labs play` also listens to its server.
  const policy = [
    "default-src 'none'",
    `script-src ${hashed(script)}`,
    // Widths of bars are styles on elements.
    "style-src 'unsafe-inline'",
    "img-src data:",
    `connect-src ${data.play === undefined ? "'none'" : "'self'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = `Labs of stack ${data.stack}`;
  return page
    .replace("%policy%", () => escapeHtml(policy))
    .replace("%title%", () => escapeHtml(title))
    .replace("<style></style>", () => `<style>${bundled.style}</style>`)
    .replace('id="data"></script>', () => `id="data">${packed(data)}</script>`)
    .replace('id="program"></script>', () => `id="program">${script}</script>`);
}

/** All labs at once are a megabyte of much the same words. */
const packed = (data: PageData): string => gzipSync(JSON.stringify(data), { level: 9 }).toString("base64");

const hashed = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** A text in the program cannot end the script element: `<` stays what it is in its strings. */
function inScript(text: string): string {
  return text.replace(/<(?=\/script|!--|script)/gi, "\\u003c");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

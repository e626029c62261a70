import { readFileSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "../page/render-page";

/** Text that is markup already. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | readonly Html[] | undefined;

/** Markup with values in it, each escaped: names and files come from students. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((out, part, i) => out + shown(values[i - 1]) + part));
}

function shown(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  return typeof value === "object" ? value.map((v) => v.text).join("") : escapeHtml(String(value));
}

const theme = readFileSync(join(__dirname, "..", "page", "browser", "styles", "theme.css"), "utf8");
const own = readFileSync(join(__dirname, "class.css"), "utf8");

/** A page without a script. @param refresh seconds after which it is asked for again */
export function htmlPage(title: string, body: Html, refresh?: number): string {
  const again =
    refresh === undefined ? undefined : new Html(`<meta http-equiv="refresh" content="${refresh}">`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'"
        />
        ${again}
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(theme + own)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}

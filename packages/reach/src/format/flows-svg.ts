import { insiders, pairs } from "../connectivity";
import type { Change, Difference } from "../state-diff";
import { protocolText } from "../reach-flows";
import type { State } from "../reach-state";
import { protocolsIn, summary } from "./port-summary";

const CELL = 18;
const COLORS = { open: "#1a7f37", partly: "#8fd19e", unknown: "#d4a72c", closed: "#eaecef" } as const;

/** Who reaches whom as a picture: a row for each sender, a column for each receiver, one colour a cell. */
export function* flowsSvg(state: State): Generator<string> {
  const names = [...new Set([...insiders(state), ...state.outside].map(({ name }) => name))];
  const place = new Map(names.map((name, i) => [name, i]));
  const margin = 12 + 7 * Math.max(0, ...names.map((name) => name.length));
  const size = margin + CELL * names.length + 12;
  yield opening(size, size + 20, "who reaches whom: rows send, columns receive");
  for (const [i, name] of names.entries()) {
    const at = margin + CELL * i + CELL / 2;
    yield text(margin - 6, at + 4, name, "end");
    yield `<text transform="translate(${at + 4},${margin - 6}) rotate(-90)">${escaped(name)}</text>\n`;
  }
  for (const { from, to, parts } of pairs(state)) {
    const flows = parts.map(({ part }) => part);
    const protocols = protocolsIn(flows);
    const [open, unknown] = [summary(flows, "allow", protocols), summary(flows, "unknown", protocols)];
    const color = unknown !== "" ? "unknown" : open === "all" ? "open" : open === "" ? "closed" : "partly";
    const [x, y] = [margin + CELL * (place.get(to.name) ?? 0), margin + CELL * (place.get(from.name) ?? 0)];
    const title = `${from.name} → ${to.name}: ${[open, unknown === "" ? "" : `unknown ${unknown}`].filter((t) => t !== "").join("; ") || "closed"}`;
    yield `<rect x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="3" fill="${COLORS[color]}"><title>${escaped(title)}</title></rect>\n`;
  }
  yield legend(size + 8);
  yield "</svg>\n";
}

function legend(y: number): string {
  const words = [
    ["open", "every port"],
    ["partly", "some ports"],
    ["unknown", "unknown"],
    ["closed", "closed"],
  ] as const;
  return words
    .map(
      ([color, word], i) =>
        `<rect x="${12 + 100 * i}" y="${y - 9}" width="10" height="10" fill="${COLORS[color]}"/>${text(26 + 100 * i, y, word)}`,
    )
    .join("");
}

/** What a change opens and closes, a line each. */
export function* diffSvg({ added, removed, changed }: Difference): Generator<string> {
  const line = (mark: string, color: string) => (change: Change) => ({
    color,
    text: `${mark} ${what(change)}`,
  });
  const lines = [
    ...added.map(line("+", COLORS.open)),
    ...removed.map(line("−", "#cf222e")),
    ...changed.map(line("~", "#9a6700")),
  ];
  const shown = lines.length === 0 ? [{ color: "#57606a", text: "No flow opens or closes." }] : lines;
  yield opening(
    40 + 7 * Math.max(...shown.map((l) => l.text.length)),
    24 + 18 * shown.length,
    "what the change opens and closes",
  );
  for (const [i, { color, text: content }] of shown.entries())
    yield `<text x="12" y="${24 + 18 * i}" style="fill:${color}">${escaped(content)}</text>\n`;
  yield "</svg>\n";
}

function what(change: Change): string {
  const { from, to, ports, opened, closed } = change;
  const parts = [opened === "" ? "" : `opens ${opened}`, closed === "" ? "" : `closes ${closed}`].filter(
    (p) => p !== "",
  );
  return `${from} → ${to} ${protocolText(change)}: ${parts.join(", ") || ports}`;
}

function opening(width: number, height: number, title: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}" style="background:#fff;font:12px ui-monospace,monospace;fill:#24292f">\n<title>${title}</title>\n`;
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>\n`;
}

function escaped(content: string): string {
  return content.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

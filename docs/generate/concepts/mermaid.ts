/** Diagrams as text. No colours: whoever shows the page picks them, in light and in dark. */

/** A name that Mermaid takes as an id: never one of its own words, such as `default`. */
export const idOf = (...parts: string[]): string => ["n", ...parts].join("_").replaceAll(/[^a-z0-9]/gi, "_");

/** A box; lines of its text below each other. */
export const box = (id: string, ...lines: string[]): string => `${id}["${lines.join("<br/>")}"]`;

export const group = (id: string, title: string, lines: readonly string[]): string[] => [
  `subgraph ${id} ["${title}"]`,
  ...lines.map((line) => `  ${line}`),
  "end",
];

export const diagram = (kind: string, lines: readonly string[]): string =>
  ["```mermaid", kind, ...lines.map((line) => `  ${line}`), "```"].join("\n");

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A document of a file, with the line that it starts at, counted from 1. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** A file's YAML documents: the lines `---` divide them, and each may start with a byte order mark. */
export function* yamlPieces(text: string): Generator<Piece> {
  let line = 1;
  let start = 0;
  let directives = "";
  const separator = /^\uFEFF?(?:---(?=[\s#]|$)|\.\.\.[ \t\r]*$)/gm;
  for (;;) {
    const found = separator.exec(text);
    const end = found?.index ?? text.length;
    const piece = directives + text.slice(start, end).replace(/^(\s*)\uFEFF/, "$1");
    // %YAML and %TAG belong to the document that follows.
    if (found !== null && directives === "" && /^%/.test(piece)) {
      directives = `${piece.trimEnd()}\n---\n`;
    } else {
      // A problem and an object are found where their own first line is.
      const [blank = ""] = /^(?:[ \t\r]*\n)*/.exec(piece) ?? [];
      yield { text: piece.slice(blank.length), line: line + newlines(blank, 0, blank.length) };
      directives = "";
    }
    if (found === null) return;
    line += newlines(text, start, end);
    start = end + found[0].length;
  }
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** JSON values one after the other, as kubectl and JSON lines have them; undefined where it is not that. */
export function jsonPieces(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = -1;
  let line = 1;
  let startLine = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) line++;
    else if (c === 34 && depth > 0) {
      i = endOfString(text, i);
      if (i === -1) return undefined;
    } else if (c === 123 || c === 91) {
      if (depth++ === 0) [start, startLine] = [i, line];
    } else if (c === 125 || c === 93) {
      if (--depth < 0) return undefined;
      if (depth === 0) pieces.push({ text: text.slice(start, i + 1), line: startLine });
    } else if (depth === 0 && c > 32 && c !== 0xfeff) {
      return undefined;
    }
  }
  return depth === 0 ? pieces : undefined;
}

function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i;
  }
  return -1;
}

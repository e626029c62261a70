/** Why a selector cannot be read: at which character, and what would be right. */
export class SelectorError extends Error {
  constructor(
    /** The selector as the user wrote it. */
    readonly selector: string,
    /** Offset in `selector`, from 0. */
    readonly position: number,
    /** What is wrong, without the position. */
    readonly detail: string,
    /** What to do about it. */
    readonly fix?: string,
  ) {
    super(`${detail} at character ${position + 1} of selector ${JSON.stringify(selector)}`);
    this.name = "SelectorError";
  }
}

export type TokenKind =
  | "label"
  | "string"
  | "has"
  | "all()"
  | "global()"
  | "=="
  | "!="
  | "!"
  | "&&"
  | "||"
  | "contains"
  | "starts with"
  | "ends with"
  | "in"
  | "not in"
  | "("
  | ")"
  | "{"
  | "}"
  | ","
  | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The label's name or the string's content. */
  readonly value: string;
  readonly position: number;
}

const MAX_LABEL_LENGTH = 512;
// Only blanks and tabs separate tokens: a line break inside a selector is an error for Felix too.
const BLANK = /[ \t]*/y;
const IDENTIFIER = /[A-Za-z0-9_./-]*/y;
const SYMBOLS = ["==", "!=", "!", "&&", "||", "(", ")", "{", "}", ","] as const;
// Words count as operators only right after a label; elsewhere `in` is a label like any other.
const OPERATORS: readonly (readonly [RegExp, TokenKind])[] = [
  [/contains(?![A-Za-z0-9_./-])/y, "contains"],
  [/starts[ \t]*with[ \t]*(?![A-Za-z0-9_./-])/y, "starts with"],
  [/ends[ \t]*with[ \t]*(?![A-Za-z0-9_./-])/y, "ends with"],
  [/not[ \t]*in[ \t]*(?![A-Za-z0-9_./-])/y, "not in"],
  [/in(?![A-Za-z0-9_./-])/y, "in"],
];
const CALLS = ["has", "all", "global"] as const;

/** Splits a selector into tokens as Calico does (libcalico-go/lib/selector/tokenizer). */
export function tokenize(selector: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const fail = (position: number, detail: string, fix?: string): never => {
    throw new SelectorError(selector, position, detail, fix);
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(selector)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const identifier = (): string => {
    const start = at;
    const name = take(IDENTIFIER) ?? "";
    if (name === "") fail(start, "expected a label name", unexpected(selector[start]));
    if (name.length > MAX_LABEL_LENGTH)
      fail(start, "label name is longer than 512 characters", "shorten the label");
    return name;
  };

  for (;;) {
    take(BLANK);
    const start = at;
    const push = (kind: TokenKind, value = ""): unknown => tokens.push({ kind, value, position: start });
    const char = selector[at];
    if (char === undefined) {
      push("end");
      return tokens;
    }
    if (char === '"' || char === "'") {
      const end = selector.indexOf(char, at + 1);
      if (end === -1) fail(start, "string is not closed", `close it with ${char}`);
      push("string", selector.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const symbol = SYMBOLS.find((s) => selector.startsWith(s, at));
    if (symbol !== undefined) {
      push(symbol);
      at += symbol.length;
      continue;
    }
    if (char === "=" || char === "&" || char === "|") {
      fail(start, `expected ${char}${char}`, `write ${char}${char}`);
    }
    const before = tokens.at(-1);
    if (before?.kind === "label") {
      const operator = OPERATORS.find(([pattern]) => take(pattern) !== undefined);
      if (operator === undefined) {
        fail(
          start,
          `expected an operator after label ${before.value}`,
          "use ==, !=, in, not in, contains, starts with or ends with",
        );
      } else {
        push(operator[1]);
      }
      continue;
    }
    const call = CALLS.find((name) => selector.startsWith(`${name}(`, at));
    if (call === undefined) {
      push("label", identifier());
      continue;
    }
    at += call.length + 1;
    take(BLANK);
    const label = call === "has" ? identifier() : "";
    take(BLANK);
    if (selector[at] !== ")") fail(at, `expected ) to close ${call}(`, `write ${call}(${label})`);
    at += 1;
    push(call === "has" ? "has" : `${call}()`, label);
  }
}

function unexpected(char: string | undefined): string {
  if (char === undefined) return "name the label";
  if (char === "\n" || char === "\r") return "write the selector on one line (in YAML: `>-` folds lines)";
  return "label names consist of letters, digits and _ . / -";
}

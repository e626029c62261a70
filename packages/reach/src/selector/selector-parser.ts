import type { SelectorNode } from "./selector-ast";
import { SelectorError, tokenize, type Token, type TokenKind } from "./selector-tokens";

/** Parses a selector into its tree. The empty selector means `all()`. @throws SelectorError */
export function parse(selector: string): SelectorNode {
  return new Parser(selector).root();
}

/** No selector of the 1,024 characters that Calico takes needs more. */
const DEEPEST = 500;

/** One function per level of the grammar: `||` binds less than `&&`, which binds less than `!`. */
class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(private readonly selector: string) {
    this.tokens = tokenize(selector);
  }

  root(): SelectorNode {
    if (this.peek().kind === "end") return { op: "all" };
    const node = this.or();
    if (this.peek().kind !== "end") this.fail("expected && or ||", "join the terms with && or ||");
    return node;
  }

  private or(): SelectorNode {
    return this.chain("||", () => this.and());
  }

  private and(): SelectorNode {
    return this.chain("&&", () => this.operation());
  }

  private chain(op: "||" | "&&", term: () => SelectorNode): SelectorNode {
    const first = term();
    if (this.peek().kind !== op) return first;
    const operands = [first];
    while (this.accept(op)) operands.push(term());
    return { op, operands };
  }

  private operation(): SelectorNode {
    let negated = false;
    while (this.accept("!")) negated = !negated;
    const node = this.positive();
    return negated ? { op: "!", operand: node } : node;
  }

  private positive(): SelectorNode {
    const token = this.peek();
    switch (token.kind) {
      case "has":
        this.next++;
        return { op: "has", label: token.value };
      case "all()":
        this.next++;
        return { op: "all" };
      case "global()":
        this.next++;
        return { op: "global" };
      case "label":
        this.next++;
        return this.comparison(token.value);
      case "(": {
        if (++this.depth > DEEPEST)
          this.fail(`has more than ${DEEPEST} parentheses inside each other`, "simplify it");
        this.next++;
        const node = this.or();
        this.expect(")", "expected )", "close the parenthesis");
        this.depth--;
        return node;
      }
      default:
        return this.fail(
          token.kind === "end" ? "selector ends too early" : "expected a term",
          "write a term such as label == 'value', has(label) or all()",
        );
    }
  }

  private comparison(label: string): SelectorNode {
    const operator = this.peek();
    switch (operator.kind) {
      case "==":
      case "!=":
      case "contains":
      case "starts with":
      case "ends with": {
        this.next++;
        const fix = `quote it: ${label} ${operator.kind} "value"`;
        return { op: operator.kind, label, value: this.expect("string", "expected a quoted string", fix) };
      }
      case "in":
      case "not in":
        this.next++;
        return { op: operator.kind, label, values: this.set(label, operator.kind) };
      default:
        return this.fail(
          `expected an operator after label ${label}`,
          "use ==, !=, in, not in, contains, starts with or ends with",
        );
    }
  }

  private set(label: string, operator: string): string[] {
    const fix = `write ${label} ${operator} {"a", "b"}`;
    this.expect("{", "expected a set", fix);
    const values = new Set<string>();
    while (this.peek().kind === "string") {
      values.add(this.expect("string", "expected a quoted string", fix));
      if (!this.accept(",")) break;
    }
    this.expect("}", "expected } or a quoted string", fix);
    return [...values].sort(byCodePoint);
  }

  private peek(): Token {
    // The list ends with "end", which nothing consumes.
    return this.tokens[this.next] ?? { kind: "end", value: "", position: this.selector.length };
  }

  private accept(kind: TokenKind): boolean {
    if (this.peek().kind !== kind) return false;
    this.next++;
    return true;
  }

  private expect(kind: TokenKind, detail: string, fix: string): string {
    const { value } = this.peek();
    if (!this.accept(kind)) this.fail(detail, fix);
    return value;
  }

  private fail(detail: string, fix: string): never {
    throw new SelectorError(this.selector, this.peek().position, detail, fix);
  }
}

/** Go sorts strings by their UTF-8 bytes, which is the order of code points, not of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

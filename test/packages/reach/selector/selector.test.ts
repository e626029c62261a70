import fc from "fast-check";
import { parseSelector, SelectorError, UNKNOWN } from "../../../../packages/reach/src/selector";

describe("grammar", () => {
  test.each([
    ["a == 'x' || b == 'y' && c == 'z'", '(a == "x" || (b == "y" && c == "z"))'],
    ["!!!has(a)", "!has(a)"],
    ["!!has(a)", "has(a)"],
    ["a notin {'x',}", 'a not in {"x"}'],
    ["a in {}", "a in {}"],
    ["in in {'in'}", 'in in {"in"}'],
    ["has(projectcalico.org/name)\t&&global( )", "(has(projectcalico.org/name) && global())"],
    ["has == 'x'", 'has == "x"'],
    ["a in {'\u{10000}', '\uffff'}", 'a in {"\uffff", "\u{10000}"}'],
  ])("%s", (input, expected) => {
    expect(parseSelector(input).canonical).toBe(expected);
  });

  test.each([
    ["bad ==", 6, /expected a quoted string/],
    ["a = 'b'", 2, /expected ==/],
    ["a == 'b' c", 9, /expected && or \|\|/],
    ["a in ('b')", 5, /expected a set/],
    ["a ~ 'b'", 2, /expected an operator after label a/],
    ["has(a", 5, /expected \)/],
    ["has()", 4, /expected a label name/],
    ["a == 'b'\n", 8, /expected a label name/],
    ["", undefined, undefined],
    ["a == 'b", 5, /not closed/],
    ["inx in {'a'} && b inx {'a'}", 18, /expected an operator after label b/],
    [`${"a".repeat(513)} == 'x'`, 0, /longer than 512/],
  ])("%j fails at %s", (input, position, detail) => {
    if (position === undefined) {
      expect(parseSelector(input).canonical).toBe("all()");
      return;
    }
    const error = caught(() => parseSelector(input));
    expect(error).toBeInstanceOf(SelectorError);
    expect(error).toMatchObject({ position, selector: input, fix: expect.any(String) as string });
    expect((error as SelectorError).detail).toMatch(detail);
    expect((error as SelectorError).message).toContain(`at character ${position + 1}`);
  });

  test("labels named like object members are labels", () => {
    expect(parseSelector("has(constructor)").matches({})).toBe(false);
    expect(parseSelector("toString != 'x'").matches({})).toBe(true);
  });

  test("an unknown value is neither equal nor different", () => {
    const labels = (label: string): string | undefined => ({ a: UNKNOWN, b: "x" })[label];
    expect(parseSelector("a == 'x'").evaluate(labels)).toBe("unknown");
    expect(parseSelector("a != 'x'").evaluate(labels)).toBe("unknown");
    expect(parseSelector("has(a)").evaluate(labels)).toBe(true);
    expect(parseSelector("a == 'x' && b == 'y'").evaluate(labels)).toBe(false);
    expect(parseSelector("a == 'x' || b == 'x'").evaluate(labels)).toBe(true);
    expect(parseSelector("!a in {'x'}").evaluate(labels)).toBe("unknown");
  });
});

const label = fc.constantFrom("a", "b", "c.d/e-f", "in", "has");
const text = fc.constantFrom("", "x", "xy", "it's", 'say "x"');
const term = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("all()", "global()"),
    label.map((l) => `has( ${l} )`),
    fc
      .tuple(label, fc.constantFrom("==", "!=", "contains", "starts with", "endswith"), text)
      .map(([l, op, t]) => `${l} ${op} ${quoted(t)}`),
    fc
      .tuple(label, fc.constantFrom("in", "not in"), fc.array(text, { maxLength: 3 }))
      .map(([l, op, values]) => `${l} ${op} {${values.map(quoted).join(",")}}`),
    tie("expr").map((e) => `!(${e})`),
    fc.tuple(tie("expr"), fc.constantFrom("&&", "||"), tie("expr")).map(([a, op, b]) => `(${a})${op}(${b})`),
  ),
})).expr;
const labels = fc.dictionary(label, fc.constantFrom("", "x", "xy", "yx", "it's"), { maxKeys: 4 });

test("the canonical form means the same", () => {
  fc.assert(
    fc.property(term, labels, (source, given) => {
      const selector = parseSelector(source);
      const again = parseSelector(selector.canonical);
      // Like Calico's, it keeps `!(!(a))` as `!!a`, which collapses when it is read again.
      expect(parseSelector(again.canonical).canonical).toBe(again.canonical);
      expect(again.matches(given)).toBe(selector.matches(given));
    }),
  );
});

test("with a label unknown, a definite answer holds for every value of it", () => {
  fc.assert(
    fc.property(term, labels, label, fc.constantFrom("", "x", "xy", "z"), (source, given, unknown, value) => {
      const selector = parseSelector(source);
      const partly: Record<string, string> = { ...given, [unknown]: UNKNOWN };
      const answer = selector.evaluate((l) => partly[l]);
      if (answer !== "unknown") expect(selector.matches({ ...given, [unknown]: value })).toBe(answer);
    }),
  );
});

test("any text either parses or says where it does not", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab in!=&|(){},'\"\t\n")) }), (source) => {
      const error = caught(() => parseSelector(source));
      if (error === undefined) return;
      expect(error).toBeInstanceOf(SelectorError);
      const { position } = error as SelectorError;
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(source.length);
    }),
  );
});

function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

function caught(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

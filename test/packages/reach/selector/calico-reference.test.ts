/**
 * What Calico's reference says of each operator of a selector, case by case:
 * https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy#selector
 */
import { parseSelector, SelectorError } from "../../../../packages/reach/src/selector";

type Labels = Record<string, string>;

/** A statement of the reference, a selector, labels that it matches, and labels that it does not. */
const cases: [string, string, Labels[], Labels[]][] = [
  ["all() matches everything", "all()", [{}, { tier: "web" }], []],
  ["an empty selector is all()", "", [{}, { tier: "web" }], []],
  ["blanks alone are all()", "  ", [{}, { tier: "web" }], []],
  ["global() is about namespaces, not about labels", "global()", [{}, { tier: "web" }], []],
  [
    "== : the label with this value",
    "tier == 'web'",
    [{ tier: "web" }, { tier: "web", zone: "a" }],
    [{}, { tier: "db" }, { zone: "web" }, { tier: "web2" }, { tier: "" }],
  ],
  ["== : either sort of quote", 'tier == "web"', [{ tier: "web" }], [{ tier: "'web'" }]],
  ["== : the other quote within", `tier == "it's"`, [{ tier: "it's" }], [{ tier: "its" }]],
  ["== : an empty value", "tier == ''", [{ tier: "" }], [{}, { tier: "web" }]],
  [
    "!= : without the label, or with another value",
    "tier != 'web'",
    [{}, { tier: "db" }, { zone: "web" }],
    [{ tier: "web" }],
  ],
  [
    "has : with the label, whatever its value",
    "has(tier)",
    [{ tier: "web" }, { tier: "" }],
    [{}, { zone: "a" }],
  ],
  ["!has : without the label", "!has(tier)", [{}, { zone: "a" }], [{ tier: "web" }, { tier: "" }]],
  [
    "in : one of the values",
    "tier in { 'web', 'db' }",
    [{ tier: "web" }, { tier: "db" }],
    [{}, { tier: "api" }],
  ],
  ["in : of one value", "tier in {'web'}", [{ tier: "web" }], [{ tier: "db" }, {}]],
  [
    "in : values with quotes",
    `tier in {"'", '"', "x"}`,
    [{ tier: "'" }, { tier: '"' }, { tier: "x" }],
    [{ tier: "y" }, {}],
  ],
  [
    "not in : without the label, or with none of the values",
    "tier not in { 'web', 'db' }",
    [{}, { tier: "api" }],
    [{ tier: "web" }, { tier: "db" }],
  ],
  [
    "contains : the value contains the text",
    "tier contains 'eb'",
    [{ tier: "web" }, { tier: "eb" }, { tier: "webs" }],
    [{}, { tier: "be" }, { zone: "web" }],
  ],
  [
    "starts with",
    "tier starts with 'we'",
    [{ tier: "web" }, { tier: "we" }],
    [{}, { tier: "awe" }, { tier: "w" }, { zone: "web" }],
  ],
  [
    "ends with",
    "tier ends with 'eb'",
    [{ tier: "web" }, { tier: "eb" }],
    [{}, { tier: "ebb" }, { tier: "b" }, { zone: "web" }],
  ],
  [
    "&& : both",
    "tier == 'web' && zone == 'a'",
    [{ tier: "web", zone: "a" }],
    [{}, { tier: "web" }, { zone: "a" }, { tier: "web", zone: "b" }],
  ],
  [
    "|| : either",
    "tier == 'web' || zone == 'a'",
    [{ tier: "web" }, { zone: "a" }, { tier: "web", zone: "a" }, { tier: "db", zone: "a" }],
    [{}, { tier: "db", zone: "b" }],
  ],
  ["! : not", "!tier == 'web'", [{}, { tier: "db" }], [{ tier: "web" }]],
  ["! : of a set", "!tier in {'web'}", [{}, { tier: "db" }], [{ tier: "web" }]],
  ["!! : twice is not at all", "!! has(tier)", [{ tier: "web" }], [{}]],
  ["!!! : three times is once", "! !!has(tier)", [{}], [{ tier: "web" }]],
  [
    "! binds closer than &&",
    "!has(tier) && zone == 'a'",
    [{ zone: "a" }],
    [{}, { tier: "web" }, { tier: "web", zone: "a" }],
  ],
  [
    "&& binds closer than ||, without parentheses",
    "! has(stage) || stage starts with 'prod' && role in {'front','shop'}",
    [{}, { role: "db" }, { stage: "prod1", role: "front" }, { stage: "prod", role: "shop" }],
    [{ stage: "prod" }, { stage: "test", role: "front" }, { stage: "prod", role: "db" }],
  ],
  [
    "parentheses come first",
    "(! has(stage) || stage starts with 'prod') && role in {'front','shop'}",
    [{ role: "front" }, { stage: "prod", role: "shop" }],
    [{}, { stage: "prod" }, { stage: "test", role: "front" }],
  ],
  [
    "! before parentheses",
    "!(has(tier) || !has(zone))",
    [{ zone: "a" }],
    [{}, { tier: "web" }, { tier: "web", zone: "a" }],
  ],
  [
    "names as Kubernetes has them",
    "app.kubernetes.io/name == 'shop'",
    [{ "app.kubernetes.io/name": "shop" }],
    [{ name: "shop" }],
  ],
];

test.each(cases)("%s: %s", (_what, source, matching, others) => {
  const selector = parseSelector(source);
  const said = (list: Labels[]): [Labels, boolean][] =>
    list.map((labels) => [labels, selector.matches(labels)]);
  expect(said(matching)).toEqual(matching.map((labels) => [labels, true]));
  expect(said(others)).toEqual(others.map((labels) => [labels, false]));
});

test.each([
  ["a comparison with a label", "tier == zone"],
  ["contains without quotes", "tier contains web"],
  ["starts with without quotes", "tier starts with web"],
  ["ends with without quotes", "tier ends with web"],
  ["a text where a label belongs", "'web' == tier"],
  ["a label alone", "tier"],
  ["two labels", "tier zone"],
  ["a blank behind a label", "tier "],
  ["nothing to negate", "!"],
  ["half an and", "tier == 'web' &"],
  ["half an or", "tier == 'web' |"],
  ["nothing behind and", "has(tier) &&"],
  ["nothing to compare with", "tier != ||"],
  ["a set that is not closed", "tier in {'web', ||"],
  ["a text where a set belongs", "tier in 'web'"],
  ["a text that is not closed", "'web"],
  ["a text closed by the other quote", "\"web'"],
  ["a parenthesis that is not closed", "(tier == 'web'"],
  ["a parenthesis that was not opened", "tier == 'web')"],
  ["empty parentheses", "()"],
  ["a sign of no meaning", "%"],
  ["a sign of no meaning behind and", "tier == 'web' && %"],
])("%s is refused: %s", (_what, source) => {
  expect(() => parseSelector(source)).toThrow(SelectorError);
});

test.each([
  ["", "all()"],
  [" (all() )", "all()"],
  ["! (has( tier)||! has(zone ))", "!(has(tier) || !has(zone))"],
  ["(a=='x'&&! b!='y')", '(a == "x" && !b != "y")'],
  [`a=="'"`, `a == "'"`],
  [`a!='"'`, `a != '"'`],
  [`a startswith 'x'`, `a starts with "x"`],
  [`a endswith 'x'`, `a ends with "x"`],
  [`a contains '"'`, `a contains '"'`],
  ["a in {'z', 'b', 'z', 'a'}", 'a in {"a", "b", "z"}'],
])("the canonical form of %j", (source, canonical) => {
  expect(parseSelector(source).canonical).toBe(canonical);
  expect(parseSelector(canonical).canonical).toBe(canonical);
});

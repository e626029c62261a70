import fc from "fast-check";
import { canaryIngress, readCanary, canaryAnnotations } from "../../routing/canary/annotations";
import { abByHeader, byWeight, liveBackend, type Canary, type Strategy } from "../../routing/canary/canary";
import { decide, shareOf, type CanaryRequest } from "../../routing/canary/precedence";
import { checkCanaries } from "../../routing/canary/check-canaries";
import { answer } from "../../routing/nginx/answer";
import { toIngresses } from "../../routing/routes/ingress-objects";
import type { Routes } from "../../routing/routes/routes";

const v1 = { service: "web", port: 80 };
const v2 = { service: "web-v2", port: 80 };
const shop: Routes = {
  name: "shop",
  namespace: "shop",
  hosts: [{ host: "a.org", paths: [{ path: "/", backend: v1 }] }],
};
const canary = (over: Partial<Canary> = {}): Canary => ({
  name: "shop-canary",
  namespace: "shop",
  host: "a.org",
  path: "/",
  primary: v1,
  canary: v2,
  strategy: byWeight(5),
  ...over,
});
const problems = (cs: Canary[], sets: Routes[] = [shop]) => checkCanaries(cs, sets).map((p) => p.message);

describe("refused before anything is created", () => {
  test("a sound canary is not", () => {
    expect(problems([canary()])).toEqual([]);
    expect(problems([canary({ strategy: byWeight(0) })])).toEqual([]);
    expect(problems([canary({ strategy: byWeight(1000, 1000) })])).toEqual([]);
  });

  test.each<[string, Strategy, RegExp]>([
    ["weight above the total", byWeight(101), /outside its range: 0 to 100/],
    ["weight above a total of its own", byWeight(1001, 1000), /0 to 1000/],
    ["negative weight", byWeight(-1), /outside its range/],
    ["half a weight", byWeight(0.5), /no whole number/],
    ["a total that nginx ignores", byWeight(5, 10), /ignores a total below 100/],
    ["nothing", {}, /is empty/],
    ["value and pattern", { header: { name: "FOO", value: "a", pattern: "b" } }, /ignores the pattern/],
    ["header with '_'", { header: { name: "X_FOO" } }, /drops request headers/],
    ["value with quotes", abByHeader("FOO", 'a"b'), /refuses/],
    ["pattern that does not parse", { header: { name: "FOO", pattern: "(" } }, /does not parse/],
    ["pattern in PCRE's own syntax", { header: { name: "FOO", pattern: "a++" } }, /does not parse/],
    ["cookie with spaces", { cookie: { name: "a b" } }, /no name of a cookie/],
  ])("%s", (_, strategy, message) => {
    expect(problems([canary({ strategy })])).toEqual([expect.stringMatching(message)]);
  });

  test.each<[string, Canary[], RegExp]>([
    ["no primary on this path", [canary({ path: "/x" })], /no primary/],
    ["no primary on this host", [canary({ host: "b.org" })], /no primary/],
    ["another path type", [canary({ type: "Exact" })], /no primary/],
    [
      "another Service there",
      [canary({ primary: { service: "other", port: 80 } })],
      /the route leads to web:80/,
    ],
    ["another port there", [canary({ primary: { service: "web", port: 81 } })], /the route leads to web:80/],
    ["another namespace", [canary({ namespace: "elsewhere" })], /primary is in namespace shop/],
    ["the primary's own Service", [canary({ canary: { service: "web", port: 8080 } })], /own Service/],
  ])("%s", (_, cs, message) => {
    expect(problems(cs)).toContainEqual(expect.stringMatching(message));
  });

  test("two on a path, and two from one Service", () => {
    const second = canary({ name: "other", canary: { service: "web-v3", port: 80 } });
    expect(problems([canary(), second])).toEqual([expect.stringMatching(/on this host and path already/)]);
    const two: Routes = {
      ...shop,
      hosts: [...shop.hosts, { host: "b.org", paths: [{ path: "/", backend: v1 }] }],
    };
    expect(problems([canary(), { ...second, host: "b.org" }], [two])).toEqual([
      expect.stringMatching(/one canary for each/),
    ]);
  });

  test("its Service used elsewhere: in a route, a default backend, another canary", () => {
    const route: Routes = {
      ...shop,
      hosts: [...shop.hosts, { host: "b.org", paths: [{ path: "/", backend: { ...v2, port: 81 } }] }],
    };
    expect(problems([canary()], [route])).toEqual([expect.stringMatching(/used elsewhere too: route b.org/)]);
    expect(problems([canary()], [{ ...shop, defaultBackend: v2 }])).toEqual([
      expect.stringMatching(/default backend of shop/),
    ]);
    const b: Routes = {
      name: "b",
      namespace: "shop",
      hosts: [{ host: "b.org", paths: [{ path: "/", backend: { service: "b", port: 80 } }] }],
    };
    const second = canary({ name: "second", host: "b.org", primary: { service: "b", port: 80 } });
    expect(problems([canary(), second], [shop, b])).toHaveLength(2);
    // The same name in another namespace is another Service.
    expect(problems([canary()], [shop, { ...b, namespace: "n2", defaultBackend: v2 }])).toEqual([]);
  });

  test("a name that another Ingress has", () => {
    expect(problems([canary({ name: "shop" })])).toEqual([expect.stringMatching(/name is taken/)]);
  });
});

const headerRule = fc.oneof(
  fc.record({ name: fc.constantFrom("FOO", "X-Canary") }),
  fc.record({ name: fc.constantFrom("FOO", "X-Canary"), value: fc.constantFrom("bar", "always", "never") }),
  fc.record({
    name: fc.constantFrom("FOO", "X-Canary"),
    pattern: fc.constantFrom("^ba", "r$", "(?i)BAR", "[0-9]+"),
  }),
);
const weightRule = fc
  .option(fc.integer({ min: 100, max: 10_000 }), { nil: undefined })
  .chain((total) =>
    fc
      .integer({ min: 0, max: total ?? 100 })
      .map((weight) => (total === undefined ? { weight } : { weight, total })),
  );
const strategy = fc
  .record(
    {
      header: headerRule,
      cookie: fc.record({ name: fc.constantFrom("beta", "canary") }),
      weight: weightRule,
    },
    { requiredKeys: [] },
  )
  .filter((s) => Object.keys(s).length > 0) as fc.Arbitrary<Strategy>;
const values = fc.constantFrom("always", "never", "bar", "BAR", "42", "", "else");
const request: fc.Arbitrary<CanaryRequest> = fc.record({
  headers: fc.dictionary(fc.constantFrom("FOO", "foo", "x-canary", "X_Canary", "Other"), values),
  cookies: fc.dictionary(fc.constantFrom("beta", "canary", "other"), values),
});

describe("precedence", () => {
  test("shares are probabilities that add up to 1", () => {
    fc.assert(
      fc.property(strategy, request, (s, r) => {
        const { primary, canary } = shareOf(s, r);
        expect(primary + canary).toBeCloseTo(1, 12);
        expect(canary).toBeGreaterThanOrEqual(0);
        expect(canary).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("header before cookie before weight: a later rule changes nothing once an earlier one has decided", () => {
    fc.assert(
      fc.property(strategy, strategy, request, (s, other, r) => {
        const d = decide(s, r);
        if (d.by !== "header") return;
        const rest = { ...other, ...(s.header === undefined ? {} : { header: s.header }) };
        expect(decide(rest, r)).toEqual(d);
      }),
    );
    fc.assert(
      fc.property(strategy, weightRule, request, (s, weight, r) => {
        const d = decide(s, r);
        if (d.by === "cookie") expect(decide({ ...s, weight }, r)).toEqual(d);
      }),
    );
  });

  test("always and never decide alone, whatever the weight", () => {
    fc.assert(
      fc.property(weightRule, fc.boolean(), (weight, yes) => {
        const word = yes ? "always" : "never";
        expect(decide({ header: { name: "FOO" }, weight }, { headers: { foo: word } })).toEqual({
          canary: yes ? 1 : 0,
          by: "header",
        });
        expect(decide({ cookie: { name: "c" }, weight }, { cookies: { c: word } })).toEqual({
          canary: yes ? 1 : 0,
          by: "cookie",
        });
      }),
    );
  });

  test("with a value or pattern, always and never are ordinary values", () => {
    const s: Strategy = { header: { name: "FOO", value: "bar" }, weight: { weight: 30 } };
    expect(decide(s, { headers: { FOO: "always" } })).toEqual({ canary: 0.3, by: "weight" });
    expect(decide(s, { headers: { FOO: "never" } })).toEqual({ canary: 0.3, by: "weight" });
    expect(decide({ header: { name: "FOO", pattern: "^b" } }, { headers: { FOO: "always" } })).toEqual({
      canary: 0,
      by: "nothing",
    });
    expect(decide({ header: { name: "FOO", pattern: "^b" } }, { headers: { FOO: "bar" } })).toEqual({
      canary: 1,
      by: "header",
    });
  });

  test("what a rule does not know falls through; nginx's oddities hold", () => {
    expect(
      decide(
        { header: { name: "FOO" }, cookie: { name: "c" } },
        { headers: { FOO: "x" }, cookies: { c: "always" } },
      ).by,
    ).toBe("cookie");
    // A total below 100 is ignored by balancer.lua.
    expect(decide(byWeight(5, 10), {}).canary).toBe(0.05);
    expect(decide(byWeight(5, 1000), {}).canary).toBe(0.005);
    // Request headers with '_' never arrive; an expression that cannot run ends the search.
    expect(decide({ header: { name: "X-Foo" } }, { headers: { X_Foo: "always" } }).by).toBe("nothing");
    expect(
      decide({ header: { name: "FOO", pattern: "(" }, weight: { weight: 100 } }, { headers: { FOO: "x" } }),
    ).toEqual({ canary: 0, by: "header" });
  });
});

test("what is written into annotations is read back the same, and nginx's answer follows the model", () => {
  fc.assert(
    fc.property(strategy, request, (s, r) => {
      expect(readCanary(canaryAnnotations(s))).toEqual(s);
      const objects = [
        ...toIngresses(shop, { className: "labs" }),
        canaryIngress(canary({ strategy: s }), { className: "labs" }),
      ];
      const got = answer(objects, "labs", { host: "a.org", path: "/x", ...r });
      const share = shareOf(s, r);
      const expected = Object.fromEntries(
        Object.entries({ "shop/web": share.primary, "shop/web-v2": share.canary }).filter(([, p]) => p > 0),
      );
      expect(got).toMatchObject({ kind: "backends", path: "/x" });
      expect("shares" in got && got.shares).toEqual(expected);
    }),
  );
});

test("strategies that pass the checks survive the controller's annotation validation", () => {
  const refused = checkCanaries(
    [canary({ strategy: { header: { name: "FOO", pattern: "a{1,2}" } } })],
    [shop],
  );
  // A comma is not among the characters of IsValidRegex.
  expect(refused[0]!.message).toMatch(/annotation validation/);
});

test("blue and green is a switch of the primary", () => {
  expect(liveBackend({ blue: v1, green: v2, live: "blue" })).toBe(v1);
  expect(liveBackend({ blue: v1, green: v2, live: "green" })).toBe(v2);
});

import fc from "fast-check";
import { DEFAULT_RANGES, allocationOf } from "../../classroom/allocation";
import { needsOf } from "../../classroom/cluster-needs";
import { readClass } from "../../classroom/class-file";
import { classChecks, environmentConfig } from "../../stacks/config/class-config";
import { planEnvironments } from "../../classroom/plan-environments";
import { fromTags, toTags, type EnvironmentRecord } from "../../classroom/environment-record";
import { readRoster } from "../../classroom/roster";
import { ProblemsError } from "../../kube/problems";

const HOUR = 3_600_000;
const labs = new Map([["stars", ["start", "deny", "allow-ui"]]]);
const problems = (input: unknown): string[] => {
  try {
    readClass(input, "class.yaml", classChecks(labs));
    return [];
  } catch (e) {
    if (!(e instanceof ProblemsError)) throw e;
    expect(e.problems.every((p) => p.fix !== undefined)).toBe(true);
    return e.problems.map((p) => `${p.path}: ${p.message}`);
  }
};

test("an empty class file has every default; its name is the file's", () => {
  expect(readClass(undefined, "lists/Net 101.yaml", classChecks(labs))).toEqual({
    name: "net-101",
    target: "kind",
    labs: {},
    config: {},
    network: false,
    ttl: 8 * HOUR,
    hardLimit: 72 * HOUR,
    parallel: 4,
    timeout: HOUR,
    ranges: DEFAULT_RANGES,
  });
});

test.each([
  [["stars"], { stars: 0 }],
  [{ stars: 2 }, { stars: 2 }],
  [{ stars: "allow-ui" }, { stars: 2 }],
  [{ stars: null }, { stars: 0 }],
  [{ stars: { step: "deny" } }, { stars: 1 }],
])("labs: %j", (given, steps) => {
  expect(readClass({ labs: given }, "c.yaml", classChecks(labs)).labs).toEqual(steps);
});

test("everything that is wrong is reported at once", () => {
  expect(
    problems({
      class: "Net_101",
      ttl: "365d",
      hardLimit: "0h",
      timeout: "-1h",
      labs: { stars: 9, moon: 0 },
      config: { clusterName: "x", labs: {} },
      allocation: { hostPorts: "80-90", podCidrs: "10.0.0.0/8", serviceCidrs: "10.1.0.0/16" },
    }),
  ).toEqual([
    "class.yaml: class: is not a DNS label: a-z, 0-9 and '-', beginning with a letter",
    "class.yaml: hardLimit: is zero",
    "class.yaml: timeout: is negative",
    "class.yaml: ttl: is longer than the hard limit of 30d",
    "class.yaml: config.clusterName: cannot be set here",
    "class.yaml: config.labs: cannot be set here",
    "class.yaml: allocation.hostPorts: is outside 1024-65535",
    "class.yaml: allocation.serviceCidrs: overlaps the pod ranges 10.0.0.0/8",
    "class.yaml: labs.stars: is not a step of this lab",
    "class.yaml: labs: is not a lab",
  ]);
  expect(problems({ clas: "x", parallel: 0 })).toEqual([
    expect.stringContaining("parallel"),
    "class.yaml: clas: unknown key",
  ]);
  expect(problems({ config: [1] })).toEqual([
    "class.yaml: config: invalid input: expected record, received array",
  ]);
  expect(problems({ config: null, labs: null })).toEqual([]);
  expect(problems({ ttl: "4d" })).toEqual(["class.yaml: ttl: is longer than the hard limit of 3d"]);
});

test("sections of another target are left out, and own node groups win over sizes", () => {
  const cls = readClass(
    {
      class: "net",
      sizes: { workers: 3 },
      config: { kind: { workers: 9 }, eks: { nodeGroups: { big: {} } }, wait: false },
    },
    "c.yaml",
    classChecks(labs),
  );
  const { students } = readRoster(Buffer.from("id,target\nana,kind\nbo,eks\n"), "r.csv", {
    className: "net",
    labs,
  });
  const [kind, eks] = students.map((student) =>
    environmentConfig({
      student,
      cls,
      target: student.target!,
      owner: "me",
      expires: 0,
      allocation: allocationOf(0, cls.ranges),
      nodePorts: [],
      needs: needsOf(student, cls),
    }),
  );
  expect(kind).toMatchObject({ wait: false, kind: { workers: 3 } });
  expect(kind).not.toHaveProperty("eks");
  expect(eks).toMatchObject({ eks: { nodeGroups: { big: {} } } });
  expect(eks).not.toHaveProperty("kind");
});

test("what each kind cluster gets for itself cannot stand in the class's config", () => {
  const kind = { podCidr: "10.0.0.0/16", portMappings: [], network: { subnet: "10.9.0.0/24", host1: false } };
  const found = problems({ class: "net", config: { kind } });
  expect(found).toEqual([
    "class.yaml: config.kind.podCidr: cannot be the same for all",
    "class.yaml: config.kind.portMappings: cannot be the same for all",
    "class.yaml: config.kind.network.subnet: cannot be the same for all",
  ]);
});

test("the config of a class is checked when it is read, with the paths of the file", () => {
  const config = {
    kind: { worker: 1 },
    wait: "no",
    kubernetes: "1.36",
    eks: { zones: 2, nodeGroups: { a: { min: -1 } } },
  };
  expect(problems({ class: "net", config })).toEqual([
    "class.yaml: config.wait: invalid input: expected boolean, received string",
    "class.yaml: config.kind.worker: unknown key",
    "class.yaml: config.eks.nodeGroups.a.min: too small: expected number to be >=0",
  ]);
});

test("a lease that was extended is not made shorter by an up for somebody else, unless a TTL is said", () => {
  const cls = readClass({ class: "net", ttl: "8h" }, "c.yaml", classChecks(labs));
  const { students } = readRoster(Buffer.from("id\nana\n"), "r.csv", { className: "net", labs });
  const lease = { created: 0, expires: 40 * HOUR, hardLimit: 72 * HOUR };
  const ana: EnvironmentRecord = { class: "net", id: "ana", name: "", owner: "", target: "kind", lease };
  const end = (keepLonger: boolean, now: number): number | undefined =>
    planEnvironments({
      configOf: environmentConfig,
      students,
      cls,
      existing: new Map([["net-ana", ana]]),
      machine: "m",
      owner: "me",
      now,
      nodePorts: [],
      keepLonger,
    }).planned.get("net-ana")?.record.lease.expires;
  expect(end(true, 10 * HOUR)).toBe(40 * HOUR);
  expect(end(false, 10 * HOUR)).toBe(18 * HOUR);
  expect(end(true, 39 * HOUR)).toBe(47 * HOUR);
  expect(end(true, 70 * HOUR)).toBe(72 * HOUR);
});

test("an environment of another class, or at its hard limit, is refused before anything runs", () => {
  const cls = readClass({ class: "net" }, "c.yaml", classChecks(labs));
  const { students } = readRoster(Buffer.from("id\nana\nbo\n"), "r.csv", { className: "net", labs });
  const record = (over: Partial<EnvironmentRecord>): EnvironmentRecord => ({
    class: "net",
    id: "ana",
    name: "",
    owner: "",
    target: "kind",
    lease: { created: 0, expires: 1, hardLimit: 72 * HOUR },
    ...over,
  });
  const existing = new Map([
    ["net-ana", record({ class: "ne", id: "t-ana" })],
    ["net-bo", record({ id: "bo" })],
  ]);
  const { planned, problems: found } = planEnvironments({
    configOf: environmentConfig,
    students,
    cls,
    existing,
    machine: "m",
    owner: "me",
    now: 73 * HOUR,
    nodePorts: [],
  });
  expect([...planned.keys()]).toEqual([]);
  expect(found.map((p) => p.message)).toEqual([
    "gives the name net-ana, which t-ana of class ne has",
    "has reached the hard limit of 3d after its first up",
  ]);
});

test("tags read back as the record, and fit the 256 bytes that a backend takes", () => {
  const moment = fc.integer({ min: 0, max: 4e12 });
  const record = fc.record({
    class: fc.constant("net"),
    id: fc.stringMatching(/^[a-z0-9]{1,33}$/),
    name: fc.string({ unit: "grapheme", maxLength: 100 }),
    owner: fc.stringMatching(/^[a-z@.]{1,64}$/),
    target: fc.constantFrom("kind" as const, "eks" as const),
    lease: fc.record({ created: moment, expires: moment, hardLimit: fc.nat() }),
    machine: fc.stringMatching(/^[a-z:/.]{1,64}$/),
    slot: fc.nat(500),
    apiPort: fc.nat(65535),
  });
  fc.assert(
    fc.property(record, (r) => {
      const tags = toTags(r);
      for (const value of Object.values(tags)) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(256);
      const back = fromTags(tags) as EnvironmentRecord;
      expect({ ...back, name: "" }).toEqual({ ...r, name: "" });
      expect(r.name.startsWith(back.name)).toBe(true);
    }),
  );
});

test.each([
  [{}, undefined],
  [{ "labs:class": "net" }, { problem: "its tags are damaged" }],
  [
    {
      ...toTags({
        class: "net",
        id: "a",
        name: "",
        owner: "",
        target: "kind",
        lease: { created: 0, expires: 0, hardLimit: 1 },
      }),
      "labs:expires": "soon",
    },
    { problem: "its tags are damaged" },
  ],
])("tags that are none: %j", (tags, result) => {
  expect(fromTags(tags as Record<string, string>)).toEqual(result);
});

import { connectivity, load } from "../../../packages/reach/src";
import { ask, calicoPolicy, globalPolicy, pod } from "./support";

const web = pod("x/web", { app: "web" }, { serviceAccountName: "web", ip: "10.0.0.1" });
const other = pod("y/other", { app: "other" }, { ip: "10.0.0.3" });
const allow = { action: "Allow" };

describe("protocols", () => {
  const listening = pod(
    "x/db",
    { app: "db" },
    {
      containers: [
        {
          ports: [
            { name: "sql", containerPort: 5432 },
            { name: "sql-udp", containerPort: 5432, protocol: "UDP" },
          ],
        },
      ],
    },
  );
  const on = (rule: object): ReturnType<typeof load> =>
    load([web, listening, globalPolicy("p", { selector: "app == 'db'", ingress: [{ ...allow, ...rule }] })]);

  test.each([
    [
      "by name",
      { protocol: "UDP" },
      { "TCP 53": "deny", "UDP 53": "allow", "SCTP 53": "deny", ICMP: "deny" },
    ],
    ["by number", { protocol: 132 }, { "TCP 53": "deny", "SCTP 53": "allow" }],
    [
      "notProtocol",
      { notProtocol: "TCP" },
      { "TCP 53": "deny", "UDP 53": "allow", ICMP: "allow", "47": "allow" },
    ],
    ["a protocol without a name", { protocol: 47 }, { "47": "allow", "TCP 1": "deny", "4": "deny" }],
    [
      "ports and ranges",
      { protocol: "TCP", destination: { ports: [80, "8000:8100"] } },
      { "TCP 80": "allow", "TCP 8000": "allow", "TCP 8100": "allow", "TCP 8101": "deny", "UDP 80": "deny" },
    ],
    [
      "notPorts",
      { protocol: "TCP", destination: { notPorts: [80] } },
      { "TCP 80": "deny", "TCP 81": "allow" },
    ],
    [
      "named port",
      { protocol: "TCP", destination: { ports: ["sql"] } },
      { "TCP 5432": "allow", "TCP 80": "deny", "UDP 5432": "deny" },
    ],
    [
      "named port of another protocol",
      { protocol: "UDP", destination: { ports: ["sql"] } },
      { "UDP 5432": "deny" },
    ],
    [
      "named port without a protocol brings its own",
      { destination: { ports: ["sql-udp"] } },
      { "UDP 5432": "allow", "TCP 5432": "deny" },
    ],
    ["ICMP type", { protocol: "ICMP", icmp: { type: 8 } }, { "ICMP 8": "allow", "ICMP 0": "deny" }],
    ["notICMP", { protocol: "ICMP", notICMP: { type: 8 } }, { "ICMP 8": "deny", "ICMP 0": "allow" }],
  ])("%s", (_title, rule, expected) => {
    const state = on(rule);
    const found = Object.fromEntries(
      Object.keys(expected).map((q) => [q, ask(state, `x/web → x/db ${q}`).verdict]),
    );
    expect(found).toEqual(expected);
  });

  test("ICMP codes are told where they differ", () => {
    const state = on({ protocol: "ICMP", icmp: { type: 3, code: 4 } });
    const flows = [...connectivity(state, { all: true })].filter(
      (f) => f.protocol === "ICMP" && f.from === "x/web" && f.to === "x/db",
    );
    expect(flows.map((f) => [f.verdict, f.ports])).toEqual([
      ["deny", "0-2,3/0-3,3/5-255,4-255"],
      ["allow", "3/4"],
    ]);
  });

  test("source ports may or may not match unless the question names one", () => {
    const state = on({ protocol: "TCP", source: { ports: [1000] } });
    expect(ask(state, "x/web → x/db TCP 80").verdict).toBe("unknown");
    expect(
      ask(
        load([
          web,
          listening,
          globalPolicy("p", {
            selector: "app == 'db'",
            ingress: [{ ...allow, protocol: "TCP", source: { ports: ["1:65535"] } }],
          }),
        ]),
        "x/web → x/db TCP 80",
      ).verdict,
    ).toBe("allow");
  });

  test("services: the pods behind one, and as a destination its ports", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "db", namespace: "x" },
      spec: { selector: { app: "db" }, ports: [{ port: 1, targetPort: "sql" }] },
    };
    const out = globalPolicy("p", {
      selector: "app == 'web'",
      egress: [{ ...allow, destination: { services: { name: "db", namespace: "x" } } }],
    });
    const state = load([web, listening, other, service, out]);
    expect(ask(state, "x/web → x/db TCP 5432").verdict).toBe("allow");
    expect(ask(state, "x/web → x/db TCP 1").verdict).toBe("deny");
    expect(ask(state, "x/web → service/x/db TCP 1").verdict).toBe("allow");
    expect(ask(state, "x/web → y/other TCP 5432").verdict).toBe("deny");
    const into = calicoPolicy("x/p", {
      selector: "app == 'web'",
      ingress: [{ ...allow, source: { services: { name: "db" } } }],
    });
    const back = load([web, listening, other, service, into]);
    expect(ask(back, "x/db → x/web TCP 9").verdict).toBe("allow");
    expect(ask(back, "y/other → x/web TCP 9").verdict).toBe("deny");
  });
});

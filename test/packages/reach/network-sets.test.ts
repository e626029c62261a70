/** Where a network set holds the address of a pod, selectors see both. */
import { ask, globalPolicy, pod, told } from "./support";

const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
const db = pod("x/db", { app: "db" }, { ip: "10.0.0.2" });
const around = {
  apiVersion: "projectcalico.org/v3",
  kind: "GlobalNetworkSet",
  metadata: { name: "racks", labels: { rack: "one" } },
  spec: { nets: ["10.0.0.0/30"] },
};
const deny = (source: object): ReturnType<typeof globalPolicy> =>
  globalPolicy("p", {
    selector: "app == 'db'",
    ingress: [{ action: "Deny", source }, { action: "Allow" }],
  });
const decided = (source: object): string =>
  told(ask([web, db, around, deny(source)], "x/web → x/db TCP 80").ingress);

test("notSelector alone excludes the address when either is selected", () => {
  expect(decided({ notSelector: "rack == 'one'" })).toBe("allow default p#1");
  expect(decided({ notSelector: "app == 'web'" })).toBe("allow default p#1");
  expect(decided({ notSelector: "app == 'db'" })).toBe("deny default p#0");
});

test("beside a selector, notSelector filters what that one finds, one by one", () => {
  // The pod is filtered out, but the set that holds its address is not.
  expect(decided({ selector: "all()", notSelector: "app == 'web'" })).toBe("deny default p#0");
  expect(decided({ selector: "all()", notSelector: "app == 'web' || has(rack)" })).toBe("allow default p#1");
  expect(decided({ selector: "app == 'web'", notSelector: "has(rack)" })).toBe("deny default p#0");
});

test("a port by name is one of an endpoint that the selector finds itself, by number also of a network set's", () => {
  const http = pod(
    "x/db",
    { app: "db" },
    { ip: "10.0.0.2", containers: [{ ports: [{ name: "http", containerPort: 80 }] }] },
  );
  const to = (destination: object): string => {
    const policy = globalPolicy("p", {
      selector: "app == 'db'",
      ingress: [{ action: "Deny", protocol: "TCP", destination }, { action: "Allow" }],
    });
    return told(ask([web, http, around, policy], "x/web → x/db TCP 80").ingress);
  };
  expect(to({ selector: "app == 'db'", ports: ["http"] })).toBe("deny default p#0");
  expect(to({ ports: ["http"] })).toBe("deny default p#0");
  expect(to({ selector: "rack == 'one'", ports: ["http"] })).toBe("allow default p#1");
  expect(to({ selector: "rack == 'one'", ports: [80, "other"] })).toBe("deny default p#0");
});

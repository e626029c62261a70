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

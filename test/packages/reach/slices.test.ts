/** What EndpointSlices say of a Service without a selector, such as the API server's. */
import type { KubeObject } from "../../../kube/objects";
import { connectivity, load } from "../../../packages/reach/src";
import { ask, globalPolicy, pod, told } from "./support";

const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
const db = pod("x/db", { app: "db" }, { ip: "10.0.0.2" });
const api: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kubernetes", namespace: "default" },
  spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
};
const slice = (addresses: string[]): KubeObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: {
    name: "kubernetes",
    namespace: "default",
    labels: { "kubernetes.io/service-name": "kubernetes" },
  },
  addressType: "IPv4",
  endpoints: [{ addresses, conditions: { ready: false } }],
  ports: [{ name: "https", port: 6443, protocol: "TCP" }],
});
const toApi = globalPolicy("p", {
  selector: "app == 'web'",
  types: ["Egress"],
  egress: [{ action: "Allow", destination: { services: { name: "kubernetes", namespace: "default" } } }],
});

test("a rule for the Service means the addresses and ports of its slices", () => {
  const objects = [web, db, api, slice(["172.18.0.2"]), toApi];
  expect(told(ask(objects, "x/web → 172.18.0.2 TCP 6443").egress)).toBe("allow default p#0");
  for (const other of ["172.18.0.2 TCP 443", "172.18.0.2 UDP 6443", "172.18.0.3 TCP 6443", "x/db TCP 6443"])
    expect(ask(objects, `x/web → ${other}`).verdict).toBe("deny");
  const open = [...connectivity(load(objects))].filter((flow) => flow.from === "x/web");
  expect(open.map((flow) => `${flow.to} ${flow.protocol} ${flow.ports}`)).toEqual(["172.18.0.2/32 TCP 6443"]);
});

test("a pod whose address is in a slice backs the Service", () => {
  const objects = [web, db, api, slice(["10.0.0.2"]), toApi];
  expect(told(ask(objects, "x/web → x/db TCP 6443").egress)).toBe("allow default p#0");
  expect(ask(objects, "x/web → service/default/kubernetes TCP 443").verdict).toBe("allow");
  expect(ask([web, db, api, toApi], "x/web → service/default/kubernetes TCP 443").verdict).toBe("unknown");
});

test("Endpoints of the older kind say the same", () => {
  const endpoints: KubeObject = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "kubernetes", namespace: "default" },
    subsets: [{ addresses: [{ ip: "172.18.0.2" }], ports: [{ port: 6443 }] }],
  };
  const objects = [web, db, api, endpoints, toApi];
  expect(ask(objects, "x/web → 172.18.0.2 TCP 6443").verdict).toBe("allow");
  expect(ask(objects, "x/web → 172.18.0.2 TCP 443").verdict).toBe("deny");
});

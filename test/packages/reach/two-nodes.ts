/** Two nodes with a pod each, and host endpoints for them: of interface eth0, or of all. */
import { ambientNode } from "../../../packages/reach/src";
import { hostEndpoint, pod } from "./support";

export const nodes = [
  ambientNode("n1", "172.18.0.2", { role: "worker" }),
  ambientNode("n2", "172.18.0.3", { role: "worker" }),
];
export const heps = [
  hostEndpoint("h1", "n1", { interfaceName: "eth0", expectedIPs: ["172.18.0.2"] }, { host: "yes" }),
  hostEndpoint("h2", "n2", { interfaceName: "eth0", expectedIPs: ["172.18.0.3"] }, { host: "yes" }),
];
export const wild = [
  hostEndpoint(
    "h1",
    "n1",
    { interfaceName: "*", expectedIPs: ["172.18.0.2"], profiles: ["projectcalico-default-allow"] },
    { host: "yes" },
  ),
  hostEndpoint(
    "h2",
    "n2",
    { interfaceName: "*", expectedIPs: ["172.18.0.3"], profiles: ["projectcalico-default-allow"] },
    { host: "yes" },
  ),
];
export const web = pod(
  "x/web",
  { app: "web" },
  { node: "n1", ip: "10.244.1.5", containers: [{ ports: [{ name: "http", containerPort: 8080 }] }] },
);
export const cli = pod("x/cli", { app: "cli" }, { node: "n2", ip: "10.244.2.5" });
export const base = [...nodes, web, cli];
export const hosts = "host == 'yes'";
export const tcp = (ports: (number | string)[], rest: object = {}): object => ({
  protocol: "TCP",
  destination: { ports },
  ...rest,
});

import type { ContainerClaim, LabMachine, MachineContainer, MachineNetwork } from "../machine";
import { open } from "../flow";
import { BUSYBOX, WHOAMI } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY } from "../workload";

const pods = (ctx: LabContext): string => ctx.namespaces["pods"] ?? "docker-networks";

const container = (name: string, on: MachineContainer["on"], script = "exec sleep 2147483647") => ({
  name,
  image: BUSYBOX,
  script,
  on,
});

/** A web server that answers with its name. */
const server = (name: string, on: MachineContainer["on"]): MachineContainer =>
  container(name, on, `mkdir -p /www && echo ${name} > /www/index.html && exec httpd -f -p 80 -h /www`);

const bridge = (name: string): MachineNetwork => ({ name, driver: "bridge" });

const FRONT: LabMachine = {
  networks: [bridge("front")],
  containers: [server("web", ["front"]), container("client", ["front"])],
};
const DB = server("db", ["back"]);
const TWO: LabMachine = {
  networks: [bridge("front"), bridge("back")],
  containers: [...FRONT.containers, DB],
};
const joined = (publish?: number): LabMachine => ({
  networks: TWO.networks,
  containers: [
    { ...server("web", ["front", "back"]), ...(publish === undefined ? {} : { publish }) },
    container("client", ["front"]),
    DB,
  ],
});
const ODD: LabMachine = {
  networks: TWO.networks,
  containers: [...joined(80).containers, container("on-host", "host"), container("alone", "none")],
};
const LAN: LabMachine = {
  networks: [...ODD.networks, { name: "lan", driver: "macvlan" }],
  containers: [...ODD.containers, server("lan-a", ["lan"]), container("lan-b", ["lan"])],
};

const claim =
  (verdict: ContainerClaim["verdict"]) =>
  (from: string, to: string, by: ContainerClaim["by"], reason: string): ContainerClaim => ({
    kind: "container",
    from,
    to,
    by,
    port: 80,
    verdict,
    reason,
  });
const reaches = claim("allow");
const fails = claim("deny");

const apart = fails(
  "client",
  "db",
  "address",
  "front and back are two networks, and Docker keeps them apart",
);
const byName = reaches("client", "web", "name", "both are on front, whose DNS is Docker's own");
const throughWeb = reaches("web", "db", "name", "web has an interface on back too");

export const dockerNetworks: Lab = {
  id: "docker-networks",
  title: "Docker's networks, and where CNI begins",
  summary:
    "Put containers on Docker's bridge, host, none and macvlan networks, connect and publish them, find out who resolves whose name; then give a namespace on a kind node its network by calling a CNI plugin yourself.",
  namespaces: { pods: "docker-networks" },
  // Containers have the cluster's name before theirs, not the copy's.
  clusterWide: true,
  needs: {
    other: (facts) =>
      facts.docker === undefined
        ? {
            reason: "its containers stand beside the nodes in Docker, and only a kind cluster's nodes do",
            fix: "use a kind stack",
          }
        : undefined,
  },
  workloads: (ctx) => [
    namespace(pods(ctx), "restricted"),
    deployment({
      name: "web",
      namespace: pods(ctx),
      image: WHOAMI,
      user: NOBODY,
      labels: { app: "web" },
      port: 80,
    }),
    deployment({
      name: "client",
      namespace: pods(ctx),
      image: BUSYBOX,
      user: NOBODY,
      labels: { app: "client" },
      command: ["sleep", "infinity"],
    }),
  ],
  steps: [
    {
      id: "default-bridge",
      title: "The default bridge",
      aim: "Two containers that ask for no network: they reach each other by address, and nobody knows their names.",
      machine: { networks: [], containers: [server("web", "bridge"), container("client", "bridge")] },
      expect: () => [
        reaches("client", "web", "address", "both are on docker0"),
        fails("client", "web", "name", "the default bridge has no DNS of containers"),
      ],
    },
    {
      id: "own-network",
      title: "A network of your own",
      aim: "The same two on a user-defined bridge: Docker's DNS at 127.0.0.11 now knows their names.",
      machine: FRONT,
      expect: () => [byName, reaches("client", "web", "address", "both are on front")],
    },
    {
      id: "second-network",
      title: "A second network",
      aim: "A database on a network of its own: no route and no name leads there from the first.",
      machine: TWO,
      expect: () => [
        byName,
        apart,
        fails("client", "db", "name", "Docker's DNS tells only who shares a network"),
      ],
    },
    {
      id: "connect",
      title: "Connected to both",
      aim: "Give the running web server a second interface, so that it alone reaches the database.",
      machine: joined(),
      expect: () => [
        byName,
        throughWeb,
        apart,
        fails("machine", "web", "published port", "web publishes nothing yet"),
      ],
    },
    {
      id: "publish",
      title: "A published port",
      aim: "Open the web server at a port of your machine, and find the rule that leads there.",
      machine: joined(80),
      expect: () => [
        reaches("machine", "web", "published port", "Docker forwards the port that web publishes"),
        fails("machine", "db", "published port", "db publishes nothing"),
        throughWeb,
        apart,
      ],
    },
    {
      id: "host-and-none",
      title: "host and none",
      aim: "One container without a network namespace of its own, and one whose namespace has nothing in it.",
      machine: ODD,
      expect: () => [
        reaches("on-host", "web", "address", "the machine itself has an address on every bridge"),
        fails("on-host", "web", "name", "the machine's resolver knows no containers"),
        fails("alone", "web", "address", "alone has only its loopback"),
        fails("client", "alone", "address", "alone has no address"),
      ],
    },
    {
      id: "macvlan",
      title: "macvlan",
      aim: "Containers with MAC addresses of their own on one link, without a bridge: they meet each other, and the machine meets none.",
      machine: LAN,
      expect: () => [
        reaches("lan-b", "lan-a", "name", "both are on lan, and its DNS is Docker's own"),
        fails("on-host", "lan-a", "address", "the machine has no interface on lan"),
        fails("client", "lan-a", "address", "front and lan are two networks"),
      ],
    },
    {
      id: "cni",
      title: "Where CNI begins",
      aim: "Call a CNI plugin on a node as the container runtime does, ADD and DEL, and see why Docker knows nothing of pods.",
      machine: joined(80),
      expect: (ctx): Claim[] => [
        open(`${pods(ctx)}/client`, `${pods(ctx)}/web`, 80, "a pod's network is CNI's work, not Docker's"),
        throughWeb,
      ],
    },
  ],
};

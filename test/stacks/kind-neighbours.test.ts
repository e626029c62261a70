import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dockerView, publishedPorts } from "../../components/kind/docker";
import { kindNeighbours } from "../../stacks/kind-neighbours";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, type StackPlan } from "../../stacks/stack-plan";

/** A docker that knows these containers (as `ps` prints them) and networks (as `inspect` does). */
function docker(ps: string[], networks: string[]): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), "docker-"));
  writeFileSync(join(folder, "ps"), ps.map((l) => `${l}\n`).join(""));
  writeFileSync(join(folder, "networks"), networks.map((l) => `${l}\n`).join(""));
  writeFileSync(
    join(folder, "docker"),
    `#!/bin/sh
case "$1 $2" in
"ps --all") exec cat ${folder}/ps ;;
"network ls") exec cut -f1 ${folder}/networks ;;
"network inspect") exec cat ${folder}/networks ;;
esac
exit 1
`,
  );
  chmodSync(join(folder, "docker"), 0o755);
  const clusters = ps.map((l) => l.split("\t")[1] ?? "");
  writeFileSync(join(folder, "kind"), `#!/bin/sh\nprintf '%s\\n' ${clusters.join(" ")}\n`);
  chmodSync(join(folder, "kind"), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

const committed = (name: string): StackPlan => {
  const file = readStackFile(name, resolve(__dirname, "../.."));
  return planStack(file.stack, file.raw);
};
const check = (name: string, env: NodeJS.ProcessEnv, ports?: number[]) => {
  const { target, facts } = committed(name);
  if (target.kind !== "kind") throw new Error("no kind stack");
  const wanted = ports?.map((p) => ({ hostPort: p, listenAddress: "127.0.0.1", protocol: "TCP" }));
  return kindNeighbours(target.cluster, wanted ?? facts.hostPorts, env);
};
const KIND =
  "127.0.0.1:30002->30002/tcp, 127.0.0.1:30180->30180/tcp, 127.0.0.1:80->80/tcp, 127.0.0.1:443->443/tcp, 127.0.0.1:41000->6443/tcp";

test("a second cluster that wants the same ports is told which, whose, and what to do", async () => {
  const env = docker([`labs-kind-control-plane\tlabs-kind\t${KIND}`, "labs-kind-worker\tlabs-kind\t"], []);
  expect(await check("global-policy", env)).toEqual([
    {
      path: "kind.portMappings",
      value: expect.stringContaining("30180") as string,
      message: "are ports that kind cluster labs-kind has on this machine",
      fix: "destroy it first, or give this stack other host ports (kind.portMappings; [] for none)",
    },
  ]);
  // Its own cluster, also one that is stopped, is in nobody's way.
  expect(await check("kind", env)).toEqual([]);
});

test("a second network in the same range is told, its own from an interrupted run is not", async () => {
  const networks = ["bridge\t172.17.0.0/16 ", "kind\tfc00:f853::/64 172.18.0.0/16 "];
  const bgp = docker([], [...networks, "labs-bgp\t198.19.0.0/20 "]);
  expect(await check("host-endpoints", bgp, [])).toEqual([
    {
      path: "kind.network.subnet",
      value: "198.19.0.0/20",
      message: "overlaps docker network labs-bgp (198.19.0.0/20)",
      fix: "destroy what is on labs-bgp, or choose a range that is free",
    },
  ]);
  expect(await check("bgp", bgp, [])).toEqual([]);
  expect(await check("bgp", docker([], networks), [])).toEqual([]);
});

test("a port that a program outside Docker listens on is told too; of a remote engine it is not asked", async () => {
  const server = createServer();
  const port = await new Promise<number>((done) =>
    server.listen(0, "127.0.0.1", () => {
      done((server.address() as AddressInfo).port);
    }),
  );
  try {
    const env = docker([], []);
    expect(await check("kind", env, [port])).toMatchObject([
      { value: String(port), message: "is a port that another program has on this machine" },
    ]);
    expect(await check("kind", { ...env, DOCKER_HOST: "tcp://server:2376" }, [port])).toEqual([]);
  } finally {
    server.close();
  }
});

test("a docker that does not answer has nothing in the way: another check tells", async () => {
  expect(await dockerView({ env: { PATH: "/nowhere" } })).toEqual({ containers: [], networks: [] });
});

test("ports as docker prints them", () => {
  expect(publishedPorts("0.0.0.0:8080-8081->80-81/tcp, [::]:53->53/udp, 9000/tcp")).toEqual([
    { address: "0.0.0.0", port: 8080, protocol: "tcp" },
    { address: "0.0.0.0", port: 8081, protocol: "tcp" },
    { address: "[::]", port: 53, protocol: "udp" },
  ]);
  expect(publishedPorts("")).toEqual([]);
});

test("the stacks of labs on nodes and routes need no port of the machine: they stand beside any other", () => {
  for (const name of ["bgp", "ip-pools", "wireguard"]) expect(committed(name).facts.hostPorts).toEqual([]);
  expect(readFileSync(resolve(__dirname, "../../Pulumi.bgp.yaml"), "utf8")).toContain("portMappings: []");
});

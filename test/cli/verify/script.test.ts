import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { dnsAnswer, parseProbes, script, tcpAnswer } from "../../../cli/verify/core/probe-script";

const run = promisify(execFile);
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "verify-script-"))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Programs on the PATH of the script: real basic ones, and these. */
function tools(own: Record<string, string>): void {
  for (const name of ["grep", "tr"])
    for (const at of ["/bin", "/usr/bin"])
      try {
        symlinkSync(join(at, name), join(folder, name));
      } catch {
        /* one of the two */
      }
  for (const [name, text] of Object.entries(own)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
}

const probe = (id: string, address: string, port: number, protocol: "TCP" | "UDP" = "TCP") => ({
  id,
  protocol,
  target: { address, port },
});

async function saw(probes: ReturnType<typeof probe>[]): Promise<Record<string, string>> {
  const { stdout } = await run("/bin/sh", ["-c", script(probes, 2)], { env: { PATH: folder } });
  return Object.fromEntries([...parseProbes(stdout, probes)].map(([id, o]) => [id, `${o.saw}: ${o.detail}`]));
}

/** Busybox as its own configuration builds it: silent without -vv, and `-e` runs a program. */
const NC = `
case "$1" in --help) echo "nc [OPTIONS] HOST PORT" >&2; echo "	-e PROG	Run PROG" >&2; echo "	-v	Verbose" >&2; exit 1;; esac
[ "$1 $2 $3 $6 $7" = "-vv -w 2 -e true" ] || { echo "nc: wrong arguments $*" >&2; exit 9; }
case "$4" in
10.0.0.1) exit 0;;
10.0.0.2) echo "nc: $4 ($4:$5): Connection refused" >&2; echo "sent 0, rcvd 0" >&2; exit 1;;
10.0.0.3) echo "nc: $4 ($4:$5): Connection timed out" >&2; exit 1;;
*) echo "nc: $4 ($4:$5): No route to host" >&2; exit 1;;
esac`;

test("busybox's nc: connected, refused, silent, no way there; several at once", async () => {
  tools({ nc: NC });
  expect(
    await saw([
      probe("a", "10.0.0.1", 80),
      probe("b", "10.0.0.2", 81),
      probe("c", "10.0.0.3", 82),
      probe("d", "10.0.0.4", 83),
    ]),
  ).toEqual({
    a: "open: 10.0.0.1:80: connected",
    b: "open: 10.0.0.2:81: reached, nobody listens (refused)",
    c: "closed: 10.0.0.3:82: no answer",
    d: "unclear: 10.0.0.4:83: no route there: that is the network, not a policy",
  });
});

test("without -v in its help, nc gets no -vv", async () => {
  tools({
    nc: 'case "$1" in --help) echo "[-e PROG]"; exit 1;; esac; [ "$*" = "-w 2 10.0.0.1 80 -e true" ]',
  });
  expect(await saw([probe("a", "10.0.0.1", 80)])).toEqual({ a: "open: 10.0.0.1:80: connected" });
});

test("DNS: any answer is an answer", async () => {
  tools({
    nslookup: `[ "$1 $2 $4" = "-timeout=2 -retry=1 -type=a" ] || exit 9
case "$6" in
10.0.0.1) echo "Server: $6"; echo "** server can't find it: NXDOMAIN"; exit 1;;
10.0.0.2) echo "Server: $6"; echo "Name: it"; exit 0;;
*) echo ";; connection timed out; no servers could be reached"; exit 1;;
esac`,
  });
  expect(
    await saw([
      probe("a", "10.0.0.1", 53, "UDP"),
      probe("b", "10.0.0.2", 53, "UDP"),
      probe("c", "10.0.0.3", 53, "UDP"),
    ]),
  ).toEqual({
    a: "open: 10.0.0.1:53: answered",
    b: "open: 10.0.0.2:53: answered",
    c: "closed: 10.0.0.3:53: no answer",
  });
});

test("a container without tools proves nothing", async () => {
  tools({});
  const seen = await saw([probe("a", "10.0.0.1", 80), probe("b", "10.0.0.1", 53, "UDP")]);
  expect(seen["a"]).toMatch(/^unclear: .*no tool/);
  expect(seen["b"]).toMatch(/^unclear: .*no tool/);
});

test("no address can smuggle a command into the script", () => {
  expect(() => script([probe("a", "1.1.1.1; reboot", 80)], 1)).toThrow(/is no address/);
});

test("a line that was cut off does not count", () => {
  const probes = [probe("a", "10.0.0.1", 80), probe("b", "10.0.0.1", 81)];
  expect([...parseProbes("@a 0 \n@b 0", probes).keys()]).toEqual(["a"]);
});

test("behind a Service a refusal is kube-proxy's", () => {
  expect(tcpAnswer(1, "Connection refused", "service").saw).toBe("unclear");
  // A Service without pods, with Calico's eBPF dataplane: connect itself fails.
  expect(tcpAnswer(1, "nc: connect: Operation not permitted", "service").detail).toMatch(
    /no pod stands behind/,
  );
  expect(tcpAnswer(1, "Connection refused").saw).toBe("open");
});

test.each([
  [0, "status: NOERROR, id: 1", "open"],
  [9, ";; connection timed out; no servers could be reached", "closed"],
  [1, "nslookup: read: Connection refused ;; connection timed out", "open"],
  [127, "sh: x: not found", "unclear"],
] as const)("lookup that ended with %i and %s is %s", (code, message, expected) => {
  expect(dnsAnswer(code, message).saw).toBe(expected);
});

import type { WebSocket } from "ws";
import type { Fate, Packet } from "./network";

/** How the peer behaves after the command came in. */
export type ExecBehaviour =
  | { kind: "well" }
  /** Never answers the upgrade. */
  | { kind: "silent" }
  /** Answers the upgrade with an error. */
  | { kind: "refuse"; code: number; message: string }
  /** Upgrades, and then says nothing: a connection whose other end is gone. */
  | { kind: "half-open" }
  /** Dies in the middle of a line after so many results. */
  | { kind: "dies"; after: number }
  /** Closes in order, but before the status. */
  | { kind: "closes" }
  /** Byte by byte. */
  | { kind: "slow" }
  /** Channels and texts that nobody defined, before the real answer. */
  | { kind: "nonsense" }
  /** A Failure without an exit code, as when the container is gone. */
  | { kind: "fails"; message: string }
  /** The script ends with this code after its results. */
  | { kind: "exits"; code: number };

type Lookup = (packet: Omit<Packet, "from">) => Fate;

/** Speaks the API server's side: channel 1 output, 2 errors, 3 the final status. */
export async function converse(
  peer: WebSocket,
  script: string,
  how: ExecBehaviour,
  lookup: Lookup,
): Promise<void> {
  const send = (channel: number, data: Buffer | string): Promise<void> =>
    new Promise((resolve) => {
      peer.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]), () => {
        resolve();
      });
    });
  if (how.kind === "half-open") return;
  if (how.kind === "fails") {
    await send(3, JSON.stringify({ kind: "Status", status: "Failure", message: how.message }));
    return;
  }
  if (how.kind === "nonsense") {
    peer.send("text nobody asked for");
    peer.send(Buffer.alloc(0));
    peer.send(Buffer.from([255, 1]));
    await send(9, "what is this");
    await send(1, "@\n@zz 0\n@p0\n\u0000\n");
  }
  const lines = answers(script, lookup);
  if (how.kind === "dies") {
    await send(1, `${lines.slice(0, how.after).join("")}${(lines[how.after] ?? "@p").slice(0, 2)}`);
    peer.terminate();
    return;
  }
  const output = lines.join("");
  if (how.kind === "slow") for (const byte of Buffer.from(output)) await send(1, Buffer.from([byte]));
  else await send(1, output);
  if (how.kind === "closes") {
    peer.close(1000);
    return;
  }
  const code = how.kind === "exits" ? how.code : 0;
  const status =
    code === 0
      ? { kind: "Status", status: "Success" }
      : {
          kind: "Status",
          status: "Failure",
          reason: "NonZeroExitCode",
          details: { causes: [{ reason: "ExitCode", message: String(code) }] },
        };
  await send(3, JSON.stringify(status));
  peer.close(1000);
}

const SAID: Readonly<Record<Fate, [number, string]>> = {
  connected: [0, ""],
  refused: [1, "nc: x (x): Connection refused"],
  silence: [1, "nc: x (x): Connection timed out"],
  "no route": [1, "nc: x (x): No route to host"],
};

/** What the script would print, for each of its probes. */
function answers(script: string, lookup: Lookup): string[] {
  const calls = [...script.matchAll(/^(tcp|dns) (\w+) (\S+) (\d+) &$/gm)];
  return calls.map(([, how, id = "", address = "", port]) => {
    const fate = lookup({ address, port: Number(port), protocol: how === "tcp" ? "TCP" : "UDP" });
    const [code, message] = SAID[fate];
    if (how === "tcp") return `@${id} ${code} ${message}\n`;
    return fate === "connected"
      ? `@${id} 1 Server: x ** server can't find it: NXDOMAIN\n`
      : `@${id} 1 ;; connection timed out; no servers could be reached\n`;
  });
}

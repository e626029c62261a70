import { createServer, type AddressInfo } from "node:net";
import { busySlots } from "../../../cli/students/check-ports";
import { readClass } from "../../../classroom/class-file";
import { planEnvironments } from "../../../classroom/environments";
import { readRoster } from "../../../classroom/roster";

test("a slot with a port that is taken on this machine is passed over", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      resolve((server.address() as AddressInfo).port);
    }),
  );
  try {
    const cls = readClass(
      { class: "net", allot: { hostPorts: `${port}-${port + 20}`, portsPerCluster: 5 } },
      "c.yaml",
      new Map(),
    );
    const { students } = readRoster(Buffer.from('["ana"]'), "r.json", { className: "net", labs: new Map() });
    const busy = await busySlots(cls, students, new Map());
    expect([...busy]).toContain(0);
    const { planned } = planEnvironments({
      students,
      cls,
      existing: new Map(),
      machine: "m",
      owner: "me",
      now: 0,
      nodePorts: [30180],
      busySlots: busy,
    });
    expect(planned.get("net-ana")?.record.slot).toBeGreaterThan(0);
    expect(await busySlots(cls, [], new Map())).toEqual(new Set());
  } finally {
    server.close();
  }
});

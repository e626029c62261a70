import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import table from "../../../components/aws/plan/instance-type-table.json";

test("no JSON file has the name of a module beside it: the engine would load the JSON instead", () => {
  const shadows = ["components", "stacks", "labs", "policies"].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((f) => f.endsWith(".json") && existsSync(join(room, f.replace(/\.json$/, ".ts"))))
      .map((f) => join(room, f)),
  );
  expect(shadows).toEqual([]);
});

test("every row of the table is whole", () => {
  const rows = Object.entries(table.types);
  expect(rows.length).toBeGreaterThan(1000);
  const broken = rows.filter(([, [enis, ipv4, vcpus, memory, hypervisor, architecture, cards]]) => {
    const counts = [enis, ipv4, cards].every((n) => Number.isInteger(n) && Number(n) > 0);
    const known = vcpus === null || (Number(vcpus) > 0 && Number(memory) > 0);
    return (
      !counts ||
      !known ||
      !["nitro", "xen", "metal"].includes(String(hypervisor)) ||
      !["amd64", "arm64", "null"].includes(String(architecture))
    );
  });
  expect(broken.map(([name]) => name)).toEqual([]);
});

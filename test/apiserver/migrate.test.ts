import { migrated, rows } from "../routing/migrate-cases";
import { edgeRows } from "../routing/migrate-edge-cases";
import { running } from "../support/apiserver/running";
import { since, standing } from "../support/apiserver/standing";
import { removeAll } from "../support/apiserver/stand-ins";

describe.each(running())("Kubernetes $set.kubernetes", ({ client }) => {
  test("what labs migrate makes is taken by the real CRDs of Gateway API", async () => {
    const before = await standing(client);
    try {
      for (const name of ["n", "m", "gw"])
        await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
      const refused: string[] = [];
      let taken = 0;
      for (const [what, ingresses, request] of [...rows, ...edgeRows])
        for (const object of migrated(ingresses, request).objects)
          try {
            const { warnings } = await client.apply(object, { manager: "migrate", dryRun: true });
            refused.push(...warnings.map((w) => `${what}: ${w}`));
            taken += 1;
          } catch (error) {
            refused.push(`${what}: ${String(error)}`);
          }
      expect(refused).toEqual([]);
      expect(taken).toBeGreaterThan(rows.length);
    } finally {
      await removeAll(client, since(before, await standing(client)));
    }
  });
});

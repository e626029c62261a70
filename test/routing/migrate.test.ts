import { migrated, rows } from "./migrate-cases";

test.each(rows)("%s", (_what, objects, text, nginx, gateway, verdict) => {
  const got = migrated(objects, text).requests[0]!;
  expect({ nginx: got.nginx, gateway: got.gateway, verdict: got.verdict }).toEqual({
    nginx,
    gateway,
    verdict,
  });
  if (verdict !== "same") expect(got.reason).toMatch(/\w/);
});

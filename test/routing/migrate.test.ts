import { envoyRows, migrated, rows } from "./migrate-cases";
import { edgeRows } from "./migrate-edge-cases";

test.each([...rows, ...edgeRows])("%s", (_what, objects, text, nginx, gateway, verdict) => {
  const got = migrated(objects, text).requests[0]!;
  expect({ nginx: got.nginx, gateway: got.gateway, verdict: got.verdict }).toEqual({
    nginx,
    gateway,
    verdict,
  });
  if (verdict !== "same") expect(got.reason).toMatch(/\w/);
});

test.each(envoyRows)("Envoy Gateway: %s", (_what, objects, text, nginx, gateway, verdict) => {
  const { requests, notes } = migrated(objects, text, "envoy-gateway");
  const got = requests[0]!;
  expect({ nginx: got.nginx, gateway: got.gateway, verdict: got.verdict }).toEqual({
    nginx,
    gateway,
    verdict,
  });
  // What is guarded is no longer told as closed.
  if (gateway !== "status 500") expect(notes.filter((note) => note.outcome === "closed")).toEqual([]);
});

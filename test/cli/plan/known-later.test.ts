import { changedProperties } from "../../../cli/diff/resource-changes";
import { planOffline } from "../../../cli/plan/run-plan";
import { authority } from "../../../components/tls/plan/objects";
import { UNKNOWN } from "../../../packages/reach/src";
import { readStackFile } from "../../../stacks/offline/stack-file";

test("the engine's marks of what is not known yet are words in a plan", async () => {
  const text = JSON.stringify((await planOffline(readStackFile("eks"))).report);
  expect(text.includes("[known after up]")).toBe(true);
  expect([...text.matchAll(new RegExp(`.{80}${UNKNOWN}`, "g"))].map(String)).toEqual([]);
});

test("a plan of an older program with the engine's mark says the same", () => {
  expect(changedProperties({ id: UNKNOWN }, { id: "[known after up]" })).toEqual([]);
  expect(changedProperties({ id: "a" }, { id: "[known after up]" })).toEqual([
    { path: "id", values: "a → known after up" },
  ]);
});

test("the cluster's own authority is good for its domain only, where cert-manager knows how", () => {
  expect(authority("c", "cert-manager", "labs.example.org")["spec"]).toMatchObject({
    nameConstraints: {
      critical: true,
      permitted: { dnsDomains: ["labs.example.org"] },
      excluded: { ipRanges: ["0.0.0.0/0", "::/0"] },
    },
  });
  expect(authority("c", "cert-manager")["spec"]).not.toHaveProperty("nameConstraints");
});

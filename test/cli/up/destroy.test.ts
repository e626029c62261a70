import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runDestroy } from "../../../cli/up/run-up";

/** Neither Docker nor Pulumi, and a state in a folder that has the stack kind. */
const before = { ...process.env };
beforeEach(() => {
  const state = mkdtempSync(join(tmpdir(), "labs-destroy-"));
  const stacks = join(state, ".pulumi", "stacks", "k8s-network-labs");
  mkdirSync(stacks, { recursive: true });
  writeFileSync(join(stacks, "kind.json"), '{"version":3,"checkpoint":{}}');
  process.env["PULUMI_BACKEND_URL"] = pathToFileURL(state).href;
  process.env["PATH"] = "";
});
afterEach(() => {
  process.env = { ...before };
});

test("without Docker a kind stack is left whole: its objects would be given up, and their cluster would stay", async () => {
  await expect(runDestroy("kind")).rejects.toThrow(
    /cannot take the kind cluster away now; nothing was changed\.\n {2}- docker: is not on the PATH/,
  );
});

test("a stack that never was needs nothing to be taken away", async () => {
  const said = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await runDestroy("bgp");
    expect(said.mock.calls.join("")).toMatch(
      /There is no stack bgp in this state backend: nothing to destroy/,
    );
  } finally {
    said.mockRestore();
  }
});

import { runDestroy } from "../../../cli/up/run-up";

const { PATH } = process.env;
afterEach(() => {
  process.env["PATH"] = PATH;
});

test("without Docker a kind stack is left whole: its objects would be given up, and their cluster would stay", async () => {
  process.env["PATH"] = "";
  await expect(runDestroy("kind")).rejects.toThrow(
    /cannot take the kind cluster away now; nothing was changed\.\n {2}- docker: is not on the PATH/,
  );
});

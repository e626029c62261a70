import { labFlows, matrixText, stackFlows } from "../../../cli/plan/flow-text";
import { changeOf, statusOf } from "../../../cli/page/page-flows";
import { dualStack } from "../../../labs/dual-stack/lab";
import { selectionOf, stateAt } from "../../labs/proof";
import { at, factsFor, pageOf } from "./pages";

/** What a flow that is open by IPv4 and closed by IPv6 looks like, wherever it is shown. */

const page = pageOf("dual-stack");
const [client, web] = [at(page, "families/client"), at(page, "families/web")];

test("the page calls it mixed, and says in which family a step changed it", () => {
  expect(statusOf(page, page.steps[1]!, client, web).kind).toBe("mixed");
  const change = (step: number) => changeOf(page, page.steps[step - 1], page.steps[step]!, client, web);
  expect(change(1)).toEqual({ opened: [], closed: ["8080 IPv6"] });
  expect(change(2)).toEqual({ opened: ["8080 IPv6"], closed: [] });
  expect(change(5)).toEqual({ opened: [], closed: [] });
});

test("the matrix of the plan names the family", () => {
  const row = (step: number, from: string): string => {
    const state = stateAt(dualStack, step, factsFor("dual-stack"));
    const flows = labFlows(state, selectionOf(dualStack, step, factsFor("dual-stack")), stackFlows(state));
    const found = matrixText(flows, ["families/web"]).find((line) => line.includes(` ${from} `));
    return found?.split("│")[2]?.trim() ?? "";
  };
  expect(["internet"].map((end) => [0, 1, 2, 5].map((step) => row(step, end)))).toEqual([
    ["all", "8080 IPv4", "8080", "·"],
  ]);
});

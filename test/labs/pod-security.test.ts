import { labs } from "../../labs/index";
import { labAt } from "../../labs/model";
import { namespaceLevels, workloadLevels } from "../../labs/pod-levels";
import { myLab } from "../../labs/template/lab";
import { ownStackFacts } from "./own-stack-facts";
import { selectionOf } from "./proof";

describe.each([...labs, myLab].map((l) => [l.id, l] as const))("%s", (_, lab) => {
  const selection = selectionOf(lab, 0, ownStackFacts);

  test("each namespace enforces the strictest level that its pods meet, at every step alike", () => {
    for (const [name, { meets, says }] of namespaceLevels(selection))
      expect([name, says]).toEqual([name, meets]);
    const labels = lab.steps.flatMap((_s, step) =>
      labAt({ ...selection, step })
        .objects.filter((o) => o.kind === "Namespace")
        .map((o) => [o.metadata.name, JSON.stringify(o.metadata.labels)] as const),
    );
    for (const [name, text] of labels) expect([name, text]).toEqual([name, new Map(labels).get(name)]);
  });

  test("nobody's seccomp profile is left to the runtime, and rights are given up where the image allows it", () => {
    for (const w of workloadLevels(selection).filter((x) => x.level !== "privileged")) {
      expect([w.workload, w.because]).not.toEqual([
        w.workload,
        expect.arrayContaining(["names no seccomp profile"]),
      ]);
      // Upstream gives these images no user, and none was tried.
      if (w.level === "baseline")
        expect(w.images.join()).toMatch(/star-(probe|collect)|yaobank-|docker-2048/);
    }
  });
});

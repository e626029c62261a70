/** Calico's objects as its storage holds them (crd.projectcalico.org). */
import type { KubeObject } from "../../../kube/objects";
import { ask, pod, told } from "./support";

const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
const stored = (kind: string, name: string, annotation: unknown, spec: object): KubeObject => ({
  apiVersion: "crd.projectcalico.org/v1",
  kind,
  metadata: { name, annotations: { "projectcalico.org/metadata": JSON.stringify(annotation) } },
  spec,
});

test("name and labels are those of the annotation", () => {
  const objects = [
    web,
    stored("GlobalNetworkSet", "office", { labels: { zone: "office" } }, { nets: ["192.0.2.0/24"] }),
    stored(
      "GlobalNetworkPolicy",
      "default.let-office-in",
      { name: "let-office-in" },
      {
        selector: "app == 'web'",
        ingress: [{ action: "Allow", source: { selector: "zone == 'office'" } }],
      },
    ),
  ];
  expect(told(ask(objects, "192.0.2.1 → x/web TCP 80").ingress)).toBe("allow default let-office-in#0");
  expect(ask(objects, "198.51.100.1 → x/web TCP 80").verdict).toBe("deny");
});

test("an annotation that is no JSON is told", () => {
  const broken = stored("GlobalNetworkSet", "s", null, { nets: [] });
  expect(() => ask([web, broken], "internet → x/web TCP 80")).toThrow(
    /projectcalico.org\/metadata: is no JSON object/,
  );
});

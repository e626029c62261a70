import { at, containers, isUnknown, unknown, violation, type Rule } from "../rule";

/** A pod without requests is placed on a full node, and is the first to be thrown out of it. */
export const resourceRequests: Rule = {
  name: "resource-requests",
  description: "Every container says how much CPU and memory it needs.",
  check: (s) =>
    (containers(s) ?? []).flatMap(({ path, container }) => {
      const fix = `set ${path}.resources.requests.cpu and .memory`;
      const requests = at(container, "resources.requests");
      if (isUnknown(requests)) return [unknown(`${path}.resources.requests`, "what it needs", fix)];
      const missing = ["cpu", "memory"].filter((r) => {
        // A limit counts as the request when there is no other (Kubernetes' own default).
        return (at(requests, r) ?? at(container, `resources.limits.${r}`)) === undefined;
      });
      if (missing.length === 0) return [];
      return [
        violation(
          `${path}.resources.requests`,
          `does not say how much ${missing.join(" and ")} it needs`,
          fix,
        ),
      ];
    }),
};

import { proveRequests } from "../../routing/nginx/prove";
import type { IngressSite } from "../../routing/ingress-site";
import { labs } from "../../labs/index";
import { labAt, type LabContext, type RequestClaim } from "../../labs/model";
import { siteOf } from "../../labs/ingress";
import { facts } from "../support/facts";

const plain: IngressSite = {
  className: "labs",
  baseDomain: "localhost",
  ports: { http: 80, https: 443 },
  controller: { kind: "Deployment", hostNetwork: false, ports: { http: 80, https: 443, webhook: 8443 } },
};
const issuer = { certificate: { issuer: "labs" }, redirect: true, awaited: true, trust: "" } as const;
const sites: Record<string, IngressSite> = {
  "kind, own authority": { ...plain, tls: issuer },
  "second cluster of a laptop": { ...plain, ports: { http: 20001, https: 20002 }, tls: issuer },
  "own certificate on EKS with Calico": {
    ...plain,
    className: "edge",
    baseDomain: "labs.example.org",
    controller: { kind: "DaemonSet", hostNetwork: true, ports: { http: 8880, https: 443, webhook: 8443 } },
    tls: { certificate: "default", redirect: true, awaited: true, trust: "" },
  },
  "no redirect": { ...plain, tls: { ...issuer, redirect: false } },
};

const cases = labs
  .filter((lab) => lab.needs.ingress === true)
  .flatMap((lab) =>
    Object.keys(sites).flatMap((site) =>
      lab.steps.map((step, i) => ({ title: `${lab.id} ${step.id} on ${site}`, lab, i, site })),
    ),
  );

/** Every request that a step claims is answered so by the Ingress objects of that step, on every kind of stack. */
test.each(cases)("$title", ({ lab, i, site }) => {
  const ingress = sites[site]!;
  const context: LabContext = { instance: lab.id, namespaces: lab.namespaces, facts, ingress };
  const { objects } = labAt({ instance: lab.id, lab, step: i, context });
  const claims = lab.steps[i]!.expect(context).filter((e): e is RequestClaim => e.kind === "request");
  expect(proveRequests(objects, siteOf(context).className, claims, ingress.ports.https)).toEqual([]);
});

test("every lab behind the ingress claims requests", () => {
  const context = (id: string): LabContext => ({
    instance: id,
    namespaces: labs.find((l) => l.id === id)!.namespaces,
    facts,
  });
  for (const lab of labs.filter((l) => l.needs.ingress === true)) {
    const kinds = lab.steps.flatMap((s) => s.expect(context(lab.id)).map((e) => e.kind));
    expect(kinds).toContain("request");
  }
});

test("a copy of a lab has hosts of its own, so that two copies share a controller", () => {
  for (const lab of labs.filter((l) => l.needs.ingress === true)) {
    const hostsOf = (instance: string) => {
      const context: LabContext = {
        instance,
        namespaces: lab.namespaces,
        facts,
        ingress: sites["kind, own authority"]!,
      };
      const { objects } = labAt({ instance, lab, step: lab.steps.length - 1, context });
      return objects
        .filter((o) => o.kind === "Ingress")
        .flatMap((o) => ((o["spec"] as { rules?: { host: string }[] }).rules ?? []).map((r) => r.host));
    };
    const mine = hostsOf(lab.id);
    expect(mine.length).toBeGreaterThan(0);
    expect(hostsOf("copy").filter((h) => mine.includes(h))).toEqual([]);
  }
});

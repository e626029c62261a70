import { planTls, siteTls, type TlsSite } from "../../../components/tls/plan/tls-plan";
import type { TlsConfig } from "../../../components/tls/tls-config";
import { certificateProblems, coverageProblems } from "../../../components/tls/plan/own";
import { certManagerValues } from "../../../components/tls/cert-manager-values";
import { ENCRYPTED } from "../../../kube/config-fields";
import { certificate, key, listed, otherKey, topWildcard } from "./pem";

const reaches = { controlPlaneReachesPods: true, owned: true };
const hidden = { controlPlaneReachesPods: false, owned: true };
const there = { controlPlaneReachesPods: false, owned: false };
const site: TlsSite = {
  baseDomain: "labs.acme.dev",
  zone: true,
  rights: true,
  needed: true,
  ingress: true,
  ownController: true,
};
const config = (over: Partial<TlsConfig> = {}): TlsConfig => ({
  redirect: true,
  webhookPort: 10260,
  certManager: "install",
  ...over,
});
const paths = (w: Partial<TlsConfig>, s: Partial<TlsSite> = {}, facts = reaches) =>
  planTls(config(w), facts, { ...site, ...s }).problems.map((p) => p.path);

test("where a lab needs certificates the cluster is its own authority; where none does, nothing is made", () => {
  expect(planTls(config(), reaches, site).plan.issuer).toBe("self-signed");
  expect(planTls(config(), reaches, { ...site, needed: false }).plan.issuer).toBe("none");
});

test.each<[string, Partial<TlsConfig>, Partial<TlsSite>, string[]]>([
  ["none where a lab needs it", { issuer: "none" }, {}, ["tls.issuer"]],
  ["certificates without a controller", { issuer: "self-signed" }, { ingress: false }, ["tls.issuer"]],
  ["ACME without an address", { issuer: "acme" }, {}, ["tls.email"]],
  [
    "ACME for names that nobody signs",
    { issuer: "acme", email: "a@b.dev" },
    { baseDomain: "labs.localhost" },
    ["dns.baseDomain"],
  ],
  ["ACME without a zone", { issuer: "acme-staging", email: "a@b.dev" }, { zone: false }, ["tls.issuer"]],
  [
    "ACME without rights over the zone",
    { issuer: "acme-staging", email: "a@b.dev" },
    { rights: false },
    ["tls.issuer"],
  ],
  ["an address that nothing uses", { issuer: "self-signed", email: "a@b.dev" }, {}, ["tls.email"]],
  ["a certificate that nothing uses", { certificate, key }, {}, ["tls.certificate", "tls.key"]],
  ["own without either", { issuer: "own" }, {}, ["tls.certificate", "tls.key"]],
  [
    "a default certificate for a controller that is not this stack's",
    { issuer: "own", certificate, key },
    { ownController: false, baseDomain: "labs.example.org" },
    ["tls.issuer"],
  ],
  ["a cert-manager in a cluster that is only made", { certManager: "existing" }, {}, ["tls.certManager"]],
  [
    "the place of a cert-manager that is installed",
    { certManagerNamespace: "security" },
    {},
    ["tls.certManagerNamespace"],
  ],
])("%s is refused", (_, w, s, expected) => {
  expect(paths(w, s)).toEqual(expected);
});

test("a cert-manager that is there is used in its namespace, and its webhook's port is its own affair", () => {
  const given = { certManager: "existing", certManagerNamespace: "security", webhookPort: 10250 } as const;
  expect(paths(given, {}, there)).toEqual([]);
  expect(planTls(config(given), there, site).plan).toMatchObject({
    manager: { how: "existing", namespace: "security" },
  });
});

test("ports of a host network that others hold are refused, and only there", () => {
  expect(paths({ webhookPort: 10250 }, {}, hidden)).toEqual(["tls.webhookPort"]);
  expect(paths({ webhookPort: 8443 }, {}, hidden)).toEqual(["tls.webhookPort"]);
  expect(paths({ webhookPort: 8443 })).toEqual([]);
  expect(planTls(config(), hidden, site).plan).toMatchObject({ webhook: { hostNetwork: true, port: 10260 } });
  expect(planTls(config(), reaches, site).plan).toMatchObject({
    webhook: { hostNetwork: false, port: 10250 },
  });
});

describe("your own certificate", () => {
  const now = new Date();
  const messages = (c: string, k: string, at = now) => certificateProblems(c, k, at).map((p) => p.message);

  test("one that covers the labs, with its key, is taken", () => {
    expect(messages(certificate, key)).toEqual([]);
  });
  test("another key, after its time, no PEM: each is said", () => {
    expect(messages(certificate, otherKey)).toEqual([expect.stringMatching(/does not belong/)]);
    expect(messages(certificate, key, new Date("2200-01-01"))).toEqual([expect.stringMatching(/expired/)]);
    expect(messages("x", "y")).toHaveLength(2);
  });
  test("no message holds the key", () => {
    const all = [
      ...certificateProblems(certificate, otherKey, now),
      ...certificateProblems("x", otherKey, now),
    ];
    expect(JSON.stringify(all)).not.toContain(otherKey.split("\n")[1]);
  });
  test("what is encrypted in the file is not judged, and that is said", () => {
    const { problems, notes } = planTls(
      config({ issuer: "own", certificate, key: ENCRYPTED }),
      reaches,
      site,
    );
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^tls: key not checked here/)]);
  });
  test.each([
    ["a wildcard", certificate, ["a.labs.example.org", "b.labs.example.org"], "labs.example.org", []],
    ["names one by one", listed, ["game.localhost", "store.localhost"], "localhost", []],
    [
      "a name that lacks",
      listed,
      ["game.localhost", "new.localhost"],
      "localhost",
      [/does not cover new\.localhost; .*localhost.*set dns\.baseDomain to labs\.localhost/],
    ],
    [
      "a wildcard that no client takes",
      topWildcard,
      ["game.localhost"],
      "localhost",
      [/does not cover game\.localhost; browsers and curl take no wildcard directly below localhost/],
    ],
    ["another domain", certificate, ["a.other.org"], "other.org", [/get one for \*\.other\.org/]],
  ])("%s against the names of the labs", (_, cert, names, domain, expected) => {
    const found = coverageProblems(cert, names, domain).map((p) => `${p.message} ${p.fix ?? ""}`);
    expect(found).toEqual(expected.map((e) => expect.stringMatching(e) as string));
  });
  test("labs get it as the controller's default", () => {
    expect(siteTls({ issuer: "own", certificate, key }, true)).toMatchObject({ certificate: "default" });
  });
});

test("certificates are waited for, but not where the zone is new and nobody can prove a name in it yet", () => {
  const managed = {
    webhook: { hostNetwork: false, port: 10250 },
    manager: { how: "install", namespace: "cert-manager" },
  } as const;
  const acme = { issuer: "acme", server: "", email: "", ...managed } as const;
  expect(siteTls(acme, true, false)?.awaited).toBe(true);
  expect(siteTls(acme, true, true)?.awaited).toBe(false);
  const there = { ...acme, manager: { how: "existing", namespace: "certs" } } as const;
  expect(siteTls(acme, true)?.certificate).toEqual({ issuer: "labs", readsGateways: true });
  expect(siteTls(there, true)?.certificate).toEqual({ issuer: "labs", readsGateways: false });
  expect(siteTls({ issuer: "self-signed", baseDomain: "x.dev", ...managed }, true, true)?.awaited).toBe(true);
});

test("cert-manager's values: what has a typed argument is given as one, the CRDs stay at uninstall", () => {
  const mirror = { "quay.io": "mirror.local/quay/" };
  const values = {
    webhook: { hostNetwork: true, securePort: 10260 },
    startupapicheck: { enabled: true, timeout: "5m" },
    values: { crds: { enabled: true, keep: true }, imageRegistry: "mirror.local/quay" },
  };
  expect(certManagerValues({ hostNetwork: true, port: 10260 }, mirror, false)).toEqual(values);
  expect(certManagerValues({ hostNetwork: true, port: 10260 }, mirror, true)).toEqual({
    ...values,
    extraArgs: ["--enable-gateway-api"],
  });
});

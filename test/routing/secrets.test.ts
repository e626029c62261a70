import type { KubeObject } from "../../kube/objects";
import { askedCertificates, makesSecret, uncovered } from "../../routing/secrets";

const issued = { annotations: { "cert-manager.io/cluster-issuer": "labs" } };
const listener = (hostname: string | undefined, ref: object) => ({
  name: "x",
  protocol: "HTTPS",
  port: 443,
  ...(hostname === undefined ? {} : { hostname }),
  tls: { certificateRefs: [ref] },
});
const gateway = (metadata: object, listeners: unknown): KubeObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "web", namespace: "infra", ...metadata },
  spec: { gatewayClassName: "labs", listeners },
});
const listeners = [
  listener("a.dev", { name: "shop-tls" }),
  listener("b.dev", { name: "shop-tls" }),
  listener(undefined, { name: "for-all" }),
  listener("c.dev", { name: "shared", namespace: "certs" }),
];

test("a Gateway with an issuer's annotation: a certificate for each Secret of its own namespace, with all names", () => {
  const all = [gateway(issued, listeners)];
  expect(askedCertificates(all)).toEqual([
    { namespace: "infra", secret: "shop-tls", names: ["a.dev", "b.dev"] },
  ]);
  expect(makesSecret(all, "infra", "shop-tls")).toBe(true);
  expect(uncovered(all, "infra", "shop-tls", ["a.dev", "z.dev"])).toEqual(["z.dev"]);
  // cert-manager skips a listener without a hostname, and a Secret elsewhere.
  expect(makesSecret(all, "infra", "for-all")).toBe(false);
  expect(makesSecret(all, "certs", "shared")).toBe(false);
});

test("without the annotation nothing makes it", () => {
  expect(askedCertificates([gateway({}, listeners)])).toEqual([]);
});

test("an Ingress with an issuer's annotation", () => {
  const ingress: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "shop", namespace: "n", annotations: { "cert-manager.io/issuer": "mine" } },
    spec: { tls: [{ hosts: ["a.dev"], secretName: "a" }, { hosts: ["b.dev"] }] },
  };
  expect(askedCertificates([ingress])).toEqual([{ namespace: "n", secret: "a", names: ["a.dev"] }]);
});

test("what is no list asks for nothing", () => {
  expect(askedCertificates([gateway(issued, "all")])).toEqual([]);
});

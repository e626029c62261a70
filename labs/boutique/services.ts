import type { KubeObject } from "../../kube/objects";
import { REDIS } from "../images";
import { deployment, service, serviceAccount } from "../workload";

/**
 * Online Boutique v0.10.5: images, ports and variables of release/kubernetes-manifests.yaml. Without the
 * load generator and frontend-external: requests come through the ingress. CPU requests are a fifth of upstream's and
 * CPU limits are left out, so that the shop fits a laptop beside other labs.
 */
const REGISTRY = "us-central1-docker.pkg.dev/google-samples/microservices-demo";
const RELEASE = "v0.10.5";

/** The two releases of the frontend: the live one and the one that comes. */
export const frontendReleases = { blue: "v0.10.4", green: RELEASE } as const;

interface Part {
  /** Container port, which is the Service's as well unless `service` says another. */
  port: number;
  service?: number;
  env?: Record<string, string>;
  memory: { request: string; limit: string };
  /** Seconds until the first probe: the JVM and the .NET runtime take their time. */
  delay?: number;
}

const small = { request: "64Mi", limit: "128Mi" };
const noProfiler = { DISABLE_PROFILER: "1" };

/** Addresses under which the services find each other. */
const ADDRESS = {
  AD_SERVICE_ADDR: "adservice:9555",
  CART_SERVICE_ADDR: "cartservice:7070",
  CHECKOUT_SERVICE_ADDR: "checkoutservice:5050",
  CURRENCY_SERVICE_ADDR: "currencyservice:7000",
  EMAIL_SERVICE_ADDR: "emailservice:5000",
  PAYMENT_SERVICE_ADDR: "paymentservice:50051",
  PRODUCT_CATALOG_SERVICE_ADDR: "productcatalogservice:3550",
  RECOMMENDATION_SERVICE_ADDR: "recommendationservice:8080",
  SHIPPING_SERVICE_ADDR: "shippingservice:50051",
} as const;

function addresses(...keys: (keyof typeof ADDRESS)[]): Record<string, string> {
  return Object.fromEntries(keys.map((k) => [k, ADDRESS[k]]));
}

const parts: Readonly<Record<string, Part>> = {
  adservice: { port: 9555, memory: { request: "180Mi", limit: "300Mi" }, delay: 20 },
  cartservice: { port: 7070, env: { REDIS_ADDR: "redis-cart:6379" }, memory: small, delay: 15 },
  checkoutservice: {
    port: 5050,
    env: addresses(
      "PRODUCT_CATALOG_SERVICE_ADDR",
      "SHIPPING_SERVICE_ADDR",
      "PAYMENT_SERVICE_ADDR",
      "EMAIL_SERVICE_ADDR",
      "CURRENCY_SERVICE_ADDR",
      "CART_SERVICE_ADDR",
    ),
    memory: small,
  },
  currencyservice: { port: 7000, env: noProfiler, memory: small },
  emailservice: { port: 8080, service: 5000, env: noProfiler, memory: small },
  paymentservice: { port: 50051, env: noProfiler, memory: small },
  productcatalogservice: { port: 3550, env: noProfiler, memory: small },
  recommendationservice: {
    port: 8080,
    env: { ...noProfiler, ...addresses("PRODUCT_CATALOG_SERVICE_ADDR") },
    memory: { request: "220Mi", limit: "450Mi" },
  },
  shippingservice: { port: 50051, env: noProfiler, memory: small },
};

/** Everything behind the frontend. */
export function backServices(ns: string): KubeObject[] {
  return [...Object.entries(parts).flatMap(([name, part]) => backService(ns, name, part)), ...redis(ns)];
}

function backService(ns: string, name: string, part: Part): KubeObject[] {
  const probe = { grpc: { port: part.port }, initialDelaySeconds: part.delay ?? 0, periodSeconds: 15 };
  return [
    serviceAccount(name, ns),
    deployment({
      name,
      namespace: ns,
      image: `${REGISTRY}/${name}:${RELEASE}`,
      labels: { app: name },
      serviceAccount: name,
      port: part.port,
      // cartservice has its port built in, and does not mind.
      env: { PORT: String(part.port), ...part.env },
      requests: { cpu: "20m", memory: part.memory.request },
      limits: { memory: part.memory.limit },
      container: { ...locked, readinessProbe: probe, livenessProbe: probe },
      pod: { ...notRoot, terminationGracePeriodSeconds: 5 },
    }),
    service({
      name,
      namespace: ns,
      selector: { app: name },
      ports: [{ name: "grpc", port: part.service ?? part.port, targetPort: part.port }],
    }),
  ];
}

function redis(ns: string): KubeObject[] {
  const probe = { tcpSocket: { port: 6379 }, periodSeconds: 5 };
  return [
    deployment({
      name: "redis-cart",
      namespace: ns,
      image: REDIS,
      labels: { app: "redis-cart" },
      port: 6379,
      requests: { cpu: "20m", memory: "32Mi" },
      limits: { memory: "256Mi" },
      container: {
        ...locked,
        readinessProbe: probe,
        livenessProbe: probe,
        volumeMounts: [{ name: "redis-data", mountPath: "/data" }],
      },
      pod: { ...notRoot, volumes: [{ name: "redis-data", emptyDir: {} }] },
    }),
    service({
      name: "redis-cart",
      namespace: ns,
      selector: { app: "redis-cart" },
      ports: [{ name: "tcp-redis", port: 6379 }],
    }),
  ];
}

/**
 * One release of the frontend with a Service of its own. Its page says at the foot which pod made it, and the pod's
 * name begins with the release's. Both carry app=frontend, so policies hold for both.
 */
export function frontend(ns: string, name: string, colour: keyof typeof frontendReleases): KubeObject[] {
  const labels = { app: "frontend", release: colour };
  const probe = (who: string) => ({
    initialDelaySeconds: 10,
    httpGet: {
      path: "/_healthz",
      port: 8080,
      httpHeaders: [{ name: "Cookie", value: `shop_session-id=x-${who}-probe` }],
    },
  });
  return [
    deployment({
      name,
      namespace: ns,
      image: `${REGISTRY}/frontend:${frontendReleases[colour]}`,
      labels,
      serviceAccount: "frontend",
      port: 8080,
      env: {
        PORT: "8080",
        ...addresses(
          "PRODUCT_CATALOG_SERVICE_ADDR",
          "CURRENCY_SERVICE_ADDR",
          "CART_SERVICE_ADDR",
          "RECOMMENDATION_SERVICE_ADDR",
          "SHIPPING_SERVICE_ADDR",
          "CHECKOUT_SERVICE_ADDR",
          "AD_SERVICE_ADDR",
        ),
        // The frontend does not start without it; nothing runs there.
        SHOPPING_ASSISTANT_SERVICE_ADDR: "shoppingassistantservice:80",
        ENABLE_PROFILER: "0",
        // Otherwise it asks Google's metadata server where it runs.
        ENV_PLATFORM: "local",
      },
      requests: { cpu: "20m", memory: "64Mi" },
      limits: { memory: "128Mi" },
      container: { ...locked, readinessProbe: probe("readiness"), livenessProbe: probe("liveness") },
      pod: notRoot,
    }),
    service({ name, namespace: ns, selector: labels, ports: [{ name: "http", port: 80, targetPort: 8080 }] }),
  ];
}

const locked = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    privileged: false,
    readOnlyRootFilesystem: true,
  },
};

const notRoot = { securityContext: { fsGroup: 1000, runAsGroup: 1000, runAsNonRoot: true, runAsUser: 1000 } };

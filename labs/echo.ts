import type { KubeObject } from "../kube/objects";
import { WHOAMI } from "./images";
import { deployment, NOBODY } from "./workload";

/** A small server that answers with its name, the path and headers it got, and the address that called it. */
export function echo(args: { name: string; namespace: string; replicas?: number }): KubeObject {
  const { name, namespace, replicas } = args;
  return deployment({
    name,
    namespace,
    image: WHOAMI,
    labels: { app: name },
    port: 8080,
    args: ["--port=8080", `--name=${name}`],
    ...(replicas === undefined ? {} : { replicas }),
    requests: { cpu: "10m", memory: "16Mi" },
    limits: { memory: "64Mi" },
    container: {
      readinessProbe: { httpGet: { path: "/health", port: 8080 }, periodSeconds: 5 },
      securityContext: { readOnlyRootFilesystem: true },
    },
    user: NOBODY,
  });
}

import type { KubeObject } from "../kube/objects";
import { WHOAMI } from "./images";
import { deployment, NOBODY, type WorkloadArgs } from "./workload";

/** A small server, on 8080 if no port is said, that answers with its name, the path and headers it got, and the address that called it. */
export function echo(
  args: Pick<WorkloadArgs, "name" | "namespace" | "replicas" | "port" | "portName" | "serviceAccount"> & {
    /** Beside `app`. */
    labels?: Record<string, string>;
  },
): KubeObject {
  const { name, labels, port = 8080, ...rest } = args;
  return deployment({
    ...rest,
    name,
    image: WHOAMI,
    labels: { app: name, ...labels },
    port,
    args: [`--port=${port}`, `--name=${name}`],
    requests: { cpu: "10m", memory: "16Mi" },
    limits: { memory: "64Mi" },
    container: {
      readinessProbe: { httpGet: { path: "/health", port }, periodSeconds: 5 },
      securityContext: { readOnlyRootFilesystem: true },
    },
    user: NOBODY,
  });
}

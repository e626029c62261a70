import type { Allotment } from "./allot";
import type { Class } from "./class";
import type { Student } from "./student";

/** Ports of nodes that kind maps for the ingress controller. */
const HTTP = 80;
const HTTPS = 443;

/**
 * The config of a student's stack, keys without the project's name. It is a plain stack: `pulumi up` by hand works
 * with it. `nodePorts` are the node ports that labs want open on the machine, those of labs that are off too, so
 * that switching one on needs no new cluster.
 */
export function stackConfig(
  student: Student,
  cls: Class,
  lease: { owner: string; expires: number },
  allotment: Allotment | undefined,
  nodePorts: readonly number[],
): Record<string, unknown> {
  const target = student.target ?? cls.target;
  const given = cls.config;
  const labs = Object.fromEntries(
    Object.entries(student.labs ?? cls.labs).map(([lab, step]) => [lab, { step }]),
  );
  return {
    ...given,
    target,
    clusterName: student.environment,
    labs,
    owner: lease.owner,
    expires: new Date(lease.expires).toISOString(),
    student: {
      class: cls.name,
      id: student.id,
      name: student.name,
      ...(student.email === undefined ? {} : { email: student.email }),
    },
    ...(target === "kind" && allotment !== undefined
      ? {
          kind: {
            ...(typeof given["kind"] === "object" ? given["kind"] : {}),
            ...(cls.workers === undefined ? {} : { workers: cls.workers }),
            podCidr: allotment.podCidr,
            serviceCidr: allotment.serviceCidr,
            apiServerPort: allotment.apiPort,
            portMappings: portMappings(allotment, nodePorts),
          },
        }
      : {}),
  };
}

/** Node port → port of the machine, for one cluster. Labs' ports beyond the block are left out: `portsShort` tells. */
export function portMappings(
  a: Allotment,
  nodePorts: readonly number[],
): { nodePort: number; hostPort: number }[] {
  const labs = labNodePorts(nodePorts);
  return [
    { nodePort: HTTP, hostPort: a.httpPort },
    { nodePort: HTTPS, hostPort: a.httpsPort },
    ...labs.slice(0, a.labPorts.length).map((nodePort, i) => ({ nodePort, hostPort: a.labPorts[i] ?? 0 })),
  ];
}

/** The labs' node ports, each once, in order, without those of the ingress controller. */
export function labNodePorts(nodePorts: readonly number[]): number[] {
  return [...new Set(nodePorts)].filter((p) => p !== HTTP && p !== HTTPS).sort((a, b) => a - b);
}

import type { EnvironmentRecord } from "../../classroom/environment-record";

/**
 * What is to be said where several students' kind clusters share this machine; undefined where none or one is here.
 * A kind node is a privileged container, and a student is cluster-admin: that is root on the machine.
 */
export function sharedMachineWarning(
  planned: ReadonlyMap<string, { record: EnvironmentRecord }>,
  existing: ReadonlyMap<string, EnvironmentRecord>,
  machine: string,
): string | undefined {
  const all = new Map([...existing, ...[...planned].map(([name, p]) => [name, p.record] as const)]);
  const here = [...all.values()].filter((r) => r.target === "kind" && r.machine === machine);
  if (new Set(here.map((r) => r.id)).size < 2) return undefined;
  return (
    `warning: ${here.length} students' kind clusters share ${machine}. Each student can become root on it through a privileged pod,\n` +
    "  and so reach the others' clusters, the state and your cloud credentials. Only with people you trust, or with a VM each:\n" +
    "  docs/security.md says what helps.\n"
  );
}

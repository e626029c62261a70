import { acceleratorOf, type Accelerator } from "./accelerators";
import { nearest } from "../../../kube/nearest";
import type { Problem } from "../../../kube/problems";
// Not the name of this file: where the engine runs TypeScript, `./x` finds x.json before x.ts.
import table from "./instance-type-table.json";

/** What an instance type can carry: the facts that pod capacity comes from. */
export interface InstanceFacts {
  instanceType: string;
  /** Network interfaces of the default network card; further cards carry no pods (header of AWS's eni-max-pods.txt). */
  enis: number;
  /** IPv4 addresses per interface, its own primary address included. */
  ipv4PerEni: number;
  /** Absent where the source does not say. */
  vcpus?: number;
  /** MiB. */
  memory?: number;
  /** Nitro or bare metal: only there can an interface hold /28 prefixes. */
  nitro: boolean;
  architecture?: "amd64" | "arm64";
  accelerator?: Accelerator;
  /** Network cards of the type; the limits above are those of the default card. */
  networkCards: number;
}

type Row = [
  enis: number,
  ipv4PerEni: number,
  vcpus: number | null,
  memory: number | null,
  hypervisor: "nitro" | "xen" | "metal",
  architecture: "amd64" | "arm64" | null,
  networkCards: number,
];

const rows = table.types as unknown as Record<string, Row | undefined>;

/** Where the offline table comes from, for messages. */
export const tableSource = { source: table.source, date: table.date, types: Object.keys(rows).length };

/** Facts of a type from the offline table; undefined where the table does not know it: nothing is guessed. */
export function lookUpInstanceType(instanceType: string): InstanceFacts | undefined {
  const row = Object.hasOwn(rows, instanceType) ? rows[instanceType] : undefined;
  if (row === undefined) return undefined;
  const [enis, ipv4PerEni, vcpus, memory, hypervisor, architecture, networkCards] = row;
  const accelerator = acceleratorOf(instanceType);
  return {
    instanceType,
    enis,
    ipv4PerEni,
    ...(vcpus === null ? {} : { vcpus }),
    ...(memory === null ? {} : { memory }),
    nitro: hypervisor !== "xen",
    ...(architecture === null ? {} : { architecture }),
    ...(accelerator === undefined ? {} : { accelerator }),
    networkCards,
  };
}

/** Larger types of the same family, the smallest first. */
export function largerTypes(facts: InstanceFacts): InstanceFacts[] {
  const family = `${facts.instanceType.split(".")[0] ?? ""}.`;
  return Object.keys(rows)
    .filter((type) => type.startsWith(family))
    .flatMap((type) => lookUpInstanceType(type) ?? [])
    .filter((other) => (other.memory ?? 0) > (facts.memory ?? 0))
    .sort((a, b) => (a.memory ?? 0) - (b.memory ?? 0));
}

/** The known type that was probably meant, if one is close. */
export function similarInstanceType(instanceType: string): string | undefined {
  const lower = instanceType.trim().toLowerCase();
  if (Object.hasOwn(rows, lower)) return lower;
  return nearest(lower, Object.keys(rows));
}

/** The problem of a type that the offline table does not have. */
export function unknownType(path: string, type: string): Problem {
  const similar = similarInstanceType(type);
  return {
    path,
    value: type,
    message: `is not one of the ${tableSource.types} instance types known offline (as of ${tableSource.date})`,
    fix:
      similar === undefined
        ? "check the name; for a newer type ask AWS: aws ec2 describe-instance-types --instance-types <type>"
        : `did you mean ${similar}?`,
  };
}

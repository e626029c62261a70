import table from "./branch-interface-table.json";

const types: Readonly<Record<string, number | undefined>> = table.types;

/**
 * Branch interfaces of one node: so many pods can have security groups of their own. 0 where the type cannot, undefined
 * where the table does not know it.
 */
export function branchInterfaces(instanceType: string): number | undefined {
  return Object.hasOwn(types, instanceType) ? types[instanceType] : undefined;
}

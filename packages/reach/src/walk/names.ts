import type { Host } from "../input/hosts";
import type { Endpoint } from "../reach-model";

/** An end's address, where it has one that is known. */
export function addressOf({ addresses }: Endpoint): string | undefined {
  const [net, ...more] = addresses.nets;
  if (net === undefined || more.length > 0 || !addresses.exact || net.first !== net.last) return undefined;
  return net.text.split("/")[0];
}

/** The machine that an end is on. */
export function machineOf(end: Endpoint, host: Host | undefined): string {
  const name = host?.name ?? (end.nodes?.length === 1 ? end.nodes[0] : undefined);
  return name === undefined ? `the node of ${end.name}` : `node ${name}`;
}

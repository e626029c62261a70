import { covers, parseNet } from "../kube/ip";

/** Whether an address lies in one of the ranges; what is no address or range fits nothing. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const own = parseNet(address);
  return own !== undefined && ranges.map(parseNet).some((net) => net !== undefined && covers(net, own));
}

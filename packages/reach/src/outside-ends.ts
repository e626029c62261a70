import { covers, overlaps, without, type Net } from "../../../kube/ip";
import { block } from "./outside-blocks";
import type { Endpoint } from "./reach-model";

/**
 * The parts of a network that lie outside the cluster, each with the name that answers give it: that of the network
 * where one piece of the outside holds all of it.
 */
export function outsideEnds(
  outside: readonly Endpoint[],
  net: Net,
  text: string,
): { endpoint: Endpoint; name: string }[] {
  return outside.flatMap((piece) => {
    const common = piece.addresses.nets.flatMap((p) => (covers(p, net) ? [net] : covers(net, p) ? [p] : []));
    if (common.length === 0 || !piece.addresses.nets.some((p) => overlaps(p, net))) return [];
    const whole = without(net, common).length === 0;
    return common.map((part) => {
      const name = whole && common.length === 1 ? text : part.text;
      // The piece's own networks stay: rules were split at them, not at the question's.
      return { endpoint: { ...block(name, net.family, piece.addresses.nets), name }, name };
    });
  });
}

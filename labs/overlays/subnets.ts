import type { OutsideHost } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import { toolbox } from "../toolbox";

/** Docker gives three nodes three addresses in a row: of these, two always share a /31, and one is alone in its own. */
export const SUBNET_PREFIX = 31;

/**
 * Two subnets on one Docker network, as a node sees them: a shorter list of neighbours, and host1 as the router to all
 * others. calico-node looks at its interface every minute, and writes the address with the prefix to the Node
 * (node/pkg/lifecycle/startup, MonitorIPAddressSubnetsWithContext); that prefix is what CrossSubnet compares
 * (felix/calc/l3_route_resolver.go, nodeInOurSubnet).
 */
export const SCRIPT = `set -eu
own=$(ip -4 -o addr show dev eth0 scope global | awk '{ print $4; exit }')
node=\${own%/*}
narrow() {
  # The router is on the same wire and would say so: then nodes would go past it.
  echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects
  ip addr replace "$node/$PREFIX" dev eth0
  ip route replace "$ROUTER" dev eth0
  ip route replace "$GATEWAY" dev eth0
  ip route replace "$NETWORK" via "$ROUTER" dev eth0
  ip addr del "$node/\${NETWORK#*/}" dev eth0 2>/dev/null || true
  ip route replace default via "$GATEWAY" dev eth0
}
widen() {
  ip addr replace "$node/\${NETWORK#*/}" dev eth0
  ip route del "$NETWORK" via "$ROUTER" dev eth0 || true
  ip addr del "$node/$PREFIX" dev eth0 || true
  ip route del "$ROUTER" dev eth0 || true
  ip route del "$GATEWAY" dev eth0 || true
  ip route replace default via "$GATEWAY" dev eth0
}
trap 'widen; exit 0' TERM INT
narrow
while :; do sleep 3600 & wait $!; done
`;

/** On every node; taken away, it gives each interface its old prefix back. */
export const subnets = (
  ns: string,
  { address, gateway, network }: Omit<OutsideHost, "asNumber" | "container">,
): KubeObject =>
  toolbox(ns, "subnets", {
    command: ["sh", "-c", SCRIPT],
    env: { PREFIX: String(SUBNET_PREFIX), ROUTER: address, GATEWAY: gateway, NETWORK: network },
    // Time to put things back.
    grace: 10,
  });

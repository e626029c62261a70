import { ebpf } from "./ebpf/lab";
import { egressLockdown } from "./egress-lockdown/lab";
import { globalPolicy } from "./global-policy/lab";
import { bringUp } from "./bring-up/lab";
import { clusterPolicy } from "./cluster-policy/lab";
import { boutique } from "./boutique/lab";
import { gatewayApi } from "./gateway-api/lab";
import { game2048 } from "./game-2048/lab";
import { ingressRouting } from "./ingress-routing/lab";
import { hostEndpoints } from "./host-endpoints/lab";
import { ipPools } from "./ip-pools/lab";
import { bgp } from "./bgp/lab";
import { leavingIngressNginx } from "./leaving-ingress-nginx/lab";
import { loadBalancing } from "./load-balancing/lab";
import type { Lab } from "./model";
import { overlays } from "./overlays/lab";
import { policyRecipes } from "./policy-recipes/lab";
import { stagedPolicies } from "./staged/lab";
import { dockerNetworks } from "./docker-networks/lab";
import { dualStack } from "./dual-stack/lab";
import { podAndHostViews } from "./pod-and-host-views/lab";
import { servicesAndDns } from "./services-and-dns/lab";
import { stars } from "./stars/lab";
import { weave } from "./weave/lab";
import { wireguard } from "./wireguard/lab";
import { yaobank } from "./yaobank/lab";

/** All labs, in the order of the catalogue. */
export const labs: readonly Lab[] = [
  stars,
  yaobank,
  policyRecipes,
  globalPolicy,
  clusterPolicy,
  egressLockdown,
  stagedPolicies,
  hostEndpoints,
  bringUp,
  podAndHostViews,
  dockerNetworks,
  dualStack,
  ipPools,
  overlays,
  bgp,
  wireguard,
  weave,
  servicesAndDns,
  loadBalancing,
  ebpf,
  ingressRouting,
  gatewayApi,
  leavingIngressNginx,
  game2048,
  boutique,
];

import { CLOUD_PROVIDER_IMAGE } from "../../versions";
import { MACHINE_LABEL } from "../machine-objects";

/** What gives a kind cluster's Services of type LoadBalancer their addresses: cloud-provider-kind in a container. */
export interface KindLoadBalancerPlan {
  cluster: string;
  image: string;
  /** Docker network of the nodes, and of the load balancers that it makes. */
  network: string;
  /** Where it takes its proxy's image from, instead of Docker Hub. */
  registry?: string;
}

/** kind's own name for the network that clusters share. */
const SHARED_NETWORK = "kind";

export function planLoadBalancer(
  cluster: string,
  network: string | undefined,
  { image = CLOUD_PROVIDER_IMAGE, registry }: { image?: string; registry?: string | undefined } = {},
): KindLoadBalancerPlan {
  return {
    cluster,
    image,
    network: network ?? SHARED_NETWORK,
    ...(registry === undefined ? {} : { registry }),
  };
}

/**
 * Stands before docker's own command in the container. cloud-provider-kind serves every kind cluster of a machine, and at
 * its end removes the load balancers of all (its controller.go): two of them would work against each other. So it is shown
 * its own cluster only; and what it publishes on every address of the machine, its proxy's admin page too, goes to loopback. What it makes carries this project's label.
 * An argument that it does not know passes as it is.
 */
export const CONFINED_DOCKER = `#!/bin/sh
for arg do
  shift
  case "$arg" in
    label=io.x-k8s.kind.cluster | label=io.x-k8s.cloud-provider-kind.cluster) arg="$arg=$LABS_CLUSTER" ;;
    --publish-all) continue ;;
    --publish=*) arg="\${arg#--publish=}"; arg="--publish=127.0.0.1::\${arg##*:}" ;;
  esac
  set -- "$@" "$arg"
done
if [ "$1" = run ]; then shift; set -- run --label "${MACHINE_LABEL}=$LABS_CLUSTER" "$@"; fi
exec "$LABS_DOCKER" "$@"
`;

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { BALANCER_LABEL, making, MACHINE_LABEL, removal, type MachineObject } from "./machine-objects";
import { CONFINED_DOCKER, type KindLoadBalancerPlan } from "./plan/load-balancer-plan";

export interface KindLoadBalancerArgs {
  plan: KindLoadBalancerPlan;
  local: command.Provider;
  /** The cluster's own command. */
  cluster: command.local.Command;
}

/**
 * cloud-provider-kind for one cluster, as a container beside its nodes. It makes a container for each load balancer, and
 * those go with it: whatever stands in the cluster by then is gone, or left without an address.
 */
export class KindLoadBalancer extends pulumi.ComponentResource {
  readonly running: command.local.Command;

  constructor(name: string, args: KindLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("labs:kind:KindLoadBalancer", name, {}, { ...opts, providers: [args.local] });
    const { plan, cluster } = args;
    const object: MachineObject = { kind: "load-balancer", name: plan.cluster };
    this.running = new command.local.Command(
      `${name}-run`,
      {
        create: `${SOCKET}; ${RUN}`,
        update: 'docker inspect --format "{{.Id}}" "$LABS_NAME-load-balancer"',
        delete: removal["load-balancer"],
        environment: {
          ...making(object),
          LABS_LABEL: `${MACHINE_LABEL}=${plan.cluster}`,
          LABS_BALANCER_LABEL: `${BALANCER_LABEL}=${plan.cluster}`,
          NETWORK: plan.network,
          IMAGE: plan.image,
          CONFINED_DOCKER,
          REGISTRY: plan.registry ?? "",
        },
        triggers: [cluster.id, plan.network, plan.image, plan.registry ?? "", CONFINED_DOCKER],
      },
      {
        parent: this,
        dependsOn: cluster,
        // Both would have the same name.
        deleteBeforeReplace: true,
        // Pulling the image takes a while on a slow line.
        customTimeouts: { create: "10m" },
      },
    );
    this.registerOutputs({});
  }
}

/** The socket's path where the engine runs: in a virtual machine it is the usual one, whatever it is on this side. */
const SOCKET =
  'SOCKET="${LABS_DOCKER_SOCKET:-/var/run/docker.sock}"; case "$(docker info --format "{{.SecurityOptions}}")" in ' +
  '*name=rootless*) SOCKET="$(docker context inspect --format "{{.Endpoints.docker.Host}}")"; SOCKET="${SOCKET#unix://}" ;; esac';

const START = [
  "export LABS_DOCKER=$(command -v docker)",
  "mkdir -p /labs",
  'printf "%s" "$CONFINED_DOCKER" > /labs/docker',
  "chmod +x /labs/docker",
  "export PATH=/labs:$PATH",
  // Gateway and Ingress are others' here. With the ports mapped, a load balancer is reached where its address is not.
  "exec cloud-provider-kind --gateway-channel disabled --enable-lb-port-mapping",
].join(" && ");

const RUN = [
  'docker run --detach --init --name "$LABS_NAME-load-balancer" --restart unless-stopped',
  '--label "$LABS_LABEL" --label "$LABS_BALANCER_LABEL" --network "$NETWORK"',
  // SELinux keeps containers from the socket.
  '--volume "$SOCKET:/var/run/docker.sock" --security-opt label=disable',
  '--env CONFINED_DOCKER --env LABS_CLUSTER="$LABS_NAME" --env KIND_EXPERIMENTAL_DOCKER_NETWORK="$NETWORK"',
  '--env CLOUD_PROVIDER_KIND_REGISTRY_URL="$REGISTRY"',
  `--entrypoint sh "$IMAGE" -c '${START}'`,
].join(" ");

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { making, MACHINE_LABEL, removal, type MachineObject } from "./machine-objects";
import type { HostPlan, KindNetworkPlan } from "./plan/kind-network-plan";

export interface KindNetworkArgs {
  plan: KindNetworkPlan;
  local: command.Provider;
}

/**
 * A docker network of the cluster's own, and host1 on it: both outside the cluster, so they are taken away by docker,
 * the network after everything that is on it.
 */
export class KindNetwork extends pulumi.ComponentResource {
  readonly network: command.local.Command;

  constructor(name: string, args: KindNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("labs:kind:KindNetwork", name, {}, { ...opts, providers: [args.local] });
    this.network = this.make(name, args.plan);
    if (args.plan.host1 !== undefined) this.run(name, args.plan, args.plan.host1);
    this.registerOutputs({ network: args.plan.name });
  }

  private make(name: string, plan: KindNetworkPlan): command.local.Command {
    const network: MachineObject = { kind: "network", name: plan.name };
    return new command.local.Command(
      `${name}-network`,
      {
        create:
          'docker network create --label "$LABS_LABEL" --subnet "$SUBNET" --gateway "$GATEWAY" --ip-range "$RANGE" "$LABS_NAME"',
        // Docker changes nothing in place: what differs is in the trigger.
        update: 'docker network inspect --format "{{.Id}}" "$LABS_NAME"',
        delete: removal.network,
        environment: {
          ...making(network),
          LABS_LABEL: `${MACHINE_LABEL}=${plan.name}`,
          SUBNET: plan.subnet,
          GATEWAY: plan.gateway,
          RANGE: plan.range,
        },
        triggers: [plan.name, plan.subnet, plan.gateway, plan.range],
      },
      // Both would have the same name and range.
      { parent: this, deleteBeforeReplace: true },
    );
  }

  private run(name: string, plan: KindNetworkPlan, host: HostPlan): void {
    const container: MachineObject = { kind: "container", name: host.container };
    new command.local.Command(
      `${name}-host1`,
      {
        create: [
          'docker run --detach --init --name "$LABS_NAME" --hostname host1',
          '--label "$LABS_LABEL"',
          '--network "$NETWORK" --ip "$ADDRESS" --restart unless-stopped',
          // What FRR's daemons ask for at start; they refuse to run with less.
          "--cap-add NET_ADMIN --cap-add NET_RAW --cap-add SYS_ADMIN",
          // A router forwards, also where the machine's own setting is off.
          "--sysctl net.ipv4.ip_forward=1",
          `--env FRR_CONFIG --entrypoint sh "$IMAGE" -c '${START}'`,
        ].join(" "),
        update: 'docker inspect --format "{{.Id}}" "$LABS_NAME"',
        delete: removal.container,
        environment: {
          ...making(container),
          LABS_LABEL: `${MACHINE_LABEL}=${plan.name}`,
          NETWORK: plan.name,
          ADDRESS: host.address,
          IMAGE: host.image,
          FRR_CONFIG: host.config,
        },
        triggers: [this.network.id, host.container, host.address, host.image, host.config],
      },
      {
        parent: this,
        dependsOn: this.network,
        // Both would have the same name and address.
        deleteBeforeReplace: true,
        // Pulling the image takes a while on a slow line.
        customTimeouts: { create: "10m" },
      },
    );
  }
}

/** FRR's image starts no BGP by itself (docker/alpine, /etc/frr/daemons); the variable is the container's. */
const START = [
  'printf "%s" "$FRR_CONFIG" > /etc/frr/frr.conf',
  "chown frr:frr /etc/frr/frr.conf",
  "sed -i s/^bgpd=no/bgpd=yes/ /etc/frr/daemons",
  "exec /usr/lib/frr/docker-start",
].join(" && ");

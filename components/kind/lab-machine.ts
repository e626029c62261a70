import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { making, MACHINE_LABEL, removal } from "./machine-objects";
import type { ContainerPlan, LabMachinePlan } from "./plan/lab-machine-plan";

export interface LabMachineArgs {
  plan: LabMachinePlan;
  local: command.Provider;
  /** The cluster's own command: made before, and where it is made again, so are these. */
  cluster: pulumi.Resource;
  identity: pulumi.Input<string>;
}

/**
 * Docker's networks and containers of a lab's step. Docker chooses each range and published port, among those that are
 * free: so they meet no other stack's. A further network of a container is a resource of its own, made in place.
 */
export class LabMachine extends pulumi.ComponentResource {
  constructor(name: string, args: LabMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("labs:kind:LabMachine", name, {}, { ...opts, providers: [args.local] });
    const { plan } = args;
    const networks = new Map(
      plan.networks.map((n) => [n.key, this.network(`${name}-network-${n.key}`, n, args)]),
    );
    for (const c of plan.containers) {
      const container = this.run(`${name}-container-${c.key}`, c, networks, args);
      for (const to of c.also)
        this.connect(`${name}-connection-${c.key}-${to.key}`, c, to, container, networks.get(to.key));
    }
    this.registerOutputs({});
  }

  private network(
    name: string,
    network: LabMachinePlan["networks"][number],
    { plan, cluster, identity }: LabMachineArgs,
  ): command.local.Command {
    return new command.local.Command(
      name,
      {
        create: 'docker network create --label "$LABS_LABEL" --driver "$DRIVER" "$LABS_NAME"',
        update: 'docker network inspect --format "{{.Id}}" "$LABS_NAME"',
        delete: removal.network,
        environment: {
          ...making({ kind: "network", name: network.name }),
          LABS_LABEL: `${MACHINE_LABEL}=${plan.cluster}`,
          DRIVER: network.driver,
        },
        triggers: [network.name, network.driver, identity],
      },
      // Both would have the same name.
      { parent: this, dependsOn: cluster, deleteBeforeReplace: true },
    );
  }

  private run(
    name: string,
    container: ContainerPlan,
    networks: ReadonlyMap<string, command.local.Command>,
    { plan, cluster, identity }: LabMachineArgs,
  ): command.local.Command {
    const { network, publish, image, script } = container;
    const first = "own" in network ? undefined : networks.get(network.key);
    return new command.local.Command(
      name,
      {
        create: [
          'docker run --detach --init --name "$LABS_NAME" --label "$LABS_LABEL" --restart unless-stopped',
          '--network "$NETWORK"',
          // Names in DNS are for networks of one's own; on others Docker refuses them.
          ...(first === undefined ? [] : ['--network-alias "$ALIAS"']),
          // Without a port of the machine's Docker takes a free one.
          ...(publish === undefined ? [] : [`--publish 127.0.0.1::${publish}`]),
          '--entrypoint sh "$IMAGE" -c "$SCRIPT"',
        ].join(" "),
        update: 'docker inspect --format "{{.Id}}" "$LABS_NAME"',
        delete: removal.container,
        environment: {
          ...making({ kind: "container", name: container.name }),
          LABS_LABEL: `${MACHINE_LABEL}=${plan.cluster}`,
          NETWORK: "own" in network ? network.own : network.name,
          ALIAS: container.key,
          IMAGE: image,
          SCRIPT: script,
        },
        triggers: [
          container.name,
          image,
          script,
          publish ?? 0,
          "own" in network ? network.own : network.key,
          first?.id ?? identity,
        ],
      },
      {
        parent: this,
        dependsOn: first ?? cluster,
        // Both would have the same name.
        deleteBeforeReplace: true,
        // Pulling the image takes a while on a slow line.
        customTimeouts: { create: "10m" },
      },
    );
  }

  private connect(
    name: string,
    { key, name: container }: ContainerPlan,
    network: { name: string },
    made: command.local.Command,
    on: command.local.Command | undefined,
  ): void {
    new command.local.Command(
      name,
      {
        create: 'docker network connect --alias "$ALIAS" "$NETWORK" "$CONTAINER"',
        update: 'docker inspect --format "{{.Id}}" "$CONTAINER"',
        delete: 'docker network disconnect --force "$NETWORK" "$CONTAINER"',
        environment: { ALIAS: key, NETWORK: network.name, CONTAINER: container },
        triggers: [made.id, ...(on === undefined ? [] : [on.id])],
      },
      { parent: this, dependsOn: on === undefined ? [made] : [made, on], deleteBeforeReplace: true },
    );
  }
}

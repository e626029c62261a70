import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { DnsPlan } from "./plan/dns-plan";

export interface ZoneArgs {
  plan: NonNullable<DnsPlan["zone"]>;
  provider: aws.Provider;
  tags?: Readonly<Record<string, string>>;
}

/** The Route 53 zone of the labs' names, found or made. A zone costs 0.50 USD a month. */
export class Zone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;
  /** What the parent zone must name, where the zone was made here. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: ZoneArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:dns:Zone", name, {}, { ...opts, providers: [args.provider] });
    const { plan } = args;
    if (plan.how === "create") {
      const zone = new aws.route53.Zone(
        `${name}-zone`,
        {
          name: plan.name,
          comment: "made by k8s-network-labs",
          // Proofs of ACME that were left behind must not hold the zone.
          forceDestroy: true,
          tags: { ...args.tags },
        },
        { parent: this },
      );
      this.zoneId = zone.zoneId;
      this.nameServers = zone.nameServers;
    } else {
      const zone = aws.route53.getZoneOutput({ name: plan.name }, { parent: this });
      this.zoneId = zone.zoneId;
      this.nameServers = zone.nameServers;
    }
    this.registerOutputs({ zoneId: this.zoneId });
  }
}

import { InvalidArgumentError, Option, type Command } from "commander";
import { capacityReport } from "../../components/eks/plan/capacity-report";
import { capacityText } from "./capacity-text";

interface Options {
  cni: "aws" | "calico";
  prefixDelegation: boolean;
  customNetworking: boolean;
  nodes?: number;
  pods?: number;
  warmEni?: number;
  warmIp?: number;
  minimumIp?: number;
  warmPrefix?: number;
  json: boolean;
}

/** `labs capacity`: pods and VPC addresses per node of EC2 instance types, without an AWS account. */
export function addCapacity(labs: Command): void {
  labs
    .command("capacity")
    .description("Pods that EC2 instance types carry on EKS, and the VPC addresses that this takes")
    .argument("<types...>", "instance types, as m5.large")
    .addOption(
      new Option("--cni <cni>", "who gives pods their addresses").choices(["aws", "calico"]).default("aws"),
    )
    .option("--prefix-delegation", "whole /28 prefixes on each interface (Nitro only)", false)
    .option("--custom-networking", "pods on subnets of their own; the first interface carries none", false)
    .option("--nodes <n>", "also for this many nodes of each type", atLeast(1))
    .option("--pods <n>", "with this many pods planned on them, however they are placed", atLeast(0))
    .option("--warm-eni <n>", "WARM_ENI_TARGET (default 1)", atLeast(0))
    .option("--warm-ip <n>", "WARM_IP_TARGET", atLeast(0))
    .option("--minimum-ip <n>", "MINIMUM_IP_TARGET", atLeast(0))
    .option("--warm-prefix <n>", "WARM_PREFIX_TARGET (default 1)", atLeast(0))
    .option("--json", "for machines: an array, one object per type", false)
    .action((types: string[], options: Options) => {
      const { nodes, pods, warmEni, warmIp, minimumIp, warmPrefix } = options;
      const report = capacityReport({
        types,
        networking: {
          cni: options.cni,
          prefixDelegation: options.prefixDelegation,
          customNetworking: options.customNetworking,
        },
        warm: defined({ warmEni, warmIp, minimumIp, warmPrefix }),
        ...defined({ nodes, pods }),
      });
      if (options.json) {
        process.stdout.write(`${JSON.stringify(report.rows, null, 2)}\n`);
        return;
      }
      process.stdout.write(capacityText(report));
    });
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least) {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    return n;
  };
}

/** Without the properties that are undefined, for exact optional types. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

import type { EksConfig } from "../eks-config";
import type { AwsFacts } from "./aws-facts";
import { losesAddress } from "./standing-cluster";

/** What works, and a reader should know. */
export function eksNotes(
  config: EksConfig,
  { stage, zones, unanswered, logGroupLeft, cluster }: AwsFacts,
): string[] {
  const found = (unanswered ?? []).map(
    (question) =>
      `AWS does not answer, so a change that it refuses is only seen when it is made: ${question}`,
  );
  if (logGroupLeft === true && config.logs.length > 0) {
    found.push(
      "the control plane's log group is left from an earlier cluster of this name: it is taken over, and the `up` after this one sets how long it keeps logs",
    );
  }
  if (
    stage !== "looked-up" &&
    typeof config.zones === "number" &&
    zones === undefined &&
    config.network.existing === undefined
  ) {
    found.push(
      `zones are taken as ${config.region}a, b …; AWS is asked for the real ones when the stack is built`,
    );
  }
  if (config.endpoint.private) {
    found.push(
      losesAddress(config, cluster)
        ? "the API server loses its public address with this `up`: from then on what works with it must reach the VPC by a way of its own (VPN, Direct Connect, peering)"
        : cluster === undefined && config.network.existing === undefined
          ? "the API server has no public address, and nothing reaches a VPC that is not made yet: connect it (VPN, Direct Connect, peering) while the control plane is made, about ten minutes, or `up` ends at Calico and goes on when it is run again"
          : "the API server has no public address: what runs `up` must reach the VPC by a way of its own (VPN, Direct Connect, peering)",
    );
  }
  if (config.endpoint.publicCidrs.includes("0.0.0.0/0")) {
    found.push(
      "the API server is open to the whole internet (eks.endpoint.publicCidrs); IAM still guards it",
    );
  }
  if (config.network.private && config.endpoint.publicCidrs.length > 0) {
    found.push(
      "network.private: the nodes are cut off from the internet, the API server's public address is not (eks.endpoint.publicCidrs)",
    );
  }
  if (config.network.nat === "none" && config.network.existing === undefined) {
    found.push(
      "nat none: nodes have public addresses (each about 3.60 USD a month), the security group lets nobody in",
    );
  }
  if (config.cni === "calico" && Object.values(config.nodeGroups).some((g) => g.os === "bottlerocket")) {
    found.push("Calico's CNI on Bottlerocket was not tried here");
  }
  return found;
}

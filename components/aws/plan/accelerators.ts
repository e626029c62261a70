/** Chips beside the CPU for which EKS has images with drivers. */
export type Accelerator = "nvidia" | "neuron";

/**
 * The accelerator of a type by its family (EC2 guide, "Accelerated computing"): g and p have NVIDIA GPUs, but g4ad AMD's;
 * inf and trn have Neuron devices.
 */
export function acceleratorOf(instanceType: string): Accelerator | undefined {
  const family = instanceType.split(".")[0] ?? "";
  if (/^(g|gr|p)\d/.test(family) && family !== "g4ad") return "nvidia";
  return /^(inf|trn)\d/.test(family) ? "neuron" : undefined;
}

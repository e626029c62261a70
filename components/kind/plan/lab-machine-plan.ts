import { mirroredImage, type Mirrors } from "../../mirrors";
import type { LabMachine, MachineContainer, MachineNetwork } from "../../../labs/machine";

/** Networks and containers of labs under the names that Docker gets. */
export interface LabMachinePlan {
  /** Value of the label of all of them: the cluster beside which they stand. */
  cluster: string;
  networks: readonly { key: string; name: string; driver: MachineNetwork["driver"] }[];
  containers: readonly ContainerPlan[];
}

export interface ContainerPlan {
  /** Short name: of the resource, and in Docker's DNS. */
  key: string;
  name: string;
  image: string;
  script: string;
  /** The network it starts on: Docker's own, or one of the plan's by its key. */
  network: { own: "bridge" | "host" | "none" } | { key: string; name: string };
  /** Further networks. */
  also: readonly { key: string; name: string }[];
  publish?: number;
}

/** Docker's name of a lab's network or container. */
export const containerName = (prefix: string, name: string): string => `${prefix}-${name}`;

export function planLabMachine(
  cluster: string,
  { networks, containers }: LabMachine,
  mirrors: Mirrors,
): LabMachinePlan {
  const named = (key: string) => ({ key, name: containerName(cluster, key) });
  const onto = (on: MachineContainer["on"]): Pick<ContainerPlan, "network" | "also"> => {
    if (typeof on === "string") return { network: { own: on }, also: [] };
    const [first, ...rest] = on.map(named);
    return { network: first ?? { own: "none" }, also: rest };
  };
  return {
    cluster,
    networks: networks.map(({ name, driver }) => ({ ...named(name), driver })),
    containers: containers.map(({ name, image, script, on, publish }) => ({
      ...named(name),
      image: mirroredImage(image, mirrors),
      script,
      ...onto(on),
      ...(publish === undefined ? {} : { publish }),
    })),
  };
}

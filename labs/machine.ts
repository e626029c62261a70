/** What Docker has beside the nodes at a step: plain data with short names; the stack sets its cluster's name before them. */
export interface LabMachine {
  networks: readonly MachineNetwork[];
  containers: readonly MachineContainer[];
}

export interface MachineNetwork {
  name: string;
  /** `macvlan` without a parent: Docker gives it a dummy interface, so that no packet leaves the machine. */
  driver: "bridge" | "macvlan";
}

export interface MachineContainer {
  /** Also its name in the DNS of each network of the lab's own. */
  name: string;
  image: string;
  /** Run by `sh -c`. */
  script: string;
  /** Docker's own network, or networks of the lab: it starts on the first, and is connected to the others. */
  on: "bridge" | "host" | "none" | readonly string[];
  /** Port that is published at a free port of the machine's loopback. */
  publish?: number;
}

/** Whether one container reaches another's port, or the machine a published one. */
export interface ContainerClaim {
  kind: "container";
  /** A container, or `machine`. */
  from: string;
  to: string;
  /** What is asked: its name, its address, or the port of the machine that it is published at. */
  by: "name" | "address" | "published port";
  port: number;
  verdict: "allow" | "deny";
  /** What a learner should see as the cause, in one sentence. */
  reason: string;
}

export interface AnsweredContainer {
  holds: boolean;
  found: "allow" | "deny" | "unknown";
  /** Docker's rule that decides. */
  because: string;
}

export const NO_MACHINE: LabMachine = { networks: [], containers: [] };

/** A claim as people read it. */
export const containerText = ({ from, to, by, port }: ContainerClaim): string =>
  from === "machine"
    ? `this machine → container ${to}, published port of ${port}`
    : `container ${from} → container ${to}, by ${by}, TCP ${port}`;

type Answer = Omit<AnsweredContainer, "holds">;
const allow = (because: string): Answer => ({ found: "allow", because });
const deny = (because: string): Answer => ({ found: "deny", because });
const unknown = (because: string): Answer => ({ found: "unknown", because });

/** What Docker's own rules give for a claim: no packet is sent, and no firewall of the machine is known. */
export function answerContainer(machine: LabMachine, claim: ContainerClaim): AnsweredContainer {
  const answer = decide(machine, claim);
  return { ...answer, holds: answer.found === claim.verdict };
}

function decide({ networks, containers }: LabMachine, { from, to, by, port }: ContainerClaim): Answer {
  const target = containers.find((c) => c.name === to);
  if (target === undefined) return unknown(`there is no container ${to}`);
  if (by === "published port" || from === "machine")
    return by === "published port" && from === "machine"
      ? published(target, port)
      : unknown("published ports are asked from the machine, all else from containers");
  const source = containers.find((c) => c.name === from);
  if (source === undefined) return unknown(`there is no container ${from}`);
  if (source.on === "none") return deny(`${from} has no interface but its loopback`);
  if (target.on === "none") return deny(`${to} has no address`);
  const shared = networksOf(source).filter((n) => networksOf(target).includes(n));
  if (by === "name") {
    const [named] = shared.filter((n) => n !== "bridge");
    if (named !== undefined) return allow(`Docker's DNS knows ${to} on the network ${named}`);
    return source.on === "bridge" || source.on === "host"
      ? deny(`Docker's own network ${source.on} has no DNS of containers`)
      : deny(`Docker's DNS tells only who shares a network, and ${from} and ${to} share none`);
  }
  const [common] = shared;
  if (common !== undefined) return allow(`both are on the network ${common}`);
  if (target.on === "host") return unknown(`${to} has the machine's addresses, whose firewall is not known`);
  if (source.on !== "host")
    return deny(`${from} and ${to} share no network, and Docker keeps networks apart`);
  const bridged = networksOf(target).some(
    (n) => n === "bridge" || networks.some((x) => x.name === n && x.driver === "bridge"),
  );
  return bridged
    ? allow("the machine itself has an address on every bridge")
    : deny("the machine has no interface on a macvlan network");
}

function published({ name, on, publish }: MachineContainer, port: number): Answer {
  if (publish !== port) return deny(`${name} does not publish port ${port}`);
  return on === "host" || on === "none"
    ? deny(`network ${on} publishes nothing`)
    : allow("Docker forwards it");
}

const networksOf = ({ on }: MachineContainer): readonly string[] =>
  typeof on === "string" ? (on === "bridge" ? ["bridge"] : []) : on;

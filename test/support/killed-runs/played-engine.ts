import { readFileSync } from "node:fs";
import { PulumiEngine } from "../../../cli/engine/pulumi-engine";
import type { ExportedOperation, ExportedResource, ExportedState } from "../../../cli/engine/pulumi-state";
import type { EngineSession } from "../../../cli/engine/session";
import type { RunEntry } from "../../../stacks/run-journal";
import type { Graph } from "../graph";
import { autoname, type OutsideWorld } from "./world";

/** Where a run is killed: after so many resources, with so many more under way, of which some were made already. */
export interface Kill {
  after: number;
  inFlight: number;
  made: (index: number) => boolean;
}

export class Killed extends Error {}

/** Resources of a provider, in the order in which the program asks for them. */
interface Planned {
  resource: Omit<ExportedResource, "inputs"> & { inputs: Record<string, unknown> };
  waitsFor: readonly string[];
}

const AUTONAMED: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "name",
  "aws:iam/rolePolicy:RolePolicy": "name",
  "aws:ec2/launchTemplate:LaunchTemplate": "name",
  "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
};

/**
 * An engine that plays runs of one stack on the outside world, and can be killed anywhere. Its state is read and written
 * by the project's own code, through commands that do what the CLI's do: an import forgets what is pending.
 */
export class PlayedEngine {
  state: ExportedState = { version: 3, deployment: { resources: [], pending_operations: [] } };
  tags = new Map<string, string>();
  entry: RunEntry | undefined;
  locked = false;
  private attempt = 0;
  private readonly planned: Planned[];

  constructor(
    graph: Graph,
    private readonly world: OutsideWorld,
  ) {
    this.planned = graph.resources.map((r) => ({
      resource: {
        urn: r.urn,
        type: r.type,
        custom: r.custom,
        inputs: r.unmasked,
        dependencies: r.dependencies,
        ...(r.provider === "" ? {} : { provider: `${r.provider}::an-id` }),
      },
      waitsFor: [...r.dependencies, r.provider].filter((u) => u !== ""),
    }));
  }

  /** How many resources there are. */
  get size(): number {
    return this.planned.length;
  }

  session(): EngineSession {
    return {
      engine: new PulumiEngine({
        command: undefined as never,
        workDir: "",
        project: "",
        env: {},
        logs: "",
        run: (args) => Promise.resolve().then(() => this.cli(args)),
      }),
      machine: this.world.thisMachine(),
      breakLocks: false,
      clusterApi: () => this.world.clusterApi(),
      awsCli: () => this.world.awsCli(),
      journal: {
        read: () => this.entry,
        write: (_, entry) => (this.entry = entry),
        remove: () => (this.entry = undefined),
      },
    };
  }

  /** One `up`. @throws Killed, or what a provider refuses */
  up(kill?: Kill): void {
    this.attempt++;
    this.world.now += 3_600_000;
    const { deployment } = this.state;
    const known = new Map((deployment.resources ?? []).map((r) => [r.urn, r]));
    const pending = (deployment.pending_operations ??= []);
    const done = new Set<string>();
    let count = 0;
    const queue = this.planned.map((p) => this.checked(p, known.get(p.resource.urn)));
    for (const [i, { resource }] of queue.entries()) {
      if (kill !== undefined && count++ === kill.after) {
        this.beKilled(queue.slice(i), done, known, kill);
        throw new Killed();
      }
      const old = known.get(resource.urn);
      if (old === undefined) this.create(resource);
      else if (old.initErrors !== undefined) {
        this.world.update(old.type, resource.inputs, old.id ?? "");
        delete old.initErrors;
      }
      done.add(resource.urn);
    }
    // The engine forgets at the end what it had begun to change, not what it had begun to create.
    this.state.deployment.pending_operations = pending.filter((op) => op.type === "creating");
  }

  /** One `destroy`, of all that the state knows. */
  destroy(): void {
    for (const r of [...(this.state.deployment.resources ?? [])].reverse())
      if (r.custom === true) this.world.remove(r.type, r.inputs ?? {}, r.id ?? "");
    this.state.deployment.resources = [];
  }

  /** The provider's Check: it chooses names, and keeps those that the state has. */
  private checked(p: Planned, old: ExportedResource | undefined): Planned {
    const { type, urn, inputs } = p.resource;
    const chosen: Record<string, unknown> = {};
    const key = AUTONAMED[type];
    if (key !== undefined)
      chosen[key] = old?.inputs?.[key] ?? autoname(urn.replace(/^.*::/, ""), this.attempt);
    if (type.endsWith("Patch")) {
      const metadata = inputs["metadata"] as { annotations?: Record<string, string> };
      const manager = "pulumi.com/patchFieldManager";
      const before = (old?.inputs?.["metadata"] as typeof metadata | undefined)?.annotations?.[manager];
      const name = before ?? autoname("pulumi-kubernetes", this.attempt);
      chosen["metadata"] = { ...metadata, annotations: { ...metadata.annotations, [manager]: name } };
    }
    return { ...p, resource: { ...p.resource, inputs: { ...inputs, ...chosen } } };
  }

  private create(resource: Planned["resource"]): void {
    const { type, inputs, custom } = resource;
    const outside = custom === true && !type.startsWith("pulumi:");
    const id = outside ? this.world.create(type, inputs) : custom === true ? "an-id" : "";
    this.state.deployment.resources?.push({ ...resource, id, outputs: inputs });
  }

  private beKilled(
    rest: readonly Planned[],
    done: ReadonlySet<string>,
    known: ReadonlyMap<string, ExportedResource>,
    { inFlight, made }: Kill,
  ): void {
    this.locked = true;
    const ready = rest.filter(({ resource, waitsFor }) => {
      const real = resource.custom === true && !resource.type.startsWith("pulumi:");
      return real && !known.has(resource.urn) && waitsFor.every((u) => done.has(u));
    });
    for (const [i, { resource }] of ready.slice(0, inFlight).entries()) {
      this.state.deployment.pending_operations?.push({ resource: { ...resource, id: "" }, type: "creating" });
      if (made(i)) this.world.create(resource.type, resource.inputs, i % 2 === 0);
    }
  }

  private cli(args: readonly string[]): string {
    const [command = "", sub = ""] = args;
    const after = (flag: string): string => args[args.indexOf(flag) + 1] ?? "";
    switch (command) {
      case "stack":
        if (sub === "export")
          return JSON.stringify(args.includes("--show-secrets") ? this.shown() : this.state);
        if (sub === "import")
          return this.import(JSON.parse(readFileSync(after("--file"), "utf8")) as ExportedState);
        if (sub === "tag") return this.tag(args.slice(2));
        break;
      case "cancel":
        this.locked = false;
        return "";
      case "refresh":
        if (this.locked)
          throw new Error(
            "the stack is currently locked by 1 lock(s): created by me@laptop (pid 7) at 2026-11-26T09:00:00Z",
          );
        return this.refresh(args.flatMap((a, i) => (args[i - 1] === "--target" ? [a] : [])));
    }
    throw new Error(`pulumi ${args.join(" ")} is not played here`);
  }

  private tag([verb = "", name = "", value = ""]: readonly string[]): string {
    if (verb === "ls") return JSON.stringify(Object.fromEntries(this.tags));
    if (verb === "set") this.tags.set(name, value);
    else this.tags.delete(name);
    return "";
  }

  /** What `pulumi stack import` refuses, and what it forgets. */
  private import(next: ExportedState): string {
    const seen = new Set<string>();
    for (const { urn, dependencies = [], provider } of next.deployment.resources ?? []) {
      const owner = provider?.replace(/::[^:]*$/, "");
      for (const needed of [...dependencies, ...(owner === undefined ? [] : [owner])])
        if (!seen.has(needed)) throw new Error(`snapshot integrity failure: ${urn} refers to ${needed}`);
      if (seen.has(urn)) throw new Error(`snapshot integrity failure: ${urn} twice`);
      seen.add(urn);
    }
    this.state = structuredClone(next);
    this.state.deployment.pending_operations = [];
    return "";
  }

  private refresh(targets: readonly string[]): string {
    const { deployment } = this.state;
    deployment.pending_operations = (deployment.pending_operations ?? []).filter(
      (op: ExportedOperation) => op.type === "creating",
    );
    deployment.resources = (deployment.resources ?? []).filter((r) => {
      if (!targets.includes(r.urn)) return true;
      const id = this.world.read(r.type, r.id ?? "");
      if (id === undefined) return false;
      r.id = id;
      r.outputs = { ...r.inputs };
      delete r.initErrors;
      return true;
    });
    return "";
  }

  /** The state with secrets shown: a kubeconfig for each Kubernetes provider. */
  private shown(): ExportedState {
    const secret = { "4dabf18193072939515e22adb298388d": "s", plaintext: JSON.stringify("a kubeconfig") };
    const resources = (this.state.deployment.resources ?? []).map((r) =>
      r.type === "pulumi:providers:kubernetes" ? { ...r, inputs: { ...r.inputs, kubeconfig: secret } } : r,
    );
    return { ...this.state, deployment: { ...this.state.deployment, resources } };
  }
}

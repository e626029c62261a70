import { createHash } from "node:crypto";
import type { RawConfig } from "../../../stacks/config/load-config";
import type { Registered } from "../../../stacks/offline/registration";
import { runOffline } from "../../../stacks/offline/run-offline";
import { stack as program } from "../../../stacks/program";
import { AwsRefusal, type Aws } from "./aws";
import { lookUp } from "./functions";
import { Inputs, type Made, type ResourceType, type Values } from "./resources/resource-type";
import { resourceTypes } from "./resources/all";

interface Standing {
  type: string;
  made: Made;
  inputs: Inputs;
}

/** A stack deployed to the stand-in: the real program, each of its AWS resources made by the calls that make it. */
export class Deployment {
  /** What AWS refused, and what this stand-in does not know: none of it may pass in silence. */
  problems: string[] = [];
  /** `created eks-network-vpc`, `changed …`, `replaced …`, `deleted …`: of the last run. */
  done: string[] = [];
  private readonly standing = new Map<string, Standing>();
  private readonly defaultTags = new Map<string, Record<string, string>>();
  /** What could not be made: what needs it is not tried. */
  private readonly failed = new Set<string>();
  private generation = 0;

  constructor(
    private readonly aws: Aws,
    private readonly stack: string,
    /** Breaks a registration before it is made, to see that this is noticed. */
    private readonly edit: (resource: Registered) => void = () => undefined,
  ) {}

  /** Runs the program with this config; what stands is changed, what is no longer registered goes. */
  async up(raw: RawConfig): Promise<void> {
    this.problems = [];
    this.done = [];
    this.generation += 1;
    this.failed.clear();
    const { stack } = this;
    const registered = new Set<string>();
    let refused: Error | undefined;
    await runOffline(
      {
        stack,
        raw,
        preview: false,
        call: ({ token, inputs }) =>
          lookUp(this.aws, token, inputs as Values).catch((error: unknown) => {
            // The program may live without an answer; the stand-in may not.
            if (!(error instanceof AwsRefusal)) this.note(token, error);
            // As the runtime hands over what a provider refuses.
            throw Object.assign(error as Error, { details: (error as Error).message });
          }),
        outputs: ({ type }) => (type === "kubernetes:core/v1:Service" ? balanced : undefined),
        make: async (resource) => {
          this.edit(resource);
          if (resource.type === "pulumi:providers:aws") this.readProvider(resource);
          if (!/^(aws|eks):/.test(resource.type)) return undefined;
          registered.add(key(resource));
          return this.make(resource);
        },
      },
      () =>
        program({ stack, raw, offline: false }).catch((error: unknown) => {
          // Thrown from here it would reject promises of the runtime that nobody waits for.
          refused = error as Error;
          return {};
        }),
    );
    if (refused !== undefined) throw refused;
    for (const [id] of [...this.standing].reverse()) if (!registered.has(id)) await this.remove(id);
  }

  /** Deletes all, last made first. */
  async destroy(): Promise<void> {
    this.problems = [];
    this.done = [];
    for (const [id] of [...this.standing].reverse()) await this.remove(id);
  }

  private readProvider({ name, unmasked }: Registered): void {
    const { defaultTags, region } = unmasked as { defaultTags?: string; region?: string };
    const { tags } = (defaultTags === undefined ? {} : JSON.parse(defaultTags)) as {
      tags?: Record<string, string>;
    };
    this.defaultTags.set(name, tags ?? {});
    if (region !== undefined) this.aws.region = region;
  }

  /** Undefined where it could not be made: mocks answer, so that the run shows all that is wrong. */
  private async make(resource: Registered): Promise<Made | undefined> {
    const type = resourceTypes[resource.type];
    if (type === undefined) {
      this.problems.push(`${resource.name}: the stand-in does not know resources of type ${resource.type}`);
      return undefined;
    }
    if (resource.dependencies.some((urn) => this.failed.has(urn.split("::").at(-1) ?? ""))) {
      this.failed.add(resource.name);
      return undefined;
    }
    const now = this.inputs(resource);
    try {
      const before = this.standing.get(key(resource));
      const made =
        before === undefined
          ? await this.create(type, now, resource)
          : await this.change(type, before, now, resource);
      const unread = now.unread();
      // A change reads only what changes.
      if (before === undefined && unread.length > 0)
        this.problems.push(
          `${resource.name}: the stand-in does not know ${resource.type}'s ${unread.join(", ")}`,
        );
      this.standing.set(key(resource), { type: resource.type, made, inputs: now });
      return made;
    } catch (error) {
      this.failed.add(resource.name);
      this.note(resource.name, error);
      return undefined;
    }
  }

  private inputs({ name, type, unmasked, provider, providers }: Registered): Inputs {
    const of = (type.startsWith("eks:") ? providers["aws"] : provider)?.split("::").at(-1) ?? "";
    const digits = createHash("sha256")
      .update(`${this.stack} ${type} ${name} ${this.generation}`)
      .digest("hex")
      .slice(0, 7);
    return new Inputs(name, unmasked, this.defaultTags.get(of) ?? {}, digits);
  }

  private async create(type: ResourceType, now: Inputs, resource: Registered): Promise<Made> {
    if (resource.importId !== undefined) return this.adopt(type, now, resource.importId, resource);
    const made = await type.create(now, this.aws);
    this.done.push(`created ${now.name}`);
    return made;
  }

  private async adopt(
    { adopt }: ResourceType,
    now: Inputs,
    id: string,
    { type, ignoreChanges }: Registered,
  ): Promise<Made> {
    if (adopt === undefined) throw new Error(`the stand-in does not know how ${type} is imported`);
    const { made, differs } = await adopt(id, now, this.aws);
    const wrong = differs.filter((p) => !ignoreChanges.includes(p));
    if (wrong.length > 0)
      throw new Error(`inputs to import do not match the existing resource: ${wrong.join(", ")}`);
    // What it has is not what the program asks: a later run sees the difference.
    for (const p of differs) now.values[p] = undefined;
    this.done.push(`took over ${now.name}`);
    return made;
  }

  /** As engine and provider change it: what is ignored keeps its old value. */
  private async change(
    type: ResourceType,
    before: Standing,
    now: Inputs,
    { ignoreChanges }: Registered,
  ): Promise<Made> {
    for (const path of ignoreChanges) keep(path.split("."), before.inputs.values, now.values);
    const all = new Set([...Object.keys(before.inputs.values), ...Object.keys(now.values)]);
    const changed = [...all].filter(
      (p) => JSON.stringify(before.inputs.values[p]) !== JSON.stringify(now.values[p]),
    );
    if (changed.length === 0) return before.made;
    if (changed.some((p) => type.replacedBy?.includes(p) === true)) {
      const made = await type.create(now, this.aws);
      await type.remove?.(before.made, before.inputs, this.aws);
      this.done.push(`replaced ${now.name} (${changed.join(", ")})`);
      return made;
    }
    if (type.update === undefined)
      throw new Error(`the stand-in does not know how a change of ${changed.join(", ")} is made`);
    const outputs = await type.update({ old: before.inputs, now, made: before.made, changed }, this.aws);
    this.done.push(`changed ${now.name} (${changed.join(", ")})`);
    return { ...before.made, outputs: { ...before.made.outputs, ...outputs } };
  }

  private async remove(id: string): Promise<void> {
    const stands = this.standing.get(id);
    if (stands === undefined) return;
    this.standing.delete(id);
    try {
      await resourceTypes[stands.type]?.remove?.(stands.made, stands.inputs, this.aws);
      this.done.push(`deleted ${stands.inputs.name}`);
    } catch (error) {
      this.note(stands.inputs.name, error);
    }
  }

  private note(name: string, error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.problems.push(
      `${name}: ${error instanceof AwsRefusal ? error.message : (error.stack ?? error.message)}`,
    );
  }
}

const key = (r: Registered): string => `${r.type} ${r.name}`;

function keep(path: string[], from: Values, to: Values): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    to[first] = from[first];
  } else if (from[first] !== undefined && to[first] !== undefined) {
    keep(rest, from[first] as Values, to[first] as Values);
  }
}

/** A Service whose load balancer has come. */
const balanced = {
  status: {
    loadBalancer: {
      ingress: [{ hostname: "k8s-ingress-0123456789-0123456789abcdef.elb.us-west-2.amazonaws.com" }],
    },
  },
};

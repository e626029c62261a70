import type { Aws } from "../aws";

export type Values = Record<string, unknown>;

/** A resource that stands at AWS. */
export interface Made {
  /** What AWS calls it. */
  id: string;
  /** Outputs, as the provider gives them. */
  outputs: Values;
}

/** How the provider makes, changes and deletes resources of a type: which calls, from which properties. */
export interface ResourceType {
  create: (r: Inputs, aws: Aws) => Promise<Made>;
  /** Takes over what stands under this id: what differs from it, and is not ignored, is an error of the engine. */
  adopt?: (id: string, r: Inputs, aws: Aws) => Promise<{ made: Made; differs: string[] }>;
  /** Properties whose change replaces the resource; of others `update` must know how they change. */
  replacedBy?: readonly string[];
  update?: (change: Change, aws: Aws) => Promise<Values>;
  /** Absent: it goes with what it belongs to. */
  remove?: (made: Made, r: Inputs, aws: Aws) => Promise<unknown>;
}

export interface Change {
  old: Inputs;
  now: Inputs;
  made: Made;
  /** Properties that differ. */
  changed: readonly string[];
}

/**
 * Properties of a registration. It notes which ones were read: what a translation does not know must not pass in
 * silence.
 */
export class Inputs {
  private readonly seen = new Set<string>();

  constructor(
    readonly name: string,
    readonly values: Values,
    /** The provider's default tags. */
    private readonly defaultTags: Readonly<Record<string, string>>,
    /** Hexadecimal digits at the end of names that Pulumi makes. */
    private readonly digits: string,
  ) {}

  /** A property, and all below it: what it holds travels whole, and the service model knows its members. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- who reads it says what it is
  get<T = unknown>(property: string): T {
    this.seen.add(property);
    return this.values[property] as T;
  }

  text(property: string): string {
    return this.get<string>(property);
  }

  unread(): string[] {
    return Object.keys(this.values).filter((p) => !this.seen.has(p) && this.values[p] !== undefined);
  }

  /** Own tags over the provider's; undefined where there are none. */
  tags(own?: Readonly<Record<string, string>>): Record<string, string> | undefined {
    const all = { ...this.defaultTags, ...(own ?? this.get<Record<string, string> | undefined>("tags")) };
    return Object.keys(all).length === 0 ? undefined : all;
  }

  /** A name as Pulumi makes it where none is given: the logical one and seven hexadecimal digits. */
  autoName(suffix = ""): string {
    return `${this.name}${suffix}-${this.digits}`;
  }
}

/** Property names as EC2 and most services write them: `volumeSize` → `VolumeSize`, all the way down. */
export function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k.charAt(0).toUpperCase() + k.slice(1), pascal(v)]),
  );
}

/** Tags as a list of pairs. */
export const tagList = (
  tags: Record<string, string> | undefined,
): { Key: string; Value: string }[] | undefined =>
  tags === undefined ? undefined : Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

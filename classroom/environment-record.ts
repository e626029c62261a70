import type { Lease } from "./lease";
import { TARGETS, type EnvironmentTarget } from "./student";

/**
 * What the Pulumi backend keeps about an environment, as stack tags: enough for another machine to list, extend and
 * destroy it without the class's files. Pulumi Cloud takes names of 40 and values of 256 characters; each tag costs
 * a call to set, so that what does not change shares one.
 */
export interface EnvironmentRecord {
  class: string;
  /** Id in the roster. */
  id: string;
  /** Display name, shortened to 60 characters. */
  name: string;
  owner: string;
  target: EnvironmentTarget;
  /** The machine that carries a kind cluster: only it can destroy that. */
  machine?: string;
  /** Slot of a kind cluster on that machine. */
  slot?: number;
  /** Port of its API server on that machine: by it a cluster is known to be this one, and not one of the same name. */
  apiPort?: number;
  lease: Lease;
}

export type Tags = Readonly<Record<string, string>>;

export const TAG_CLASS = "labs:class";
export const TAG_EXPIRES = "labs:expires";
const TAG_STUDENT = "labs:student";
export const TAG_HOME = "labs:home";

/** The tags of a record. */
export function toTags(r: EnvironmentRecord): Record<string, string> {
  return {
    // The order is that of writing: a stack without TAG_CLASS is not yet one of ours.
    [TAG_EXPIRES]: new Date(r.lease.expires).toISOString(),
    [TAG_HOME]: JSON.stringify({
      target: r.target,
      created: new Date(r.lease.created).toISOString(),
      hardLimit: r.lease.hardLimit,
      ...(r.machine === undefined ? {} : { machine: r.machine.slice(0, 64) }),
      ...(r.slot === undefined ? {} : { slot: r.slot }),
      ...(r.apiPort === undefined ? {} : { apiPort: r.apiPort }),
    }),
    [TAG_STUDENT]: withinTag({ id: r.id, owner: r.owner.slice(0, 64), name: r.name }),
    [TAG_CLASS]: r.class,
  };
}

/** The record that tags hold; undefined when the stack is none of a class. Damaged tags say so. */
export function fromTags(tags: Tags): EnvironmentRecord | { problem: string } | undefined {
  const cls = tags[TAG_CLASS];
  if (cls === undefined) return undefined;
  try {
    const student = JSON.parse(tags[TAG_STUDENT] ?? "") as Record<string, unknown>;
    const home = JSON.parse(tags[TAG_HOME] ?? "") as Record<string, unknown>;
    const expires = Date.parse(tags[TAG_EXPIRES] ?? "");
    const created = Date.parse(text(home["created"]));
    const target = TARGETS.find((t) => t === home["target"]);
    const hardLimit = home["hardLimit"];
    if (
      Number.isNaN(expires) ||
      Number.isNaN(created) ||
      target === undefined ||
      typeof hardLimit !== "number"
    ) {
      return { problem: "its tags are damaged" };
    }
    return {
      class: cls,
      id: text(student["id"]),
      name: text(student["name"]),
      owner: text(student["owner"]),
      target,
      lease: { created, expires, hardLimit },
      ...(typeof home["machine"] === "string" ? { machine: home["machine"] } : {}),
      ...(typeof home["slot"] === "number" ? { slot: home["slot"] } : {}),
      ...(typeof home["apiPort"] === "number" ? { apiPort: home["apiPort"] } : {}),
    };
  } catch {
    return { problem: "its tags are damaged" };
  }
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("no text");
  return value;
}

/** JSON within the 256 bytes of a tag: a long name is cut, never anything else. */
function withinTag(student: { id: string; owner: string; name: string }): string {
  let name = student.name;
  for (;;) {
    const json = JSON.stringify({ ...student, name });
    if (name === "" || Buffer.byteLength(json) <= 256) return json;
    name = Array.from(name).slice(0, -1).join("");
  }
}

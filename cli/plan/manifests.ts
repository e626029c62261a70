import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { UserError } from "../../kube/problems";
import type { RegisteredObject } from "../../stacks/offline/registered-objects";

export interface ManifestFile {
  file: string;
  kind: string;
  namespace?: string;
  name: string;
  /** A patch is applied server-side with a field manager of its own; it is not a whole object. */
  patch: boolean;
  text: string;
}

/** One file per object, numbered in order of creation, so that `kubectl apply -f` takes the folder in that order. */
export function manifests(objects: readonly Pick<RegisteredObject, "object" | "patch">[]): ManifestFile[] {
  const width = Math.max(3, String(objects.length).length);
  return objects.map(({ object, patch }, i) => {
    const { name, namespace } = object.metadata;
    const parts = [
      object.kind.toLowerCase(),
      ...(namespace === undefined ? [] : [namespace]),
      name,
      ...(patch ? ["patch"] : []),
    ];
    const file = `${String(i + 1).padStart(width, "0")}-${parts.join("-").replace(/[^a-zA-Z0-9.-]+/g, "_")}.yaml`;
    return {
      file,
      kind: object.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      patch,
      text: stringify(ordered(object), {
        lineWidth: 0,
        aliasDuplicateObjects: false,
        // kubectl reads YAML 1.1, where a namespace n is false.
        compat: "yaml-1.1",
      }),
    };
  });
}

/** Writes the files into a folder that is ours: what an earlier plan left there goes, anything else stays. */
export function writeManifests(folder: string, files: readonly ManifestFile[]): void {
  mkdirSync(folder, { recursive: true });
  const foreign = readdirSync(folder).filter((f) => !/^\d{3,}-.*\.yaml$/.test(f));
  if (foreign.length > 0)
    throw new UserError(
      `${folder} holds files that no plan wrote (${foreign.slice(0, 3).join(", ")}); choose another folder with --out`,
    );
  for (const f of readdirSync(folder)) rmSync(join(folder, f));
  for (const f of files) writeFileSync(join(folder, f.file), f.text);
}

/** As people write objects: apiVersion, kind, metadata, then the rest. */
function ordered(object: Record<string, unknown>): Record<string, unknown> {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}

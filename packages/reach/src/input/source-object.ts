import type { KubeObject } from "../../../../kube/objects";
import { objectTitle } from "../../../../kube/objects";
import { withoutControls } from "../../../../kube/problems";

/** An object with where it came from. */
export interface SourceObject {
  readonly object: KubeObject;
  /** File and document, as messages name it; undefined for objects that a program made. */
  readonly origin?: string;
}

/** How an object is named in messages: `file: Kind ns/name`. */
export function sourceTitle({ object, origin }: SourceObject): string {
  return withoutControls(origin === undefined ? objectTitle(object) : `${origin}: ${objectTitle(object)}`);
}

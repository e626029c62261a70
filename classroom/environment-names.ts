/**
 * Names of a student's environment, safe by construction: the stack, the cluster, tags and files are all called
 * `<class>-<slug>`, a DNS label. What people are called stays in the display name.
 */

/**
 * Longest name of an environment: what `clusterName` in a stack's config takes. kind's first node is called
 * `<cluster>-control-plane`, a host name of at most 63 characters (RFC 1123), and AWS names get suffixes too.
 */
export const MAX_ENVIRONMENT = 40;

/** Longest name of a class: enough room is left for ids. */
export const MAX_CLASS = 16;

const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const ID = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Why a text cannot name a class; undefined when it can. */
export function classNameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > MAX_CLASS) return `has ${name.length} characters; at most ${MAX_CLASS} fit`;
  if (!LABEL.test(name)) return "is not a DNS label: a-z, 0-9 and '-', beginning with a letter";
  return undefined;
}

/** Why a text cannot be the id of a student in this class; undefined when it can. */
export function idProblem(id: string, className: string): string | undefined {
  const room = MAX_ENVIRONMENT - className.length - 1;
  if (id === "") return "is empty";
  if (!ID.test(id)) return "has characters that an id cannot have: a-z, A-Z, 0-9 and '.', '_', '-' inside";
  if (id.length > room) return `has ${id.length} characters; at most ${room} fit after "${className}-"`;
  return undefined;
}

/** The part of an environment's name that stands for the student: lower case, '.' and '_' become '-'. */
export function slugOf(id: string): string {
  return id.toLowerCase().replace(/[._]/g, "-");
}

/** Name of the stack and the cluster of a student. Both parts must have been checked. */
export function environmentName(className: string, id: string): string {
  return `${className}-${slugOf(id)}`;
}

/**
 * A usable id near to what was written, for the fix of an error: accents are dropped, the rest becomes '-'.
 * Empty when nothing usable is in the text.
 */
export function suggestId(text: string, className: string): string {
  const room = MAX_ENVIRONMENT - className.length - 1;
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, room)
    .replace(/^-+|-+$/g, "");
}

/** A class name near to what was written, such as a file name; `class` when nothing usable is in it. */
export function suggestClass(text: string): string {
  const label = suggestId(text, "")
    .replace(/^[^a-z]+/, "")
    .slice(0, MAX_CLASS)
    .replace(/-+$/, "");
  return label === "" ? "class" : label;
}

/** Characters that must not reach a terminal or a tag: controls, line separators, bidirectional overrides. */
export function hasHiddenCharacters(text: string): boolean {
  return /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text);
}

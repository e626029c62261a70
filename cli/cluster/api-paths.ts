/** Paths of the kinds that commands ask for. */
export const core = (namespace: string | undefined, plural: string, name?: string): string =>
  path("/api/v1", namespace, plural, name);

export const apps = (namespace: string, plural: string, name?: string): string =>
  path("/apis/apps/v1", namespace, plural, name);

export function path(root: string, namespace: string | undefined, plural: string, name?: string): string {
  const inside = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${inside}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

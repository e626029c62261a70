/** What Calico's eBPF dataplane needs: v5.10, or what Red Hat took back into 4.18.0-305 (Calico 3.33 docs, operations/ebpf). */
export const EBPF_KERNEL = "Linux 5.10, or 4.18.0-305 of Red Hat 8";

/** Whether a kernel of this release, as `uname -r` says it, can run it. */
export function carriesEbpf(release: string): boolean {
  const [, major, minor, build] = /^(\d+)\.(\d+)(?:\.\d+)?(?:-(\d+))?/.exec(release)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  if (major === 5) return minor >= 10;
  return major > 5 || (/^4\.18\.0-.*\.el8/.test(release) && (build ?? 0) >= 305);
}

import { overlaps } from "../../../../kube/ip";
import type { Host, HostInterface } from "../input/hosts";
import type { Direction, Hook } from "../reach-model";
import type { State } from "../reach-state";
import type { View } from "../endpoint-views";

/** Which way a packet crosses a host: through a machine-facing interface, or one of pods and tunnels. */
export type Way = "fabric" | "internal";

/**
 * The host endpoint whose policies a packet meets at a hook; undefined where none does. A named interface goes before
 * `*`, which also governs interfaces of pods and tunnels; of several for one interface the first by name counts
 * (felix/dataplane/linux/endpoint_mgr.go). Policies before DNAT are looked for at the named interface first, then at
 * `*`; doNotTrack is not supported at `*` and ignored there.
 */
export function governing(
  state: State,
  host: Host,
  way: Way,
  hook: Hook,
  direction: Direction,
  asked?: string,
): View | undefined {
  const wildcard = host.interfaces.find((i) => i.wildcard);
  const named = way === "fabric" ? namedInterface(host, asked) : undefined;
  const view = (i: HostInterface | undefined): View | undefined =>
    i === undefined ? undefined : state.view(i.endpoint);
  const has = (v: View | undefined): boolean =>
    v !== undefined && (["ingress", "egress"] as const).some((d) => v.list(d, hook).entries.length > 1);
  switch (hook) {
    case "untracked":
      return has(view(named)) ? view(named) : undefined;
    case "preDNAT":
      if (direction === "egress") return undefined;
      return has(view(named)) ? view(named) : has(view(wildcard)) ? view(wildcard) : undefined;
    case "normal":
    case "forward":
      return view(named ?? wildcard);
  }
}

/** The interface with the host's own address, else the first by name; or the one that the question names. */
function namedInterface(host: Host, asked: string | undefined): HostInterface | undefined {
  const chosen = host.interfaces.find((i) => i.name === asked);
  if (chosen !== undefined) return chosen.wildcard ? undefined : chosen;
  const named = host.interfaces.filter((i) => !i.wildcard);
  const own = host.node.addresses;
  const facing = named.find(
    (i) => own.exact && i.expected.some((e) => own.nets.some((address) => overlaps(e, address))),
  );
  return facing ?? named[0];
}

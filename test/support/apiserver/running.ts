import { versionSets, type VersionSet } from "../../../components/versions";
import type { Binaries } from "./binaries";
import { Client } from "./client";
import type { ServerAddress } from "./server";

/** Names the servers that `npm run test:apiserver` has started, for the tests: JSON of `Servers`. */
export const SERVERS = "LABS_TEST_APISERVERS";

/** By Kubernetes minor version. */
export type Servers = Readonly<Record<string, { address: ServerAddress; binaries: Binaries }>>;

export interface Running {
  set: VersionSet;
  address: ServerAddress;
  /** For a server of a test's own. */
  binaries: Binaries;
  /** The administrator's. */
  client: Client;
}

/**
 * The servers of this run, each with its version set and its CRDs. Tests share them, one file after the other, and
 * leave them as they found them.
 * @throws Error outside `npm run test:apiserver`
 */
export function running(): readonly Running[] {
  const text = process.env[SERVERS];
  if (text === undefined) throw new Error("no API server was started: npm run test:apiserver");
  const servers = JSON.parse(text) as Servers;
  return versionSets.flatMap((set) => {
    const server = servers[set.kubernetes];
    return server === undefined ? [] : [{ set, ...server, client: new Client(server.address) }];
  });
}

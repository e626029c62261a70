import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { VersionSet } from "../../../components/versions";
import { cacheFolder } from "../cache-folder";
import { buildProgram, type GoProgram } from "./go-build";
import { go, lastLine } from "./go-modules";
import { CannotRun } from "../cannot-run";

/** A control plane's programs, as files. */
export interface Binaries {
  apiserver: string;
  etcd: string;
  /** Of kube-apiserver, as it says itself: `v1.36.4`. */
  version: string;
  /** Where they come from, for people. */
  from: string;
}

/** Newest of the minor version that Kubernetes 1.35 and 1.36 are built with (its build/dependencies.yaml). */
const ETCD = "v3.6.16";

/** Patch release of a version set: that of its kind nodes. */
export function releaseOf(set: Pick<VersionSet, "kindNode">): string {
  const found = /:(v\d+\.\d+\.\d+)@/.exec(set.kindNode)?.[1];
  if (found === undefined) throw new Error(`no Kubernetes release in ${set.kindNode}`);
  return found;
}

/**
 * kube-apiserver of a set's minor version, with etcd: those that KUBEBUILDER_ASSETS (folders) or PATH names, else what
 * setup-envtest brings if it is on the PATH, else built from their Go modules, once.
 * @throws CannotRun where there is no way to have them; Error where one of them breaks
 */
export function findBinaries(
  set: Pick<VersionSet, "kubernetes" | "kindNode">,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Binaries {
  for (const variable of ["KUBEBUILDER_ASSETS", "PATH"]) {
    for (const folder of (env[variable] ?? "").split(delimiter).filter((f) => f !== "")) {
      const found = inFolder(folder, set.kubernetes, `${variable} (${folder})`);
      if (found !== undefined) return found;
    }
  }
  return fromEnvtest(set.kubernetes, say) ?? built(set, say, env);
}

/** The programs of a folder, where it has both and the server is of this minor version. */
function inFolder(folder: string, minor: string, from: string): Binaries | undefined {
  const [apiserver, etcd] = [join(folder, "kube-apiserver"), join(folder, "etcd")];
  if (!existsSync(apiserver) || !existsSync(etcd)) return undefined;
  const version = versionOf(apiserver);
  return version.startsWith(`v${minor}.`) ? { apiserver, etcd, version, from } : undefined;
}

function versionOf(apiserver: string): string {
  const said = spawnSync(apiserver, ["--version"], { encoding: "utf8", timeout: 30_000 });
  return /Kubernetes (v\S+)/.exec(said.stdout)?.[1] ?? "";
}

function fromEnvtest(minor: string, say: (line: string) => void): Binaries | undefined {
  const asked = spawnSync("setup-envtest", ["use", `${minor}.x`, "-p", "path"], { encoding: "utf8" });
  if (asked.error !== undefined) return undefined;
  if (asked.status !== 0) say(`setup-envtest has no ${minor}: ${lastLine(asked.stderr)}`);
  return inFolder(asked.stdout.trim(), minor, "setup-envtest");
}

function built(
  set: Pick<VersionSet, "kubernetes" | "kindNode">,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Binaries {
  const release = releaseOf(set);
  const place = (name: string, version: string): string =>
    join(cacheFolder(env), "control-plane", `${name}-${version}-${process.platform}-${process.arch}`);
  const files = { apiserver: place("kube-apiserver", release), etcd: place("etcd", ETCD) };
  const missing = [
    { file: files.etcd, program: etcd, cost: "half a minute" },
    { file: files.apiserver, program: apiserver(release), cost: "about 7 minutes on two cores" },
  ].filter(({ file }) => !existsSync(file));
  if (missing.length > 0) needGo(set.kubernetes);
  for (const { file, program, cost } of missing) {
    say(`building ${program.main} ${program.version} from its Go module, once: ${cost}`);
    buildProgram(program, file);
  }
  return { ...files, version: release, from: "Go modules" };
}

function needGo(minor: string): void {
  try {
    go(["version"], { cwd: "/", what: "kube-apiserver" });
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    throw new CannotRun(
      `kube-apiserver ${minor} and etcd are missing: the tests apply every object to a real API server; fix: install ` +
        `Go 1.26 or newer (https://go.dev/dl), which builds them, or setup-envtest, or set KUBEBUILDER_ASSETS to their folder`,
    );
  }
}

const etcd: GoProgram = {
  module: "go.etcd.io/etcd/server/v3",
  version: ETCD,
  main: "go.etcd.io/etcd/server/v3",
};

/** Kubernetes' staging modules are published under v0 with the same minor and patch version. */
function apiserver(release: string): GoProgram {
  const [major = "", minor = ""] = release.slice(1).split(".");
  const version = "k8s.io/component-base/version";
  return {
    module: "k8s.io/kubernetes",
    version: release,
    main: "k8s.io/kubernetes/cmd/kube-apiserver",
    staging: { prefix: "k8s.io/", version: release.replace(/^v1/, "v0") },
    stamp: {
      [`${version}.gitVersion`]: release,
      [`${version}.gitMajor`]: major,
      [`${version}.gitMinor`]: minor,
    },
  };
}

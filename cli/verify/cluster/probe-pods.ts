import { hostname } from "node:os";
import type { KubeObject } from "../../../kube/objects";
import { reasonOf } from "../../../kube/problems";
import { realClock, type Clock } from "../../clock";
import { seenAlive } from "../../engine/machine";
import { inParallel } from "../../in-parallel";
import { anchor, namespaceOf, OWNER, RUN_LABEL, probePod, type ProbePodSource } from "../core/probe-pod";
import { ApiError, type ClusterApi } from "../../cluster/api-client";
import { core } from "../../cluster/api-paths";

export interface ProbePodsOptions {
  run: string;
  image: string;
  lifetimeSeconds: number;
  /** How long a probe pod may take to start. */
  startMs: number;
  /** How many calls at once. */
  parallel: number;
  clock?: Clock;
  /** Tells what is made, before it is made. */
  say: (line: string) => void;
  signal?: AbortSignal;
}

interface Made {
  kind: "Pod" | "ConfigMap";
  namespace: string;
  name: string;
  gone: boolean;
}

export type ProbePod = { namespace: string; name: string } | { broken: string };

export const owner = (): string => `${hostname()} ${process.pid}`;

/** The probe pods of a run: made, waited for, and taken away again. */
export class ProbePods {
  readonly made: Made[] = [];
  private readonly pods = new Map<string, ProbePod>();
  private readonly clock: Clock;

  constructor(
    private readonly api: ClusterApi,
    private readonly options: ProbePodsOptions,
  ) {
    this.clock = options.clock ?? realClock;
  }

  /** Makes a pod for each source that has none yet, and waits until all run or cannot. */
  async ensure(sources: readonly ProbePodSource[]): Promise<void> {
    const missing = sources.filter((s) => !this.pods.has(s.key));
    const byNamespace = new Map<string, ProbePodSource[]>();
    for (const s of missing) byNamespace.set(namespaceOf(s), [...(byNamespace.get(namespaceOf(s)) ?? []), s]);
    const { signal, parallel } = this.options;
    await inParallel([...byNamespace], parallel, async ([namespace, own]) => {
      const made = await this.anchor(namespace);
      if (typeof made === "string") {
        for (const source of own) this.pods.set(source.key, { broken: made });
        return;
      }
      for (const source of own) {
        if (signal?.aborted === true) return;
        await this.create(source, made);
      }
    });
    await this.started([...byNamespace.keys()]);
  }

  of(key: string): ProbePod {
    return this.pods.get(key) ?? { broken: "no probe pod was made" };
  }

  private readonly anchors = new Map<string, { name: string; uid: string }>();

  private async anchor(namespace: string): Promise<{ name: string; uid: string } | string> {
    const known = this.anchors.get(namespace);
    if (known !== undefined) return known;
    const name = `labs-verify-${this.options.run}`;
    const object = anchor(namespace, name, { run: this.options.run, owner: owner() });
    try {
      const stored = await this.post("ConfigMap", core(namespace, "configmaps"), object);
      const found = { name, uid: (stored.metadata["uid"] as string | undefined) ?? "" };
      this.anchors.set(namespace, found);
      return found;
    } catch (error) {
      return `no probe pod in ${namespace}: ${reasonOf(error)}`;
    }
  }

  private async create(source: ProbePodSource, owned: { name: string; uid: string }): Promise<void> {
    const namespace = namespaceOf(source);
    const name = `labs-verify-${this.options.run}-${this.pods.size}`;
    // Taken before the call ends: names count up.
    this.pods.set(source.key, { namespace, name });
    const settings = { ...this.options, owner: owner(), anchor: owned };
    const object = probePod(source, name, settings);
    try {
      await this.post("Pod", core(namespace, "pods"), object);
    } catch (error) {
      this.pods.set(source.key, { broken: `no probe pod for ${source.key}: ${reasonOf(error)}` });
    }
  }

  private async post(kind: Made["kind"], path: string, object: KubeObject): Promise<KubeObject> {
    const { namespace = "", name } = object.metadata;
    const made: Made = { kind, namespace, name, gone: false };
    // Before the call: of a call that failed half-way nobody knows what it made.
    this.made.push(made);
    this.options.say(`+ ${kind} ${namespace}/${name}`);
    try {
      return await this.api.create(path, object, this.options.signal);
    } catch (error) {
      if (error instanceof ApiError) made.gone = true;
      throw error;
    }
  }

  /** Polls until no pod is on its way any more. */
  private async started(namespaces: readonly string[]): Promise<void> {
    const { run, startMs, signal } = this.options;
    const end = this.clock.now() + startMs;
    const waiting = new Map(
      [...this.pods].flatMap(([key, t]) =>
        "name" in t && namespaces.includes(t.namespace) ? [[`${t.namespace}/${t.name}`, key] as const] : [],
      ),
    );
    for (let wait = 250; waiting.size > 0; wait = Math.min(2000, wait * 1.5)) {
      signal?.throwIfAborted();
      const late = this.clock.now() >= end;
      for (const namespace of new Set([...waiting.keys()].map((n) => n.split("/")[0] ?? ""))) {
        const pods = await this.api.list(
          core(namespace, "pods"),
          { labelSelector: `${RUN_LABEL}=${run}` },
          signal,
        );
        const there = new Map(pods.map((p) => [p.metadata.name, p]));
        for (const [full, key] of [...waiting].filter(([n]) => n.startsWith(`${namespace}/`))) {
          const state = podState(there.get(full.slice(namespace.length + 1)));
          if (state.now === "runs") waiting.delete(full);
          else if (state.now === "never" || late) {
            this.pods.set(key, { broken: `the probe pod of ${key} does not run: ${state.why}` });
            waiting.delete(full);
          }
        }
      }
      if (waiting.size > 0) await this.clock.sleep(wait, signal);
    }
  }

  /** Takes away what was made. Not stopped by the run's signal; tells what is left. */
  async remove(): Promise<void> {
    const left = this.made.filter((m) => !m.gone);
    // Pods first: the anchor would take them too, but nobody then says when.
    for (const kind of ["Pod", "ConfigMap"] as const) {
      await inParallel(
        left.filter((m) => m.kind === kind),
        this.options.parallel,
        async (m) => {
          try {
            await this.api.remove(core(m.namespace, kind === "Pod" ? "pods" : "configmaps", m.name));
            m.gone = true;
          } catch (error) {
            this.options.say(`! ${kind} ${m.namespace}/${m.name} is still there: ${reasonOf(error)}`);
          }
        },
      );
    }
  }
}

interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: { state?: { waiting?: { reason?: string; message?: string } } }[];
}

/** Whether a pod runs, may still run, or never will, and why. */
export function podState(pod: KubeObject | undefined): { now: "runs" | "waits" | "never"; why: string } {
  if (pod === undefined) return { now: "never", why: "somebody removed it" };
  const status = (pod["status"] ?? {}) as PodStatus;
  if (status.phase === "Running") return { now: "runs", why: "" };
  if (status.phase === "Failed" || status.phase === "Succeeded")
    return { now: "never", why: status.message ?? status.reason ?? `it is ${status.phase}` };
  const waiting = status.containerStatuses?.map((c) => c.state?.waiting).find((w) => w?.reason !== undefined);
  const why = [waiting?.reason, waiting?.message].filter((t) => t !== undefined && t !== "").join(": ");
  if (/^(InvalidImageName|ErrImageNeverPull|CreateContainerConfigError)$/.test(waiting?.reason ?? ""))
    return { now: "never", why };
  const unscheduled = status.conditions?.find((c) => c.type === "PodScheduled" && c.status === "False");
  return { now: "waits", why: why !== "" ? why : (unscheduled?.message ?? "it has not started in time") };
}

/** Whose leftovers these are: of a process on this machine that is gone, or of a run past its end. */
export function abandoned(
  object: KubeObject,
  now: number,
  lifetimeSeconds: number,
  alive: (pid: number) => boolean | undefined = seenAlive,
): boolean {
  const [host = "", pid = ""] = (object.metadata.annotations?.[OWNER] ?? "").split(" ");
  const lives = host === hostname() ? alive(Number(pid)) : undefined;
  if (lives !== undefined) return !lives;
  const made = Date.parse((object.metadata["creationTimestamp"] as string | undefined) ?? "");
  return !Number.isFinite(made) || now - made > lifetimeSeconds * 1000;
}

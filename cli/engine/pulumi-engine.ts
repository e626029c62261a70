import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  LocalWorkspace,
  Stack,
  type EngineEvent,
  type LocalWorkspaceOptions,
  type PulumiCommand,
} from "@pulumi/pulumi/automation";
import { TAG_CLASS, type Tags } from "../../classroom/environment-record";
import {
  type Engine,
  type OperationOptions,
  type Settled,
  type StackState,
  type StackSummary,
  type UpOptions,
} from "./engine";
import { detached } from "./pulumi-command";
import { progressOf, replacing } from "./engine-events";
import { engineError } from "./engine-errors";
import { rememberedAs, rememberedIn, settledState, stateFrom, type ExportedState } from "./pulumi-state";
import { keepPrivate, readSettings, writeSettings, type StackSettings } from "./stack-settings";

export interface PulumiEngineOptions {
  command: PulumiCommand;
  /** Folder of Pulumi.yaml. */
  workDir: string;
  /** Name in Pulumi.yaml. */
  project: string;
  env: Record<string, string>;
  /** Folder for the log of each student's updates. */
  logs: string;
  /** Runs a command of the CLI and gives what it prints. @default in a process group of its own */
  run?: (args: string[]) => Promise<string>;
}

/** Stacks of the project by the Automation API. One process of the CLI per call; nothing is cached. */
export class PulumiEngine implements Engine {
  readonly #opts: PulumiEngineOptions;
  constructor(opts: PulumiEngineOptions) {
    this.#opts = opts;
  }

  async list(className?: string): Promise<StackSummary[]> {
    const tag = className === undefined ? TAG_CLASS : `${TAG_CLASS}=${className}`;
    return this.#list(["--tag", tag]);
  }

  listAll(): Promise<StackSummary[]> {
    return this.#list([]);
  }

  async #list(which: string[]): Promise<StackSummary[]> {
    const stacks = JSON.parse(await this.#cli(["stack", "ls", "--json", ...which])) as {
      name: string;
      lastUpdate?: string;
      updateInProgress?: boolean;
      resourceCount?: number;
    }[];
    return stacks.map((s) => ({
      // Pulumi Cloud may put the organization before it.
      name: s.name.replace(/^.*\//, ""),
      updating: s.updateInProgress === true,
      ...(s.resourceCount === undefined ? {} : { resources: s.resourceCount }),
      ...(s.lastUpdate === undefined || s.lastUpdate === "n/a"
        ? {}
        : { lastUpdate: Date.parse(s.lastUpdate) }),
    }));
  }

  async create(stack: string): Promise<void> {
    try {
      // Not by the API's createStack: that would also make it the one that `pulumi up` in this folder means.
      await this.#cli(["stack", "init", "--no-select", "--stack", stack]);
    } catch (e) {
      if (!/already exists/.test(e instanceof Error ? e.message : "")) throw e;
    }
  }

  async tags(stack: string): Promise<Tags> {
    return JSON.parse(await this.#cli(["stack", "tag", "ls", "--json", "--stack", stack])) as Tags;
  }

  async setTag(stack: string, name: string, value: string): Promise<void> {
    await this.#cli(["stack", "tag", "set", name, value, "--stack", stack]);
  }

  async config(stack: string): Promise<Record<string, unknown>> {
    return (await this.#settings(stack))?.config ?? {};
  }

  async setConfig(stack: string, config: Readonly<Record<string, unknown>>): Promise<void> {
    const { workDir, project } = this.#opts;
    const rest = (await this.#settings(stack))?.rest ?? {};
    writeSettings(workDir, stack, project, { rest, config: { ...config } });
  }

  /** The stack's file; where another machine made the stack, it is fetched from its last update, with its salt. */
  async #settings(stack: string): Promise<StackSettings | undefined> {
    const { workDir, project } = this.#opts;
    const here = readSettings(workDir, stack, project);
    if (here !== undefined) return here;
    try {
      await this.#cli(["config", "refresh", "--force", "--stack", stack]);
    } catch (e) {
      if (!/no previous deployment/.test(e instanceof Error ? e.message : "")) throw e;
    }
    keepPrivate(workDir, stack);
    return readSettings(workDir, stack, project);
  }

  preview(stack: string, opts: UpOptions): Promise<void> {
    return this.#update(stack, opts, (s, common) => s.preview({ ...common, ...changing(opts) }));
  }

  up(stack: string, opts: UpOptions): Promise<void> {
    return this.#update(stack, opts, (s, common) =>
      s.up({ ...common, ...changing(opts), suppressOutputs: true }),
    );
  }

  destroy(stack: string, opts: OperationOptions): Promise<void> {
    return this.#update(stack, opts, (s, common) => s.destroy(common));
  }

  async assertIdle(stack: string): Promise<void> {
    // A refresh of nothing takes the lock and changes nothing. Previews take none; `--skip-pending-creates` keeps
    // what was begun and not ended in the state.
    await this.#cli([
      "refresh",
      "--yes",
      "--skip-preview",
      "--skip-pending-creates",
      "--exclude",
      "**",
      "--stack",
      stack,
    ]);
  }

  async cancel(stack: string): Promise<void> {
    await this.#cli(["cancel", "--yes", "--stack", stack]);
  }

  async state(stack: string): Promise<StackState> {
    const [exported, tags] = await Promise.all([this.#export(stack), this.tags(stack)]);
    return stateFrom(exported, tags);
  }

  async settle(stack: string, settled: Settled): Promise<void> {
    const exported = await this.#export(stack);
    const next = settledState(exported, settled);
    const known = rememberedIn(await this.tags(stack));
    for (const { resource, type } of next.deployment.pending_operations ?? []) {
      const [tag, value] = rememberedAs(resource.urn);
      if (type === "creating" && !known.includes(value)) await this.setTag(stack, tag, value);
    }
    await this.#import(stack, next);
    for (const [tag, value] of [...settled.done, ...settled.adopted.map((a) => a.urn)].map(rememberedAs))
      if (known.includes(value)) await this.#cli(["stack", "tag", "rm", tag, "--stack", stack]);
    await this.#read(stack);
  }

  /** Reads from their providers what was adopted by its id alone. */
  async #read(stack: string): Promise<void> {
    const { resources } = stateFrom(await this.#export(stack), {});
    const unread = resources.filter((r) => r.unread === true).flatMap((r) => ["--target", r.urn]);
    if (unread.length > 0)
      await this.#cli([
        "refresh",
        "--yes",
        "--skip-preview",
        "--skip-pending-creates",
        ...unread,
        "--stack",
        stack,
      ]);
  }

  async kubeconfigs(stack: string): Promise<ReadonlyMap<string, string>> {
    const shown = JSON.parse(
      await this.#cli(["stack", "export", "--show-secrets", "--stack", stack]),
    ) as ExportedState;
    return new Map(
      (shown.deployment.resources ?? []).flatMap(({ type, urn, inputs }) => {
        const kubeconfig =
          type === "pulumi:providers:kubernetes" ? plainText(inputs?.["kubeconfig"]) : undefined;
        return kubeconfig === undefined ? [] : [[urn, kubeconfig] as const];
      }),
    );
  }

  async remove(stack: string): Promise<void> {
    await this.#cli(["stack", "rm", "--yes", stack]);
  }

  async outputs(stack: string): Promise<Record<string, unknown>> {
    const text = await this.#cli(["stack", "output", "--json", "--show-secrets", "--stack", stack]);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** The state as the backend has it: secrets stay encrypted (the API's exportStack would show them). */
  async #export(stack: string): Promise<ExportedState> {
    return JSON.parse(await this.#cli(["stack", "export", "--stack", stack])) as ExportedState;
  }

  async #import(stack: string, state: ExportedState): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "labs-state-"));
    try {
      const file = join(folder, "state.json");
      writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
      await this.#cli(["stack", "import", "--file", file, "--stack", stack]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  async #cli(args: string[]): Promise<string> {
    const { command, workDir, env, run } = this.#opts;
    try {
      if (run !== undefined) return await run(args);
      return (await detached(command).run(args, workDir, env)).stdout;
    } catch (e) {
      throw engineError(e);
    }
  }

  async #update(
    stack: string,
    opts: OperationOptions,
    operation: (s: Stack, common: Common) => Promise<unknown>,
  ): Promise<void> {
    const { command, workDir, env, logs } = this.#opts;
    const { onOutput, onProgress, onReplace, cancel, kill } = opts;
    const heard = [
      ...(onProgress ? [progressOf(onProgress)] : []),
      ...(onReplace ? [replacing(onReplace)] : []),
    ];
    const log = onOutput === undefined ? { log: join(logs, `${stack}.log`) } : {};
    const workspace = await LocalWorkspace.create({
      workDir,
      envVars: env,
      pulumiCommand: detached(command, { ...log, kill }),
    } satisfies LocalWorkspaceOptions);
    // Every call names its stack; selecting would only change which one the user's own `pulumi up` means.
    workspace.selectStack = () => Promise.resolve();
    try {
      const s = await Stack.select(stack, workspace);
      await operation(s, {
        signal: cancel,
        color: opts.colour === true ? "always" : "never",
        ...(heard.length === 0
          ? {}
          : {
              onEvent: (event: EngineEvent) => {
                for (const hear of heard) hear(event);
              },
            }),
        ...(onOutput === undefined ? {} : { onOutput, onError: onOutput }),
      });
    } catch (e) {
      throw engineError(e, opts);
    }
  }
}

interface Common {
  signal: AbortSignal;
  color: "always" | "never";
  onEvent?: (e: EngineEvent) => void;
  onOutput?: (text: string) => void;
  onError?: (text: string) => void;
}

const changing = ({ refresh, replace, expectNoChanges }: UpOptions): object => ({
  ...(refresh === true ? { refresh } : {}),
  ...(expectNoChanges === true ? { expectNoChanges } : {}),
  ...(replace === undefined || replace.length === 0 ? {} : { replace: [...replace] }),
});

/** Signature of a secret in an exported state (sdk/go/common/resource/properties.go). */
const SECRET = "4dabf18193072939515e22adb298388d";

/** A text of a state whose secrets are shown: there they stand as JSON in an envelope of their own. */
function plainText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !(SECRET in value)) return undefined;
  const { plaintext } = value as { plaintext?: string };
  const text: unknown = plaintext === undefined ? undefined : JSON.parse(plaintext);
  return typeof text === "string" ? text : undefined;
}

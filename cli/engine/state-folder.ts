import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { TAG_CLASS, type Tags } from "../../classroom/environment-record";
import { UserError } from "../../kube/problems";
import { ownFolder } from "../../stacks/project-folders";
import { EngineError, type StackReader, type StackState, type StackSummary } from "./engine";
import { stateFrom, type ExportedState } from "./pulumi-state";

/** The latest state of a stack, as a backend in a folder keeps it (pulumi/pulumi, pkg/backend/diy/state.go). */
interface Checkpoint {
  checkpoint?: { latest?: ExportedState["deployment"] & { manifest?: { time?: string } } };
}

/** Reads stacks of a backend that is a folder, without Pulumi. It changes nothing there. */
export class StateFolder implements StackReader {
  readonly #folder: string;
  constructor(state: string, project: string) {
    this.#folder = join(state, ".pulumi", "stacks", project);
  }

  async list(className?: string): Promise<StackSummary[]> {
    const stacks: StackSummary[] = [];
    for (const name of this.#stacks()) {
      const found = (await this.tags(name))[TAG_CLASS];
      if (found === undefined || (className !== undefined && found !== className)) continue;
      const latest = this.#read(name).checkpoint?.latest;
      const time = Date.parse(latest?.manifest?.time ?? "");
      stacks.push({
        name,
        updating: false,
        resources: latest?.resources?.length ?? 0,
        // Go's zero time stands for none.
        ...(time > 0 ? { lastUpdate: time } : {}),
      });
    }
    return stacks;
  }

  tags(stack: string): Promise<Tags> {
    if (!this.#stacks().includes(stack)) throw new EngineError("gone", "there is no such stack");
    try {
      const text = readFileSync(join(this.#folder, `${stack}.pulumi-tags`), "utf8");
      return Promise.resolve((JSON.parse(text) as { tags?: Tags }).tags ?? {});
    } catch (error) {
      if (isMissing(error)) return Promise.resolve({});
      throw error;
    }
  }

  async state(stack: string): Promise<StackState> {
    const tags = await this.tags(stack);
    return stateFrom({ version: 3, deployment: this.#read(stack).checkpoint?.latest ?? {} }, tags);
  }

  #stacks(): string[] {
    try {
      const names = readdirSync(this.#folder).flatMap(
        (f) => /^(.+)\.json(?:\.gz|\.zst)?$/.exec(f)?.[1] ?? [],
      );
      return [...new Set(names)].sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #read(stack: string): Checkpoint {
    const file = join(this.#folder, `${stack}.json`);
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Checkpoint;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    try {
      return JSON.parse(gunzipSync(readFileSync(`${file}.gz`)).toString("utf8")) as Checkpoint;
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new UserError(`${file}.zst is compressed by zstd: the Pulumi CLI is needed to read it`);
    }
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Folder of the state; undefined where the backend is none. */
export function stateFolderOf(env: NodeJS.ProcessEnv = process.env, own = ownFolder): string | undefined {
  const backend = env["PULUMI_BACKEND_URL"];
  if (backend === undefined) return join(own, "state");
  if (!backend.startsWith("file://")) return undefined;
  const path = backend.replace(/\?.*$/, "");
  return path.startsWith("file:///")
    ? fileURLToPath(path)
    : path.slice("file://".length).replace(/^~/, env["HOME"] ?? "~");
}

import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { RawConfig } from "../config/load-config";
import { PROJECT } from "../stack-plan";
import { mockOutputs } from "./mock-outputs";
import { readOutputs, readRequest, type Registered } from "./registration";

export interface OfflineRun {
  /** In order of creation. */
  resources: Registered[];
  /** Outputs of the stack as registered: secrets masked. */
  outputs: Record<string, unknown>;
}

export interface OfflineOptions {
  stack: string;
  raw: RawConfig;
  /** As in a preview, what only the provider knows is unknown; else as in an update. @default true */
  preview?: boolean;
  /** Answers of provider functions (`aws.getRegion` …) and further outputs, over the defaults. */
  call?: (args: pulumi.runtime.MockCallArgs) => Record<string, unknown> | Promise<Record<string, unknown>>;
  outputs?: (args: pulumi.runtime.MockResourceArgs, preview: boolean) => Record<string, unknown> | undefined;
  /** Makes a resource in the place of a provider, and gives its id and outputs; undefined where mocks answer. */
  make?: (asked: Registered) => Promise<{ id: string; outputs: Record<string, unknown> } | undefined>;
}

type Program = () => Promise<Record<string, unknown>>;

/**
 * Runs a program as the engine would, in Pulumi's mock runtime, and gives back every registration request. The mocks
 * themselves see no options (parents, dependencies, deletedWith): those are read from the requests.
 */
export async function runOffline(options: OfflineOptions, program: Program): Promise<OfflineRun> {
  const preview = options.preview ?? true;
  const resources: Registered[] = [];
  const failures: unknown[] = [];
  // What is thrown inside an apply surfaces only here.
  const onFailure = (error: unknown): void => void failures.push(error);
  process.on("unhandledRejection", onFailure);
  const heard: { outputs: Record<string, unknown> } = { outputs: {} };
  const asked = new Map<string, Registered>();
  const restore = record(resources, heard, options.make === undefined ? undefined : asked);
  const traced = untraced();
  try {
    await pulumi.runtime.setMocks(
      {
        newResource: async (args) => {
          const resource = asked.get(`${args.type} ${args.name}`);
          const made = resource === undefined ? undefined : await options.make?.(resource);
          const mocked = options.outputs?.(args, preview) ?? mockOutputs(args, preview);
          return {
            // Without an id in a preview: a known id would make everything that reads it known.
            id: made?.id ?? (preview && args.custom !== false ? "" : `${args.name}-id`),
            state: made === undefined ? mocked : { ...mocked, ...made.outputs },
          };
        },
        call: (args) => options.call?.(args) ?? (args.inputs as Record<string, unknown>),
      },
      PROJECT,
      options.stack,
      preview,
    );
    await pulumi.runtime.runInPulumiStack(program);
    // The program has returned, but its registrations may still be under way.
    await pulumi.runtime.disconnect();
    if (failures.length > 0) throw failures[0];
    return { resources: resources.sort((a, b) => a.index - b.index), outputs: heard.outputs };
  } finally {
    restore();
    traced();
    // A program that throws rejects promises of the runtime too, which nobody waits for: they are seen a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", onFailure);
  }
}

/**
 * The runtime notes where each of its promises and resources was made, for reports of leaks and positions that a plan
 * does not want: most of the time of a run. Gives back how to have it again.
 */
function untraced(): () => void {
  const runtime = createRequire(__filename)("@pulumi/pulumi/runtime/debuggable") as PromiseTracer;
  const resource = pulumi.Resource as unknown as ResourceTracer;
  if (runtime.debugPromiseLeaks) return () => undefined;
  const { debuggablePromise } = runtime;
  const { stackTrace } = resource;
  runtime.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  resource.stackTrace = () => [];
  return () => {
    runtime.debuggablePromise = debuggablePromise;
    resource.stackTrace = stackTrace;
  };
}

interface PromiseTracer {
  debugPromiseLeaks: boolean;
  debuggablePromise: (promise: unknown, context: unknown) => unknown;
}

interface ResourceTracer {
  stackTrace: (skip: number) => unknown[];
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

interface Monitor {
  registerResource: (this: Monitor, request: unknown, callback: Callback) => Promise<void>;
  registerResourceOutputs: (this: Monitor, request: OutputsRequest, callback: Callback) => void;
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** Listens to the requests of the mock monitor, before they are answered in `asked`; gives back how to stop. */
function record(
  into: Registered[],
  heard: { outputs: Record<string, unknown> },
  asked?: Map<string, Registered>,
): () => void {
  const monitor = MockMonitor.prototype as unknown as Monitor;
  const { registerResource, registerResourceOutputs } = monitor;
  let index = 0;
  monitor.registerResource = function (this: Monitor, request, callback) {
    const mine = index++;
    if (asked !== undefined) {
      const resource = readRequest(request, "", mine);
      asked.set(`${resource.type} ${resource.name}`, resource);
    }
    return registerResource.call(this, request, (error, response) => {
      if (response !== undefined) into.push(readRequest(request, response.getUrn(), mine));
      callback(error, response);
    });
  };
  monitor.registerResourceOutputs = function (this: Monitor, request, callback) {
    if (request.getUrn().includes("::pulumi:pulumi:Stack::"))
      heard.outputs = readOutputs(request.getOutputs()?.toJavaScript() ?? {});
    registerResourceOutputs.call(this, request, callback);
  };
  return () => {
    Object.assign(monitor, { registerResource, registerResourceOutputs });
  };
}

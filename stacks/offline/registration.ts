import { UNKNOWN } from "../../packages/reach/src/selector";

/** Marks on the wire between program and engine (pulumi/pulumi sdk/nodejs/runtime/rpc.ts). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** What stands in the place of a secret. */
export const MASK = "[secret]";

/** A resource as the program asks the engine for it: the whole of one registration request. */
export interface Registered {
  /** Place in the order of creation, from 0. */
  index: number;
  urn: string;
  type: string;
  name: string;
  /** A resource of a provider; false for components. */
  custom: boolean;
  /** A component that another program makes (@pulumi/eks): one opaque registration. */
  remote: boolean;
  parent?: string;
  /** Inputs with secrets masked; `UNKNOWN` where a value is not known before deployment. */
  inputs: Record<string, unknown>;
  /** Inputs as they are: for tests and the evaluator, never to be printed. */
  unmasked: Record<string, unknown>;
  /** Property paths that are secret. */
  secrets: string[];
  /** URNs, expanded: a component stands for its children. */
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** URN of the provider; empty for a default provider. */
  provider: string;
  /** Package → URN of the provider that children of a component get. */
  providers: Record<string, string>;
  deletedWith?: string;
  /** What stands already and is taken over under this id. */
  importId?: string;
  protect: boolean;
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  timeouts: { create: string; update: string; delete: string };
  /** Names under which the engine looks for the resource too. */
  aliases: string[];
}

/** The getters of the request message that are read here. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getRemote(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { forEach(f: (v: { getUrnsList(): string[] }, key: string) => void): void };
  getProvider(): string;
  getProvidersMap(): { forEach(f: (v: string, key: string) => void): void };
  getDeletedwith(): string;
  getProtect(): boolean;
  getImportid(): string;
  getDeletebeforereplace(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
  getAliasesList(): { getSpec(): { getName(): string } | undefined }[];
}

/** Reads a registration request; `urn` is what the monitor gave the resource. */
export function readRequest(request: unknown, urn: string, index: number): Registered {
  const req = request as Request;
  const raw = req.getObject()?.toJavaScript() ?? {};
  const secrets: string[] = [];
  const propertyDependencies: Record<string, string[]> = {};
  req.getPropertydependenciesMap().forEach((v, key) => {
    propertyDependencies[key] = [...new Set(v.getUrnsList())];
  });
  const providers: Record<string, string> = {};
  req.getProvidersMap().forEach((v, key) => {
    providers[key] = urnOfReference(v);
  });
  const timeouts = req.getCustomtimeouts();
  return {
    index,
    urn,
    type: req.getType(),
    name: req.getName(),
    custom: req.getCustom(),
    remote: req.getRemote(),
    ...(req.getParent() === "" ? {} : { parent: req.getParent() }),
    inputs: decode(raw, "", true, secrets) as Record<string, unknown>,
    unmasked: decode(raw, "", false, []) as Record<string, unknown>,
    secrets,
    // Resource references stand in the list twice.
    dependencies: [...new Set(req.getDependenciesList())],
    propertyDependencies,
    provider: urnOfReference(req.getProvider()),
    providers,
    ...(req.getDeletedwith() === "" ? {} : { deletedWith: req.getDeletedwith() }),
    ...(req.getImportid() === "" ? {} : { importId: req.getImportid() }),
    protect: req.getProtect(),
    deleteBeforeReplace: req.getDeletebeforereplace(),
    retainOnDelete: req.getRetainondelete(),
    ignoreChanges: req.getIgnorechangesList(),
    additionalSecretOutputs: req.getAdditionalsecretoutputsList(),
    timeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
    },
    // An alias of another type alone has no name.
    aliases: req
      .getAliasesList()
      .flatMap((a) => a.getSpec()?.getName() ?? [])
      .filter((n) => n !== ""),
  };
}

/** Outputs of the stack as registered: secrets masked. */
export function readOutputs(raw: Record<string, unknown>): Record<string, unknown> {
  return decode(raw, "", true, []) as Record<string, unknown>;
}

/** A provider reference is `urn::id`; without a provider it is empty. */
function urnOfReference(reference: string): string {
  const end = reference.lastIndexOf("::");
  return end === -1 ? "" : reference.slice(0, end);
}

function decode(value: unknown, path: string, mask: boolean, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((v: unknown, i) => decode(v, `${path}[${i}]`, mask, secrets));
  if (typeof value !== "object" || value === null) return value;
  const o = value as Record<string, unknown>;
  if (o[SIGNATURE] === SECRET) {
    secrets.push(path);
    return mask ? MASK : decode(o["value"], path, mask, []);
  }
  if (o[SIGNATURE] === RESOURCE)
    return {
      resource: o["urn"],
      ...(o["id"] === undefined ? {} : { id: o["id"] === "" ? UNKNOWN : o["id"] }),
    };
  return Object.fromEntries(
    Object.entries(o).map(([k, v]) => [k, decode(v, path === "" ? k : `${path}.${k}`, mask, secrets)]),
  );
}

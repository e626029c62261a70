/**
 * What libraries load at start and commands here need seldom or never is loaded when somebody asks for it: half the time
 * of a plan. To be imported before those libraries.
 */
import { Module, createRequire } from "node:module";

const load = createRequire(__filename);

const SELDOM = [
  // These turn functions into text, for dynamic providers and Lambda callbacks.
  "@npmcli/arborist",
  "normalize-package-data",
  "@pulumi/pulumi/typescript-shim",
  // Runs the engine's command: `up`, `step` and `students` do, a plan does not.
  "@pulumi/pulumi/automation",
  // Messages in sixty languages; English, the default, is loaded by itself.
  "zod/v4/locales",
];

const sdk = load.resolve("@pulumi/pulumi");
for (const name of SELDOM) standIn(load.resolve(name, { paths: [sdk, __dirname] }));

/** Puts a stand-in where `require` looks first; what reads anything from it gets the module itself. */
function standIn(path: string): void {
  if (load.cache[path] !== undefined) return;
  const module = new Module(path);
  let real: object | undefined;
  const exports = (): object => {
    if (real !== undefined) return real;
    if (load.cache[path] === module) Reflect.deleteProperty(load.cache, path);
    return (real = load(path) as object);
  };
  module.filename = path;
  module.loaded = true;
  module.exports = new Proxy(
    {},
    {
      get: (_, key): unknown => {
        // How compiled code asks what sort of module it got.
        if (key === "__esModule") return true;
        return key === "default" && !("default" in exports()) ? exports() : Reflect.get(exports(), key);
      },
      has: (_, key) => Reflect.has(exports(), key),
      ownKeys: () => Reflect.ownKeys(exports()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(exports(), key);
        return found && { ...found, configurable: true };
      },
    },
  );
  load.cache[path] = module;
}

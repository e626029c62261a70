/**
 * The second baseline: a plain program that registers the very same resources, from a list, with nothing planned. The
 * file is named by BENCH_RESOURCES.
 */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Registered } from "../../stacks/offline/registration";
import "./bare-program";

class Provider extends pulumi.ProviderResource {}
class Custom extends pulumi.CustomResource {}
class Component extends pulumi.ComponentResource {}

/** In the order of creation: what a resource refers to is there before it. */
function register(resources: readonly Registered[]): void {
  const made = new Map<string, pulumi.Resource>();
  for (const { urn, type, name, custom, remote, unmasked, parent, provider, dependencies } of resources) {
    if (type === "pulumi:pulumi:Stack") continue;
    const owner = made.get(parent ?? "");
    const options = {
      ...(owner === undefined ? {} : { parent: owner }),
      dependsOn: dependencies.flatMap((d) => made.get(d) ?? []),
    };
    // The engine names a provider by its URN and its id.
    const given = [...made].find(([of]) => `${provider}::`.startsWith(`${of}::`))?.[1];
    const from = given instanceof pulumi.ProviderResource ? { provider: given } : {};
    made.set(
      urn,
      type.startsWith("pulumi:providers:")
        ? new Provider(type.slice("pulumi:providers:".length), name, unmasked, options)
        : custom
          ? new Custom(type, name, unmasked, { ...options, ...from })
          : new Component(type, name, unmasked, options, remote),
    );
  }
}

export = (): Promise<Record<string, never>> => {
  register(JSON.parse(readFileSync(process.env["BENCH_RESOURCES"] ?? "", "utf8")) as Registered[]);
  return Promise.resolve({});
};

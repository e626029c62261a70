import { Option, type Command } from "commander";
import { fromUser } from "../user-paths";
import type { MigrateFlags } from "./run-migrate";

const again = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** `labs migrate`: from ingress-nginx to Gateway API, with what changes. Needs only Node. */
export function addMigrate(labs: Command): void {
  labs
    .command("migrate")
    .description("convert Ingresses of ingress-nginx to Gateway API, and judge requests by both")
    .argument("<source>", "file or folder of manifests, `-` for standard input, or the name of a stack")
    .option("-o, --out <folder>", "write the objects there", fromUser)
    .option("--json", "print objects, notes and requests as JSON")
    .option(
      "--ask <file>",
      "judge the requests of this file (docs/migrate.md) instead of those derived",
      fromUser,
    )
    .option(
      "--request <request>",
      "judge this request, as often as you like: 'GET https://host/path -H \"X: y\"'",
      again,
    )
    .option("--class <name>", "class of the Ingresses (default: nginx; a stack's own)")
    .option("--gateway-class <name>", "class of the Gateway", "tigera-gateway-class")
    .option("--gateway <namespace/name>", "where the Gateway goes", "ingress-gateway/ingress")
    .option(
      "--default-certificate <namespace/secret>",
      "certificate for hosts with TLS that name no Secret (default: default-certificate beside the Gateway)",
    )
    .addOption(
      new Option("--for <implementation>", "whose own policies may stand beside the routes")
        .choices(["any", "envoy-gateway"])
        .default("any"),
    )
    .option("--all", "show the requests that stay the same, too")
    .action(async (source: string, flags: MigrateFlags) => {
      const { runMigrate } = await import("./run-migrate");
      await runMigrate(source, flags);
    });
}

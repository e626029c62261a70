/** The first baseline: a Pulumi program that imports what the kind stack's program imports, and makes nothing. */
import "@pulumi/command";
import "@pulumi/kubernetes";
import "cidr-tools";
import "cli-table3";
import "commander";
import "fastest-levenshtein";
import "picocolors";
import "yaml";
import "zod";

export = (): Promise<Record<string, never>> => Promise.resolve({});

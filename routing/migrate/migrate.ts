import type { KubeObject } from "../../kube/objects";
import { readGateways } from "../gateway/attach";
import { readTable } from "../nginx/table";
import type { HttpRequest } from "../request";
import { convert } from "./convert";
import type { MigrateOptions } from "./route-objects";
import { judge, type Judged } from "./judge";
import type { Note } from "./note";
import { notesOf } from "./notes";
import { requestsFor } from "./requests";
import { tidied } from "./tidy";

/** A conversion with its proof. */
export interface Migration {
  objects: readonly KubeObject[];
  notes: readonly Note[];
  requests: readonly Judged[];
}

/**
 * Converts the Ingresses among the objects that ingress-nginx serves to Gateway API objects, and judges requests by both:
 * those that the Ingresses suggest, or those that are given. Pure.
 * @throws ProblemsError for fields of a wrong type
 */
export function migrate(
  given: readonly KubeObject[],
  options: MigrateOptions & { className: string; ask?: readonly HttpRequest[] },
): Migration {
  const { objects, remarks } = tidied(given);
  const table = readTable(objects, options.className);
  const conversion = convert(table, options);
  const gateways = readGateways([...objects.filter((o) => o.kind === "Service"), ...conversion.objects]);
  return {
    objects: conversion.objects,
    notes: [
      ...remarks.map((r) => ({ ...r, outcome: "remark" as const })),
      ...notesOf(objects, table, conversion, options),
    ],
    requests: (options.ask ?? requestsFor(table)).map((r) => judge(r, table, gateways, conversion)),
  };
}

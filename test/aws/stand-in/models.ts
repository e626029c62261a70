import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A shape of a service model, as botocore writes it. */
export interface Shape {
  type:
    | "structure"
    | "list"
    | "map"
    | "string"
    | "integer"
    | "long"
    | "float"
    | "double"
    | "boolean"
    | "timestamp"
    | "blob";
  members?: Record<string, Reference>;
  required?: string[];
  member?: Reference;
  key?: Reference;
  value?: Reference;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  union?: boolean;
}

interface Reference {
  shape: string;
}

export interface ServiceModel {
  operations: Record<string, { input?: Reference; output?: Reference }>;
  shapes: Record<string, Shape>;
}

/** AWS's published models: what each operation takes and gives. */
export class Models {
  private readonly read = new Map<string, ServiceModel>();

  constructor(private readonly folder: string) {}

  /** @throws where botocore has no such service */
  service(name: string): ServiceModel {
    const known = this.read.get(name);
    if (known !== undefined) return known;
    const newest = readdirSync(join(this.folder, name)).sort().at(-1) ?? "";
    const file = join(this.folder, name, newest, "service-2.json.gz");
    const model = JSON.parse(gunzipSync(readFileSync(file)).toString()) as ServiceModel;
    this.read.set(name, model);
    return model;
  }
}

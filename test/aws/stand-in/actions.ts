import { readFileSync } from "node:fs";

interface Service {
  privileges: Record<string, { resource_types: Record<string, ResourceType> }>;
  resources: Record<string, { arn: string }>;
}

interface ResourceType {
  /** Empty for what holds whatever the resource is. */
  resource_type: string;
  required: boolean;
  condition_keys: string[];
}

/** An action of IAM: on what it works, and what a condition can ask. */
export interface Action {
  /** ARNs, `*` for any text, and condition keys for such a resource; empty where the action knows no resources. */
  resources: { name: string; arn: string; required: boolean; conditions: string[] }[];
  /** Condition keys whatever the resource is; `${TagKey}` for any tag. */
  conditions: string[];
}

/** AWS's Service Authorization Reference: which actions there are, and what each takes. */
export class ActionReference {
  private services: Record<string, Service> | undefined;

  constructor(private readonly file: string) {}

  /** `ec2:CreateTags`; undefined where AWS has no such action. */
  action(name: string): Action | undefined {
    const [prefix = "", action = ""] = name.split(":");
    this.services ??= JSON.parse(readFileSync(this.file, "utf8")) as Record<string, Service>;
    const service = this.services[prefix];
    const types = service?.privileges[action]?.resource_types;
    if (service === undefined || types === undefined) return undefined;
    return {
      conditions: types[""]?.condition_keys ?? [],
      resources: Object.values(types).flatMap(
        ({ resource_type: name, required, condition_keys: conditions }) => {
          const known = service.resources[name];
          return known === undefined
            ? []
            : [{ name, required, conditions, arn: known.arn.replace(/\$\{\w+\}/g, "*") }];
        },
      ),
    };
  }
}

/** Whether there is a text that both patterns match; `*` stands for any text. */
export function meet(a: string, b: string): boolean {
  // meets[j]: whether the rest of a, from the row's place on, and the rest of b from j on have a text in common.
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      const [x, y] = [a[i], b[j]];
      if (x === undefined && y === undefined) row[j] = true;
      else if (x === "*") row[j] = below[j] === true || (y !== undefined && row[j + 1] === true);
      else if (y === "*") row[j] = row[j + 1] === true || (x !== undefined && below[j] === true);
      else row[j] = x !== undefined && x === y && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

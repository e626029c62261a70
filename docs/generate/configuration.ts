import { z } from "zod";
import { configSchema } from "../../stacks/config/stack-config";
import { generate } from "./pages";

interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  minimum?: number;
  maximum?: number;
}

/** docs/configuration.md, from the schema: every key with meaning, type and default. */
function configurationPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const rows = keys(schema, "");
  return [
    "# Configuration of a stack",
    "",
    "Keys of `Pulumi.<stack>.yaml`, all in the namespace `k8s-network-labs:`. This page is made from the schema (`npm run docs`).",
    "Unknown keys are errors, and every error is told at once. Set a key with `pulumi config set --path <key> <value>`, or in the file.",
    "",
    "| key | meaning | type | default |",
    "|---|---|---|---|",
    ...rows.map(
      (r) =>
        `| \`${r.key}\` | ${cell(r.meaning)} | ${cell(r.type)} | ${r.fallback === "" ? "" : `\`${cell(r.fallback)}\``} |`,
    ),
    "",
  ].join("\n");
}

interface Row {
  key: string;
  meaning: string;
  type: string;
  fallback: string;
}

function keys(schema: JsonSchema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, s]) => {
    const key = prefix + name;
    const own = { key, meaning: s.description ?? "", type: typeOf(s), fallback: fallbackOf(s) };
    return [own, ...below(s, key)];
  });
}

function below(s: JsonSchema, key: string): Row[] {
  const object = [s, ...(s.anyOf ?? [])].find((o) => o.properties !== undefined);
  if (object !== undefined) return keys(object, `${key}.`);
  const item = [s.items, ...(s.anyOf ?? []).map((o) => o.items)].find((o) => o !== undefined);
  if (item !== undefined) return below(item, `${key}[]`);
  if (typeof s.additionalProperties === "object") return below(s.additionalProperties, `${key}.<name>`);
  return [];
}

function typeOf(s: JsonSchema): string {
  if (s.enum !== undefined) return s.enum.map((v) => `\`${String(v)}\``).join(", ");
  if (s.anyOf !== undefined)
    return [...new Set(s.anyOf.map(typeOf))].filter((t) => t !== "null").join(" or ");
  if (s.type === "array") return `list of ${s.items === undefined ? "values" : typeOf(s.items)}`;
  if (s.type === "object")
    return s.properties === undefined && typeof s.additionalProperties === "object"
      ? `name → ${typeOf(s.additionalProperties)}`
      : "section";
  if (s.type === "integer") return range(s);
  return String(s.type ?? "any");
}

function range(s: JsonSchema): string {
  const { minimum, maximum } = s;
  if (minimum === undefined || maximum === undefined || maximum > 1e9) return "integer";
  return `integer, ${minimum} to ${maximum}`;
}

function fallbackOf(s: JsonSchema): string {
  if (
    s.default === undefined ||
    (typeof s.default === "object" && s.default !== null && Object.keys(s.default).length === 0)
  )
    return "";
  return typeof s.default === "string" ? s.default : JSON.stringify(s.default);
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

generate({ "docs/configuration.md": configurationPage() }, { from: "the schema", command: "npm run docs" });

// The class of review environments for standard output, with who may reach their API servers: $REVIEW_CIDRS, a JSON list
// of the networks of the runner and of reviewers. Without it nobody could, not even the runner that builds them.
import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";

let cidrs;
try {
  cidrs = JSON.parse(process.env.REVIEW_CIDRS || "[]");
} catch {
  cidrs = undefined;
}
if (!Array.isArray(cidrs) || cidrs.length === 0 || cidrs.some((c) => typeof c !== "string")) {
  console.error(
    `REVIEW_CIDRS is ${JSON.stringify(process.env.REVIEW_CIDRS ?? "")}: set the repository's variable to the networks of ` +
      'the runner and of reviewers, such as ["192.0.2.7/32"]; without it nobody reaches the cluster, nor can build in it',
  );
  process.exit(1);
}
const cls = parse(readFileSync(".github/review/class.yaml", "utf8"));
const eks = cls.config?.eks ?? {};
cls.config = { ...cls.config, eks: { ...eks, endpoint: { ...eks.endpoint, publicCidrs: cidrs } } };
process.stdout.write(stringify(cls));

// Makes a committed stack's file one that an engine can preview: the range for documents in `endpoint.publicCidrs`
// becomes GitHub's own (nothing is deployed), and what costs gets an owner and an expiry, as the guardrails ask.
import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";

const file = `Pulumi.${process.argv[2]}.yaml`;
const project = "k8s-network-labs";
const document = parseDocument(readFileSync(file, "utf8"));
const target = document.getIn(["config", `${project}:target`]);
if (target === "eks" || target === "ec2") {
  document.setIn(["config", `${project}:${target}`, "endpoint", "publicCidrs"], ["192.30.252.0/22"]);
  document.setIn(["config", `${project}:owner`], "preview");
  // Without quotes the engine would hand on a time in another form.
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  const expires = document.createNode(tomorrow);
  expires.type = "QUOTE_DOUBLE";
  document.setIn(["config", `${project}:expires`], expires);
  writeFileSync(file, document.toString());
}

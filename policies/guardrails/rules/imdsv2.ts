import { at, isUnknown, unknown, violation, type Finding, type Rule, type Subject } from "../rule";

/** With IMDSv1 any request that a pod can be made to send gets the node's credentials. */
export const imdsv2: Rule = {
  name: "imdsv2",
  description: "Nodes answer metadata requests with a session token only (IMDSv2).",
  check: (s) => {
    switch (s.type) {
      case "aws:ec2/launchTemplate:LaunchTemplate":
      case "aws:ec2/instance:Instance":
      case "aws:ec2/launchConfiguration:LaunchConfiguration":
        return tokens(s);
      case "eks:index:ManagedNodeGroup":
        return managed(s);
      case "aws:eks/nodeGroup:NodeGroup":
        return at(s.props, "launchTemplate") == null
          ? [
              violation(
                "launchTemplate",
                "nothing says that IMDSv2 is required",
                "give it a launch template with metadataOptions.httpTokens: required",
              ),
            ]
          : [];
      default:
        return [];
    }
  },
};

function tokens(s: Subject): Finding[] {
  const fix = "set metadataOptions.httpTokens to required";
  if (at(s.props, "metadataOptions.httpEndpoint") === "disabled") return [];
  const value = at(s.props, "metadataOptions.httpTokens");
  if (isUnknown(value)) return [unknown("metadataOptions.httpTokens", "whether IMDSv2 is required", fix)];
  return value === "required"
    ? []
    : [violation("metadataOptions.httpTokens", "metadata is served without a token", fix)];
}

function managed(s: Subject): Finding[] {
  const own = at(s.props, "enableIMDSv2");
  const fix = "set enableIMDSv2 to true, or give it a launch template that requires tokens";
  if (own === true || at(s.props, "launchTemplate") !== undefined) return [];
  if (isUnknown(own)) return [unknown("enableIMDSv2", "whether IMDSv2 is required", fix)];
  return [violation("enableIMDSv2", "metadata is served without a token", fix)];
}

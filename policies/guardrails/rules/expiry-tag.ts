import { at, isUnknown, unknown, violation, type Rule, type Subject } from "../rule";

/** The tag that `labs students reap` and people sweep by. */
export const EXPIRES = "labs:expires";

/** Types that cost money while they stand there. */
const COSTS: readonly string[] = [
  "aws:alb/loadBalancer:LoadBalancer",
  "aws:ebs/volume:Volume",
  "aws:ec2/eip:Eip",
  "aws:ec2/instance:Instance",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:efs/fileSystem:FileSystem",
  "aws:eks/cluster:Cluster",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:kms/key:Key",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:route53/zone:Zone",
];

/** What costs says until when: a forgotten cluster is then found by anybody who looks. */
export const expiryTag: Rule = {
  name: "expiry-tag",
  description: `Everything that costs money carries the tag ${EXPIRES}.`,
  check: (s) => {
    if (!COSTS.includes(s.type) || isFree(s)) return [];
    const fix = "set the stack's expiry: pulumi config set expires YYYY-MM-DDThh:mm:ssZ (UTC)";
    const places = [
      ["tags", at(s.props, "tags")],
      ["tagsAll", at(s.props, "tagsAll")],
      [
        "the provider's defaultTags",
        at(s.provider ?? {}, "defaultTags.tags") ?? at(parsed(s.provider), "tags"),
      ],
    ] as const;
    let unclear: string | undefined;
    for (const [path, tags] of places) {
      if (isUnknown(tags)) unclear ??= path;
      else if (typeof tags === "object" && tags !== null && EXPIRES in tags) {
        const value = (tags as Record<string, unknown>)[EXPIRES];
        if (isUnknown(value)) unclear ??= `${path}.${EXPIRES}`;
        else if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
          return [
            violation(
              `${path}.${EXPIRES}`,
              "is no moment in time",
              "an ISO time in UTC such as 2026-11-21T18:00:00Z",
            ),
          ];
        } else return [];
      }
    }
    if (unclear !== undefined) return [unknown(unclear, "until when it may cost money", fix)];
    // Without the provider the default tags cannot be seen; the engine merges them into tagsAll.
    if (s.provider === undefined && at(s.props, "tagsAll") === undefined) {
      return [unknown("tags", "whether the provider's default tags say until when it may cost money", fix)];
    }
    return [violation("tags", `costs money and has no tag ${EXPIRES}`, fix)];
  },
};

/** Gateway endpoints (S3, DynamoDB) cost nothing; gateway is what AWS makes when no type is said. */
function isFree(s: Subject): boolean {
  const kind = at(s.props, "vpcEndpointType");
  return s.type === "aws:ec2/vpcEndpoint:VpcEndpoint" && (kind === undefined || kind === "Gateway");
}

/** The engine hands a provider's nested inputs over as JSON text. */
function parsed(provider: Readonly<Record<string, unknown>> | undefined): unknown {
  const text = provider?.["defaultTags"];
  if (typeof text !== "string") return undefined;
  if (isUnknown(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

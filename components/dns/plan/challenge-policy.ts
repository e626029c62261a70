/** What cert-manager may do to answer DNS-01 challenges: read one zone, and write the TXT records there that prove a name (its Route 53 guide; names as AWS compares them: Route 53 guide, specifying-rrset-conditions). */
export function challengePolicy<T>(partition: string, zoneArn: T) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Wait",
        Effect: "Allow",
        Action: ["route53:GetChange"],
        Resource: [`arn:${partition}:route53:::change/*`],
      },
      {
        Sid: "Prove",
        Effect: "Allow",
        Action: ["route53:ChangeResourceRecordSets"],
        Resource: [zoneArn],
        Condition: {
          "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
          "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"],
          },
        },
      },
      { Sid: "Read", Effect: "Allow", Action: ["route53:ListResourceRecordSets"], Resource: [zoneArn] },
    ],
  };
}

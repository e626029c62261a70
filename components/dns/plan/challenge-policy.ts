/** What cert-manager may do to answer DNS-01 challenges: read and write TXT records of one zone (its Route 53 guide). */
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
        },
      },
      { Sid: "Read", Effect: "Allow", Action: ["route53:ListResourceRecordSets"], Resource: [zoneArn] },
    ],
  };
}

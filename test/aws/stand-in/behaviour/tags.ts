import type { Behaviour, Refused } from "./behaviour";

/** Tags of EC2, of which its model says nothing (EC2 guide, "Tag restrictions"). */
function tags(list: readonly { Key?: string; Value?: string }[]): Refused | undefined {
  const refuse = (message: string): Refused => ({ code: "InvalidParameterValue", message });
  if (list.length > 50) return { code: "TagLimitExceeded", message: "more than 50 tags" };
  for (const { Key = "", Value = "" } of list) {
    if (Key.length < 1 || Key.length > 128)
      return refuse(`Tag key '${Key}' has ${Key.length} characters, 1 to 128`);
    if (Value.length > 256) return refuse(`Tag value of '${Key}' exceeds 256 characters`);
    if (/^aws:/i.test(Key)) return refuse(`Tag keys starting with 'aws:' are reserved for internal use`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(Key + Value))
      return refuse(`Tag '${Key}' has characters that are not allowed`);
  }
  return undefined;
}

const tagged: Behaviour = {
  refuses: (input) => {
    const specifications = (input["TagSpecifications"] ?? []) as { Tags: { Key: string; Value: string }[] }[];
    return specifications.map((s) => tags(s.Tags)).find((r) => r !== undefined);
  },
};

const TAGGED = [
  "Vpc",
  "Subnet",
  "InternetGateway",
  "RouteTable",
  "NatGateway",
  "VpcEndpoint",
  "FlowLogs",
  "LaunchTemplate",
].map((what) => `ec2.Create${what}`);

/** Tags, of which EC2's model says nothing. */
export const tagBehaviours: Record<string, Behaviour> = {
  ...Object.fromEntries([...TAGGED, "ec2.AllocateAddress"].map((operation) => [operation, tagged])),
  "ec2.CreateTags": { refuses: (input) => tags(input["Tags"] as { Key: string; Value: string }[]) },
};

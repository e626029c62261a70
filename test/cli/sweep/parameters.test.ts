import type { AwsCall } from "../../../cli/sweep/aws-kind";
import { parameters } from "../../../cli/sweep/aws-parameters";

test("parameters below /labs/ are this project's by their tags alone, and go one by one", async () => {
  const calls: string[] = [];
  const aws: AwsCall = (service, operation, input = {}) => {
    calls.push(`${service} ${operation} ${JSON.stringify(input)}`);
    const mine = input["ResourceId"] === "/labs/labs-ec2/join";
    return Promise.resolve(
      operation === "DescribeParameters"
        ? { Parameters: [{ Name: "/labs/labs-ec2/join" }, { Name: "/labs/somebody/else" }] }
        : { TagList: mine ? [{ Key: "labs:cluster", Value: "labs-ec2" }] : [] },
    );
  };
  const scope = { region: "us-west-2", vpcs: new Map(), clusters: new Set<string>() };
  const found = await parameters.find(aws, scope);
  expect(found).toEqual([{ kind: "parameter", id: "/labs/labs-ec2/join", cluster: "labs-ec2" }]);
  await parameters.remove(aws, found);
  expect(calls.at(-1)).toBe('ssm DeleteParameter {"Name":"/labs/labs-ec2/join"}');
});

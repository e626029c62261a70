import { lookUpInstanceType } from "../../components/aws/plan/instance-types";
import { fromAws } from "../../components/eks/aws-lookup";
import { Aws } from "./stand-in/aws";
import { lookUp } from "./stand-in/functions";

let aws: Aws;
beforeAll(async () => {
  aws = await Aws.start();
});
afterAll(async () => aws.stop());

const typeOf = (instanceType: string): Promise<Parameters<typeof fromAws>[0]> =>
  lookUp(aws, "aws:ec2/getInstanceType:getInstanceType", { instanceType }) as never;

// moto's instance types are a copy of AWS's own answers.
test.each([
  "t3.medium",
  "t3.micro",
  "m5.large",
  "m5.metal",
  "c5.4xlarge",
  "m6g.large",
  "p4d.24xlarge",
  "g5.xlarge",
  "inf2.xlarge",
  "trn1.2xlarge",
])("%s: what AWS answers is what the table of this project says", async (name) => {
  expect(fromAws(await typeOf(name))).toEqual(lookUpInstanceType(name));
});

import { ec2Types } from "./ec2";
import { eksTypes } from "./eks";
import { iamTypes } from "./iam";
import { instanceTypes } from "./instances";
import { launchTemplate } from "./launch-template";
import { otherTypes } from "./others";
import type { ResourceType } from "./resource-type";

/** Every AWS resource that this project makes. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...ec2Types,
  ...eksTypes,
  ...iamTypes,
  ...instanceTypes,
  ...otherTypes,
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
};

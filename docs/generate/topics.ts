import { calico } from "./topics/calico";
import { calicoNetworking } from "./topics/calico-networking";
import { fromOutside } from "./topics/from-outside";
import { inKubernetes } from "./topics/in-kubernetes";
import { networking } from "./topics/networking";
import type { TopicGroup } from "./topics/topic";

export const topicGroups: readonly TopicGroup[] = [
  calico,
  networking,
  calicoNetworking,
  inKubernetes,
  fromOutside,
];

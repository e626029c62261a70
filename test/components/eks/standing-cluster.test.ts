import { desiredNow, plannedName } from "../../../components/eks/plan/standing-cluster";

test.each([
  ["a group that does not stand", undefined, undefined],
  ["the same bounds, whatever an autoscaler did", { min: 2, desired: 3, max: 4 }, undefined],
  ["more nodes at least", { min: 1, desired: 1, max: 4 }, 2],
  ["fewer nodes at most", { min: 2, desired: 6, max: 6 }, 4],
  ["a number that lies between the new bounds", { min: 1, desired: 3, max: 9 }, 3],
])("nodes of a group from now on: %s", (_, standing, desired) => {
  expect(desiredNow({ min: 2, max: 4 }, standing)).toBe(desired);
});

test.each([
  ["eks-nodes-workers-0a1b2c3", "workers"],
  ["eks-nodes-workers-a-0a1b2c3", "workers-a"],
  ["somebody-elses-0a1b2c3", undefined],
  ["eks-nodes-workers", undefined],
])("%s is the group %s of the plan", (name, planned) => {
  expect(plannedName(name)).toBe(planned);
});

import { createServer, type AddressInfo } from "node:net";
import { endpointReachProblems } from "../../../components/eks/endpoint-check";
import { eksSchema } from "../../../components/eks/eks-config";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { planEks } from "../../../components/eks/plan/eks-plan";
import type { StandingCluster } from "../../../components/eks/plan/standing-cluster";

// A private API server that this machine does not reach: `up` would wait at the first object in the cluster.
const closed = eksSchema.parse({ endpoint: { private: true } });
const cluster = (more: Partial<StandingCluster> = {}): StandingCluster => ({
  zones: ["us-west-2a", "us-west-2b"],
  nodeGroups: {},
  ...more,
});
const server = createServer((socket) => socket.end());
let port: number;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ({ port } = server.address() as AddressInfo);
});

test("reached, refused, and nothing to ask", async () => {
  const at = cluster({ endpoint: `https://127.0.0.1:${port}` });
  expect(await endpointReachProblems(closed, at)).toEqual([]);
  expect(await endpointReachProblems(closed, undefined)).toEqual([]);
  expect(await endpointReachProblems(closed, cluster())).toEqual([]);
  await new Promise((done) => server.close(done));
  expect(await endpointReachProblems(closed, at)).toMatchObject([
    {
      path: "eks.endpoint.private",
      message: expect.stringMatching(/does not reach .*ECONNREFUSED/) as string,
    },
  ]);
  const open = eksSchema.parse({ endpoint: { publicCidrs: ["198.51.101.7/32"] } });
  expect(await endpointReachProblems(open, at)).toEqual([]);
});

test.each([
  [undefined, /nothing reaches a VPC that is not made yet/],
  [cluster(), /must reach the VPC by a way of its own/],
  [cluster({ public: true }), /loses its public address/],
])("what a private API server means is told", (standing, note) => {
  const { warnings } = planEks(
    closed,
    { stack: "t", clusterName: "labs-t", kubernetes: "1.36", pools: [], today: new Date("2026-11-20") },
    { ...offlineFacts, ...(standing === undefined ? {} : { cluster: standing }) },
  );
  expect(warnings).toContainEqual(expect.stringMatching(note));
});

import { connect } from "node:net";
import type { Problem } from "../../kube/problems";
import type { EksConfig } from "./eks-config";
import type { StandingCluster } from "./plan/standing-cluster";

/**
 * Whether this machine reaches an API server that has no public address. Else `up` would wait at the first object in the
 * cluster until it gives up.
 */
export async function endpointReachProblems(
  config: EksConfig,
  standing: StandingCluster | undefined,
  patience = 10_000,
): Promise<Problem[]> {
  if (!config.endpoint.private || standing?.endpoint === undefined) return [];
  const { hostname, port } = new URL(standing.endpoint);
  const why = await connectProblem(hostname, port === "" ? 443 : Number(port), patience);
  if (why === undefined) return [];
  return [
    {
      path: "eks.endpoint.private",
      value: true,
      message: `this machine does not reach the API server ${hostname}: ${why}`,
      fix: "connect this machine to the VPC (VPN, Direct Connect, peering), run from inside it, or set eks.endpoint.publicCidrs instead",
    },
  ];
}

function connectProblem(host: string, port: number, patience: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(patience, () => {
      end(`no answer in ${patience / 1000} seconds`);
    });
    socket.once("connect", () => {
      end();
    });
    socket.once("error", (error) => {
      end(error.message);
    });
  });
}

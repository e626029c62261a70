/**
 * The conformance suite of network-policy-api, which knows what it expects: each of its probes is answered by the
 * evaluator, and the suite judges.
 */
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { json, text } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import type { KubeObject } from "../../kube/objects";
import { explain, load, type Question } from "../../packages/reach/src";
import { goProgram } from "./go";

interface Asked {
  objects: KubeObject[];
  question: Question;
}

/** What an API server writes on every namespace, also after labels have been replaced. */
function named(object: KubeObject): KubeObject {
  if (object.kind !== "Namespace") return object;
  const { metadata } = object;
  const labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
  return { ...object, metadata: { ...metadata, labels } };
}

function evaluator(): Server {
  return createServer((request, response) => {
    json(request)
      .then((body) => {
        const { objects, question } = body as Asked;
        const state = load(objects.map(named));
        response.end(explain(state, question)[0]?.verdict);
      })
      .catch((error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      });
  });
}

describe("network-policy-api", () => {
  let program: string;
  const server = evaluator();
  beforeAll(async () => {
    program = goProgram("cluster-policies", "tests");
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }, 20 * 60_000);
  afterAll(() => server.close());

  test("its conformance suite passes where the evaluator decides about packets", async () => {
    const { port } = server.address() as AddressInfo;
    const child = spawn(program, ["-test.v"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, EVALUATOR: `http://127.0.0.1:${port}`, NO_PROXY: "127.0.0.1" },
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const results = [...said.matchAll(/^\s*--- (PASS|FAIL|SKIP): (\S+)/gm)];
    const of = (result: string): string[] =>
      results.flatMap(([, r, name = ""]) => (r === result ? [name] : []));
    const complaints = [...new Set(said.match(/^\s*(--- FAIL|helper.go.*Expected|.*the evaluator:).*/gm))];
    expect({ complaints, failed: of("FAIL"), code: await ended, errors }).toEqual({
      complaints: [],
      failed: [],
      code: 0,
      errors: "",
    });
    expect(of("SKIP")).toEqual(
      ["CNPAdminTierEgressNodePeers", "CNPBaselineTierEgressNodePeers"].map(inSuite),
    );
    // A suite that has lost its cases would pass too.
    expect(of("PASS")).toHaveLength(136);
  }, 300_000);
});

const inSuite = (name: string): string => `TestConformance/${name}`;

/** Staged policies, intents, what is never used, pictures, and a running cluster, by the command itself. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { diff, load, unused } from "../../../packages/reach/src";
import type { KubeObject } from "../../../kube/objects";
import { ask, calicoPolicy, kubernetesPolicy, pod } from "./support";

const root = resolve(__dirname, "../../..");
const web = pod("x/web", { app: "web" }, { ip: "10.0.0.1" });
const db = pod("x/db", { app: "db" }, { ip: "10.0.0.2" });
const staged = (spec: object, name = "shut"): KubeObject => ({
  apiVersion: "projectcalico.org/v3",
  kind: "StagedNetworkPolicy",
  metadata: { name, namespace: "x" },
  spec: { selector: "app == 'db'", types: ["Ingress"], ...spec },
});

describe("staged policies", () => {
  const facts = { staged: true };

  test("decide nothing, unless they are judged as if they were enforced", () => {
    expect(ask([web, db, staged({})], "x/web → x/db TCP 80").verdict).toBe("allow");
    expect(ask([web, db, staged({})], "x/web → x/db TCP 80", facts)).toMatchObject({
      verdict: "deny",
      ingress: { policy: "x/shut" },
    });
  });

  test("take the place of the policy of their name, or take it away", () => {
    const open = calicoPolicy("x/shut", {
      selector: "app == 'db'",
      types: ["Ingress"],
      ingress: [{ action: "Allow" }],
    });
    expect(ask([web, db, open, staged({})], "x/web → x/db TCP 80", facts).verdict).toBe("deny");
    const shut = calicoPolicy("x/shut", { selector: "app == 'db'", types: ["Ingress"] });
    expect(
      ask([web, db, shut, staged({ stagedAction: "Delete" })], "x/web → x/db TCP 80", facts).verdict,
    ).toBe("allow");
    expect(
      ask(
        [web, db, shut, staged({ stagedAction: "Ignore", ingress: [{ action: "Allow" }] })],
        "x/web → x/db TCP 80",
        facts,
      ).verdict,
    ).toBe("deny");
  });

  test("a comparison says what enforcing them closes", () => {
    const objects = [web, db, staged({})];
    const { removed } = diff(load(objects), load(objects, facts));
    expect(
      removed.filter(({ from }) => from === "x/web").map(({ to, protocol }) => `${to} ${protocol}`),
    ).toContain("x/db TCP");
  });
});

describe("what is never used", () => {
  const policy = (
    name: string,
    ingress: object[],
    podSelector: object = { matchLabels: { app: "db" } },
  ): KubeObject => kubernetesPolicy(`x/${name}`, { podSelector, policyTypes: ["Ingress"], ingress });
  const of = (...policies: KubeObject[]): string[] =>
    unused(load([web, db, ...policies])).map(
      ({ policy: name, rule, reason }) => `${name}${rule === undefined ? "" : ` ${rule.index}`}: ${reason}`,
    );

  test("a policy that selects nothing, a rule without peers, a rule behind another", () => {
    expect(of(policy("none", [], { matchLabels: { app: "no" } }))).toEqual([
      "x/none: it selects nothing that is here",
    ]);
    expect(of(policy("p", [{ from: [{ podSelector: { matchLabels: { app: "no" } } }] }]))).toEqual([
      "x/p 0: none of its peers is here",
    ]);
    expect(of(policy("p", [{}, { from: [{ podSelector: {} }] }]))).toEqual([
      "x/p 1: rules before it decide about everything that it matches",
    ]);
  });

  test("what decides is not listed", () => {
    expect(
      of(policy("p", [{ from: [{ podSelector: { matchLabels: { app: "web" } } }], ports: [{ port: 80 }] }])),
    ).toEqual([]);
  });
});

describe("as a program", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "reach-"));
    const shut = kubernetesPolicy("x/db", { podSelector: { matchLabels: { app: "db" } }, ingress: [] });
    writeFileSync(
      join(folder, "all.json"),
      JSON.stringify({ apiVersion: "v1", kind: "List", items: [web, db, shut, staged({}, "s")] }),
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const run = (
    args: string[],
    path = process.env["PATH"],
    input = "",
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ["--import", "tsx", join(root, "packages/reach/src/cli/main.ts"), ...args], {
      cwd: root,
      encoding: "utf8",
      input,
      env: { ...process.env, NO_COLOR: "1", INIT_CWD: folder, PATH: path },
    });

  test("intents: a report, JUnit, and the exit code", () => {
    writeFileSync(
      join(folder, "intents.yaml"),
      "open:\n- { from: x/db, to: x/web, port: 80 }\n- { from: x/gone, to: x/db }\nclosed:\n- { from: x/web, to: x/db, port: 80, reason: the bank is shut }\n",
    );
    const text = run(["check", join(folder, "intents.yaml"), join(folder, "all.json")]);
    expect(text.stdout).toMatch(
      /✓ x\/db → x\/web TCP 80 must be open\n✗ x\/gone → x\/db \(all ports\) must be open, and x\/gone is not in the input/,
    );
    expect(text.stdout).toMatch(/2 of 3 intents hold/);
    expect(text.status).toBe(1);
    writeFileSync(
      join(folder, "web.yaml"),
      "open: [{ from: x/db, to: x/web, port: 80, http: { method: GET, path: /a } }]\n",
    );
    expect(run(["check", join(folder, "web.yaml"), join(folder, "all.json")]).stdout).toMatch(
      /✓ x\/db → x\/web TCP 80 GET \/a must be open/,
    );
    writeFileSync(
      join(folder, "get.yaml"),
      "open:\n- { from: a, to: b, http: GET }\n- { from: a, to: b, http: { method: get, path: a, host: c } }\n",
    );
    expect(run(["check", join(folder, "get.yaml"), join(folder, "all.json")]).stderr).toMatch(
      /open\[0\]\.http: .*must be a request[^]*open\[1\]\.http\.host: is not a field[^]*http\.method: .*in capitals[^]*http\.path: .*must start with \//,
    );
    const junit = run(["check", join(folder, "intents.yaml"), join(folder, "all.json"), "--format", "junit"]);
    expect(junit.stdout).toMatch(/<testsuite name="reach" tests="3" failures="1">/);
    writeFileSync(join(folder, "none.yaml"), "open: []\n");
    expect(run(["check", join(folder, "none.yaml"), join(folder, "all.json")]).stderr).toMatch(
      /names no flow/,
    );
    writeFileSync(join(folder, "wrong.yaml"), "open: [{ from: x/db, prt: 80 }]\nshut: []\n");
    const wrong = run(["check", join(folder, "wrong.yaml"), join(folder, "all.json")]);
    expect(wrong.stderr).toMatch(
      /shut: is not a field here[\s\S]*open\[0\]\.prt: is not a field[\s\S]*open\[0\]\.to: must be text/,
    );
    expect(wrong.status).toBe(1);
  });

  test("a running cluster is read through kubectl, without Secrets", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "kubectl"),
      `#!/bin/sh\necho "$@" >> ${folder}/calls\ncase "$*" in *api-resources*) echo pods; echo tiers.projectcalico.org; echo ipamblocks.projectcalico.org; echo tiers.crd.projectcalico.org;; *projectcalico*) echo '{"apiVersion":"v1","kind":"List","items":[]}';; *) cat ${folder}/all.json;; esac\n`,
    );
    chmodSync(join(bin, "kubectl"), 0o755);
    const live = run(
      ["explain", "--context", "c", "--from", "x/web", "--to", "x/db", "--port", "80"],
      `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    );
    expect(live.stdout).toMatch(/x\/web → x\/db {2}TCP 80: closed/);
    const calls = spawnSync("cat", [join(folder, "calls")], { encoding: "utf8" }).stdout;
    expect(calls).toMatch(
      /--context=c --request-timeout=60s get namespaces,.* --all-namespaces --chunk-size=500 -o json/,
    );
    expect(calls).not.toMatch(/secrets|ipamblocks --/);
    expect(run(["list", "--context", "c", folder]).stderr).toMatch(/leave the paths out/);
    expect(run(["list", "--context", "c"], folder).stderr).toMatch(/there is none on the PATH/);
    expect(run(["list"]).stderr).toMatch(/Name files or folders, or a running cluster/);
  });

  test("--walk follows one packet, and refuses what it cannot show", () => {
    const asked = ["explain", join(folder, "all.json"), "--from", "x/db", "--to", "x/web"];
    const { stdout } = run([...asked, "--port", "80", "--walk"]);
    expect(stdout).toMatch(/^x\/db → x\/web {2}TCP 80: open\n 1 x\/db: sends to 10\.0\.0\.1, port 80\n/);
    expect(stdout).toMatch(/unknown how packets go between nodes: no IPPool of Calico's is in the input/);
    expect(run([...asked, "--walk"]).stderr).toMatch(/A walk follows one packet: add --port/);
    const md = run([...asked, "--port", "80", "--walk", "--format", "md"]);
    expect([md.status, md.stderr]).toEqual([1, expect.stringMatching(/take text or json/)]);
  });

  test("pictures and staged comparisons", () => {
    expect(run(["list", join(folder, "all.json"), "--format", "svg"]).stdout).toMatch(
      /^<svg [\s\S]*x\/db → x\/web: all[\s\S]*<\/svg>\n$/,
    );
    const enforced = run(["diff", join(folder, "all.json"), "--staged"]);
    expect(enforced.stdout).toMatch(/No flow opens or closes/);
    // Standard input is there once, and both sides are made of it.
    const staged = {
      apiVersion: "projectcalico.org/v3",
      kind: "StagedNetworkPolicy",
      metadata: { name: "deny", namespace: "x" },
      spec: { types: ["Ingress"] },
    };
    const all = JSON.parse(readFileSync(join(folder, "all.json"), "utf8")) as { items: object[] };
    const piped = JSON.stringify({ ...all, items: [...all.items, staged] });
    const [path, both] = [process.env["PATH"], run(["diff", "-", "-"], process.env["PATH"], piped)];
    expect(run(["diff", "-", "--staged"], path, piped).stdout).toMatch(/x\/db → x\/web.*/);
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining("read only once")]);
    expect(run(["diff", join(folder, "all.json")]).stderr).toMatch(
      /name the old and the new file or folder, or add --staged/,
    );
  });
});

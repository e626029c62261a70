import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsOf } from "./lacks";
import { playGuide, type Row } from "./play-guide";
import { readGuide, rendered } from "./read-guide";
import { Shell } from "./shell";

const lab = { id: "mine", steps: [{ id: "open" }, { id: "closed" }, { id: "half" }] };
const block = (text: string, comment?: string): string =>
  `\`\`\`sh\n${text}\n\`\`\`\n${comment === undefined ? "" : `\n<!-- seen\n${comment}\n-->\n`}`;
const at = (heading: string, ...blocks: string[]): string => `## ${heading}\n\n${blocks.join("\n")}\n`;

describe("a guide as it is read", () => {
  test.each([
    ["1: x", []],
    [undefined, ["line 3: no comment <!-- seen … --> behind it says what one sees"]],
    ["1: within 5", ["line 3: no comment <!-- seen … --> behind it says what one sees"]],
    ["2: x", ['line 3: "2: x": the block has 1 commands', expect.stringContaining("no comment")]],
    ["1: (", [expect.stringContaining("Invalid regular expression"), expect.stringContaining("no comment")]],
    ["1: x\nat half\n1: y", ['line 3: "at half": the block is not played at half']],
    ["1: x\nwhat", ['line 3: "what" is none of: at <step>, <number>: <what one sees>']],
    ["1: x\n1: always here", ['line 3: "1: always here": always is followed by something else']],
  ])("the comment %j: %j", async (comment, problems) => {
    const guide = await readGuide(at("Step 1 `closed`", block("echo x", comment)), lab);
    expect(guide.problems).toEqual(problems);
  });

  test("blocks belong to the steps that the last heading names, in the lab's order", async () => {
    const text = [
      block("npm run labs -- step mine next && npm run up"),
      at("Both (steps 2 and 1, `half`, `closed`)", block("echo x", "1: x"), "## Questions of `nobody`\n"),
      "**0 `open`.** A word.\n",
      block("echo y", "1: y"),
      at("(`open`, `half`)", block("echo z", "at half\n1: z")),
    ].join("\n");
    const { blocks, problems } = await readGuide(text, lab);
    expect(problems).toEqual([]);
    expect(blocks.map((b) => b.steps)).toEqual([[], ["closed", "half"], ["open"], ["half"]]);
  });

  test("comments are no words of a guide", () => {
    expect(rendered(at("x", block("echo x", "1: x\n2: y")))).not.toMatch(/seen|1:/);
  });
});

test.each([
  ["kubectl -n a exec deploy/b -- curl http://example.com", ["kubelet", "internet"]],
  ["kubectl get pods,certificate -A", ["controllers", "certManager"]],
  ["kubectl get ippools.projectcalico.org mine -o yaml", []],
  ["kubectl get tigerastatus", ["operator"]],
  ["kubectl -n kube-system get configmap coredns | grep x", ["kubeadm"]],
  ["kubectl -n a port-forward service/b 30002:9001", ["kubelet", "free port 30002"]],
  ["docker exec -i labs-kind-worker dmesg", ["container labs-kind-worker", "kernelLog"]],
  ["curl -s http://localhost:30180/x", ["port 30180"]],
  ["curl --cacert ca.crt https://shop.localhost/ | head -1", ["ingress"]],
  ["X=$(kubectl -n a get networkpolicy b)", []],
])("%s needs %j", async (text, needs) => {
  const { blocks } = await readGuide(at("`open`", block(text, "1: x")), lab);
  expect(needsOf(blocks[0]!.commands[0]!)).toEqual(needs);
});

describe("a guide as it is played", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "labs-guide-test-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function play(
    text: string,
    stopAt?: string,
  ): Promise<{ rows: Row[]; moves: string[]; shell: Shell }> {
    const rows: Row[] = [];
    const moves: string[] = [];
    const shell = new Shell(folder, { PATH: process.env["PATH"] });
    const stop = new AbortController();
    const place = {
      lacks: (need: string) => (need === "kubelet" ? "no kubelet" : undefined),
      move: (step: string) => Promise.resolve(void moves.push(step)),
      within: 5,
      baseDomain: "example.org",
    };
    const guide = await readGuide(text, lab);
    expect(guide.problems).toEqual([]);
    const say = (row: Row): void => {
      rows.push(row);
      if (row.command === stopAt) stop.abort();
    };
    await playGuide(lab, guide, place, shell, { signal: stop.signal, say }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    return { rows, moves, shell };
  }
  const came = (rows: readonly Row[]): string[] => rows.map((r) => `${r.step}: ${r.command}: ${r.came}`);

  test("variables last, each step has its own view, and what differs says what was seen", async () => {
    const { rows, moves } = await play(
      [
        at("`open`", block("X=$(echo 7)\necho $X; false", "2: ^7$\n3: exit 1\n3: within 0")),
        at(
          "`closed`, `half`",
          block("echo a\nexit 3", "at closed\n1: a\n2: exit 3\nat half\n1: b\n1: within 0\n2: exit any"),
        ),
      ].join("\n"),
    );
    expect(moves).toEqual(["open", "closed", "half"]);
    expect(came(rows)).toEqual([
      "open: X=$(echo 7): as told",
      "open: echo $X;: as told",
      "open: false: as told",
      "closed: echo a: as told",
      "closed: exit 3: as told",
      "half: echo a: otherwise",
      "half: exit 3: as told",
    ]);
    expect(rows[5]!.detail).toBe("the output has not /b/; it said:\na\n");
  });

  test("what is lacking is told, and so is what would have come of it", async () => {
    const { rows } = await play(at("`open`", block("P=$(kubectl exec a -- true)\necho $P", "2: x")));
    expect(rows.map((r) => [r.came, r.detail])).toEqual([
      ["lacks", "no kubelet"],
      ["lacks", "$P could not be had before"],
    ]);
  });

  test("what needs a moment gets it; what listens hears the next block", async () => {
    const { rows } = await play(
      at(
        "`open`",
        block("echo . >> dots && test $(wc -l < dots) = 2", "1: exit 0"),
        block("echo ready && tail -f -n 0 dots", "1: beside\n1: heard"),
        block("echo heard >> dots", "1: exit 0"),
      ),
    );
    expect(rows.map((r) => r.came)).toEqual(["as told", "as told", "as told"]);
  });

  test("cut off: the rest is not played, and what was made is put back", async () => {
    const { rows, shell } = await play(
      at("`open`", block("touch made\necho stop\nrm made\necho never", "1: exit 0\n3: always\n4: never")),
      "echo stop",
    );
    expect(came(rows)).toEqual(["open: touch made: as told", "open: echo stop: as told"]);
    expect((await shell.run({ text: "ls", sets: [] })).output).toBe("");
  });

  test("names of the lab are below the domain of the stack; blocks in bash need the shell that a command opened", async () => {
    const told = "echo x.localhost";
    const { rows } = await play(
      `${at("`open`", block(told, "1: ^x\\.example\\.org$"))}\n\`\`\`bash\nid\n\`\`\`\n<!-- seen\n1: x\n-->\n`,
    );
    expect(rows.map((r) => [r.came, r.detail])).toEqual([
      ["as told", ""],
      ["lacks", "no shell was opened for it"],
    ]);
  });

  test("a command that hangs is ended with all that it started", async () => {
    const shell = new Shell(folder, { PATH: process.env["PATH"] }, 1);
    expect(await shell.run({ text: "sleep 1000 | cat", sets: [] })).toEqual({ output: "", code: 124 });
  });
});

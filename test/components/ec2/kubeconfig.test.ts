import { awaitKubeconfig, type Answer } from "../../../components/ec2/kubeconfig-job/work";

const work = { region: "us-west-2", parameter: "/labs/x/kubeconfig", instance: "i-new", patience: 60 };

function ask(answers: Answer[]) {
  let at = 0;
  let now = 0;
  return {
    asked: () => at,
    ask: () => answers[Math.min(at++, answers.length - 1)]!,
    clock: { now: () => now, sleep: (ms: number) => ((now += ms), Promise.resolve()) },
  };
}

test("waits for the word of this instance: neither nothing nor an earlier one's will do", async () => {
  const given = ask([
    { value: "none yet\n" },
    { value: "# i-old\nold\n" },
    { value: "# i-new\napiVersion: v1\n" },
  ]);
  await expect(awaitKubeconfig(work, given.ask, given.clock)).resolves.toBe("# i-new\napiVersion: v1\n");
  expect(given.asked()).toBe(3);
});

test("says where to look when the control plane does not come up", async () => {
  const given = ask([{ value: "none yet\n" }]);
  await expect(awaitKubeconfig(work, given.ask, given.clock)).rejects.toThrow(
    /i-new has not handed over its kubeconfig in 60 seconds; see why: aws ssm start-session --target i-new/,
  );
});

test("does not wait where AWS will never say", async () => {
  const given = ask([{ error: "An error occurred (AccessDeniedException) when calling GetParameter" }]);
  await expect(awaitKubeconfig(work, given.ask, given.clock)).rejects.toThrow(
    /does not hand out.*AccessDenied/,
  );
  expect(given.asked()).toBe(1);
});

test("goes on after a call that the network lost", async () => {
  const given = ask([{ error: "Could not connect to the endpoint URL" }, { value: "# i-new\nkey\n" }]);
  await expect(awaitKubeconfig(work, given.ask, given.clock)).resolves.toContain("key");
});

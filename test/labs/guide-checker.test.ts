import { labs } from "../../labs/index";
import { commandProblems } from "./rules/guide-checker";
import { subjectOf } from "./rules/subject";

describe("what the check finds", () => {
  const stars = subjectOf(labs.find((l) => l.id === "stars")!);
  const guide = (commands: string): string => `\`\`\`sh\n${commands}\n\`\`\`\n`;

  test.each([
    ["kubectl -n starz get pods", "the lab has no namespace starz"],
    ["kubectl -n stars get networkpolicy defaultdeny", "there is no networkpolicy stars/defaultdeny"],
    ["kubectl -n stars get pod -l role=back-end", "nothing of the lab has the labels role=back-end"],
    ["X=$(kubectl -n stars exec deploy/front -- ls)", "there is no deployment stars/front"],
    ["echo a | kubectl -n stars logs svc/none", "there is no service stars/none"],
    ["kubectl -n stars describe service/frontend 'open", "reached EOF without closing quote"],
    ["npm run labs -- step stars nine", "the lab has no step nine"],
    ["npm run labs -- step yaobank next", "steps lab yaobank"],
    ["pulumi config set --path labs.stars.step 9", "the lab has no step 9"],
    ["npm run upp", "package.json has no such script"],
    ["docker exec labs-kind-worker9 ip route", "no container labs-kind-worker9"],
    ["frobnicate --all", "calls frobnicate"],
  ])("%s", async (command, problem) => {
    expect(await commandProblems({ ...stars, guide: guide(command) })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  test("what a guide makes itself may be named later", async () => {
    const made = "kubectl -n stars run visitor --image=busybox:1.37.0\nkubectl -n stars delete pod visitor";
    expect(await commandProblems({ ...stars, guide: guide(made) })).toEqual([]);
  });
});

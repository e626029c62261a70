// One comment per pull request, found again by its mark and edited in place.
const { existsSync, readFileSync } = require("node:fs");

const MARK = "<!-- labs-preview -->";
// GitHub takes 65,536 characters.
const MOST = 60_000;

async function comment({ github, context, core, file }) {
  if (!existsSync(file)) {
    core.info("no preview: no stack is touched");
    return;
  }
  const run = context.payload.workflow_run;
  const number = await pullRequest(github, context, run);
  if (number === undefined) {
    core.info("the pull request is gone, or has newer commits");
    return;
  }
  const text = readFileSync(file, "utf8");
  const cut =
    text.length > MOST
      ? `${text.slice(0, MOST)}\n\n… cut; the whole is in the [run](${run.html_url}).`
      : text;
  // What a pull request made is only text: it may not call people.
  const body = `${MARK}\n${cut.replaceAll(MARK, "").replace(/@(?=[A-Za-z0-9])/g, "@\u200b")}`;
  const { owner, repo } = context.repo;
  const comments = await github.paginate(github.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
  });
  const mine = comments.find((c) => c.user?.type === "Bot" && c.body?.startsWith(MARK));
  if (mine === undefined) await github.rest.issues.createComment({ owner, repo, issue_number: number, body });
  else await github.rest.issues.updateComment({ owner, repo, comment_id: mine.id, body });
}

// By the head of the run, never by anything that the pull request wrote. For forks the run itself names none.
async function pullRequest(github, context, run) {
  const { owner, repo } = context.repo;
  const head = `${run.head_repository.owner.login}:${run.head_branch}`;
  const { data } = await github.rest.pulls.list({ owner, repo, state: "open", head });
  return data.find((pr) => pr.head.sha === run.head_sha)?.number;
}

module.exports = { comment, MARK };

// One comment per pull request, found again by its mark and edited in place.
const { existsSync, readFileSync } = require("node:fs");

const MARK = "<!-- labs-preview -->";
// GitHub takes 65,536 characters.
const MOST = 60_000;
const MOST_NAMES = 40;

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
  const body = `${MARK}\n${fit(harmless(text), run.html_url)}`;
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

/** The only HTML that the preview itself writes, each on a line of its own. */
const OWN_HTML = /^(<details><summary>\d+ [a-z ]+<\/summary>|<\/details>)$/;

// What a pull request made is only text: it may not call people or other issues, by whatever spelling, bring HTML of its
// own, nor pass for this comment. Where a sign would have meaning, nothing that is seen stands behind it.
function harmless(text) {
  return text
    .replaceAll(MARK, "")
    .split("\n")
    .map((line) => (OWN_HTML.test(line) ? line : line.replace(/<(?=[A-Za-z/!?])/g, "<\u200b")))
    .join("\n")
    .replace(/@(?=[A-Za-z0-9])/g, "@\u200b")
    .replace(/&(?=#|[A-Za-z]+;)/g, "&\u200b")
    .replace(/(#|\bGH-)(?=\d)/gi, "$1\u200b");
}

// Whole stacks, as many as fit: a table or a fold cut in two would take the rest of the comment with it.
function fit(text, url) {
  if (text.length <= MOST) return text;
  const [head, ...stacks] = text.split(/^(?=### |`[\w-]+`: )/m);
  const kept = [head];
  const left = [];
  for (const stack of stacks) {
    if (kept.join("").length + stack.length <= MOST) kept.push(stack);
    else left.push((/^(?:### |`)([\w-]+)/.exec(stack)?.[1] ?? "?").slice(0, 60));
  }
  const names =
    left.length > MOST_NAMES ? [...left.slice(0, MOST_NAMES), `${left.length - MOST_NAMES} more`] : left;
  const rest = kept.join("").slice(0, MOST);
  return `${rest}\n\n… too long for a comment${names.length === 0 ? "" : `: ${names.join(", ")}`}; the whole is in the [run](${url}).`;
}

// By the head of the run, never by anything that the pull request wrote. For forks the run itself names none.
async function pullRequest(github, context, run) {
  // The fork was deleted meanwhile.
  if (run.head_repository?.owner == null) return undefined;
  const { owner, repo } = context.repo;
  const head = `${run.head_repository.owner.login}:${run.head_branch}`;
  const { data } = await github.rest.pulls.list({ owner, repo, state: "open", head });
  return data.find((pr) => pr.head.sha === run.head_sha)?.number;
}

module.exports = { comment, MARK };

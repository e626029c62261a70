#!/usr/bin/env bash
# Destroys every review environment whose pull request is closed or no longer carries the label; an environment pr-N
# belongs to pull request N. All of them are tried; exit code 1 when one is left.
set -euo pipefail
ids=$(npm run --silent labs -- students list --class review --json |
  node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8")).map((e) => e.id).join("\n")')
failed=0
for id in $ids; do
  number=${id#pr-}
  # GitHub's own word; where it gives none, the environment stays until its lease ends.
  wanted=$(gh pr view "$number" --repo "$GITHUB_REPOSITORY" --json state,labels \
    --jq '.state == "OPEN" and ([.labels[].name] | index("review-env") != null)') || { failed=1; continue; }
  if [ "$wanted" = true ]; then
    echo "$id: its pull request is open and labelled"
  else
    npm run --silent labs -- students down "$id" --class review || failed=1
  fi
done
exit "$failed"

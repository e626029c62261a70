#!/usr/bin/env bash
# Markdown for a pull request: what it changes in each stack of $STACKS (JSON) against $BASE. A stack that cannot be
# planned is told in the text, and the exit code is 1.
set -uo pipefail
failed=0
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
echo "## What this changes"
echo
for stack in $(node -p 'JSON.parse(process.env.STACKS).join(" ")'); do
  if diff=$(npm run --silent labs -- plan "$stack" --diff "$BASE" 2> "$errors"); then
    printf '%s\n\n' "$diff"
  else
    failed=1
    printf '### %s: no plan\n\n' "$stack"
    # Indented: the text is nobody's Markdown.
    sed 's/^/    /' "$errors" | head -n 40
    echo
  fi
done
echo "_Offline plans: no cloud, cluster or secret was asked; ids, and what a provider would replace, are not known._"
exit "$failed"

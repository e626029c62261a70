#!/usr/bin/env bash
# Markdown for a pull request: what it changes in each stack of $STACKS (JSON) against $BASE. A stack that cannot be
# planned, or whose flows are not as intents.<stack>.yaml says, is told in the text, and the exit code is 1.
set -uo pipefail
failed=0
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
echo "## What this changes"
echo
for stack in $(node -p 'JSON.parse(process.env.STACKS).join(" ")'); do
  intents=()
  if [ -e "intents.$stack.yaml" ]; then intents=(--intents "intents.$stack.yaml"); fi
  diff=$(npm run --silent labs -- plan "$stack" --diff "$BASE" "${intents[@]}" 2> "$errors") || failed=1
  if [ -n "$diff" ]; then
    printf '%s\n\n' "$diff"
  else
    printf '### %s: no plan\n\n' "$stack"
    # Indented: the text is nobody's Markdown.
    sed 's/^/    /' "$errors" | head -n 40
    echo
  fi
done
echo "_Offline plans: no cloud, cluster or secret was asked; ids, and what a provider would replace, are not known._"
exit "$failed"

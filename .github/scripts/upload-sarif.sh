#!/usr/bin/env bash
# The action's upload: GitHub's own command line, on every runner, and its REST API ("Upload an analysis as SARIF data").
set -euo pipefail

encoded="$RUNNER_TEMP/digigraph.sarif.b64"
gzip --stdout -- "$SARIF" | base64 | tr -d '\n' > "$encoded"
# A file, not an argument: reports are longer than arguments may be.
gh api --method POST "repos/$GITHUB_REPOSITORY/code-scanning/sarifs" --silent \
    --raw-field "commit_sha=$GITHUB_SHA" --raw-field "ref=$GITHUB_REF" --field "sarif=@$encoded" \
    --raw-field "tool_name=digigraph"

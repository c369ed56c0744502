#!/usr/bin/env bash
# The action's first step: install digigraph from the action's own files, check, write annotations and SARIF.
# It fails only where it could not check; what was found is told by its output "status".
set -euo pipefail

venv="$RUNNER_TEMP/digigraph"
"$INPUT_PYTHON" -m venv "$venv"
"$venv/bin/pip" install --quiet --require-hashes -r "$GITHUB_ACTION_PATH/.ci/requirements.txt"
"$venv/bin/pip" install --quiet --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"

command=("$venv/bin/digigraph" --project "$INPUT_PROJECT" validate --fail-on "$INPUT_FAIL_ON")
# Code scanning and annotations know files by their paths from the top of the repository.
command+=(--relative-to .)
if [ -n "$INPUT_BASELINE" ]; then command+=(--baseline "$INPUT_BASELINE"); fi
while IFS= read -r each; do
    if [ -n "$each" ]; then command+=(--shapes "$each"); fi
done <<< "$INPUT_SHAPES"
# Never empty: the bash of macOS would take an empty array for an unset variable.
paths=(--)
while IFS= read -r each; do
    if [ -n "$each" ]; then paths+=("$each"); fi
done <<< "$INPUT_PATHS"

cd "$GITHUB_WORKSPACE"
sarif="$RUNNER_TEMP/digigraph.sarif"
# What an earlier step of the job left there is not the report of this one.
rm -f "$sarif"
status=0
"${command[@]}" --format sarif --output "$sarif" "${paths[@]}" || status=$?
# After a file that cannot be read there is a report as well; only where there is none, nothing could be checked.
if [ ! -f "$sarif" ]; then exit "$status"; fi
# Later runs are told what the first has found; what cannot be read is tried again.
"${command[@]}" --format github "${paths[@]}" || true
printf 'sarif=%s\nstatus=%s\n' "$sarif" "$status" >> "$GITHUB_OUTPUT"

#!/usr/bin/env bash
# Writes the expected texts of all golden files anew from what the program says now. Read the diff before committing:
# whatever changed there changed for users.
set -euo pipefail
cd "$(dirname "$0")/.."

build="${1:-build/quick}"
cmake --build "$build" --target dp_tests -j 2
DP_UPDATE_GOLDEN=1 "$build/tests/dp_tests" "[golden]" >/dev/null || true
"$build/tests/dp_tests" "[golden]"
git status --short tests/golden

#!/usr/bin/env bash
# Everything that can be checked: set-up, build with warnings as errors, format, all tests.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/check_format.sh
cmake --preset ci >/dev/null
cmake --build build/ci -j "$(nproc)"
build/ci/tests/dp_tests "$@"

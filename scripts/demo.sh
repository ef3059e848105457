#!/usr/bin/env bash
# The main job in one command: set-up, release build, then a network learns to read handwritten digits.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release >/dev/null
cmake --build build/release --target dpc -j "$(nproc)" >&2
build/release/bin/dpc train examples/06_digits.dp "$@"

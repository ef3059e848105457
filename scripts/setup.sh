#!/usr/bin/env bash
# Installs the Debian packages that building and testing need and that are missing. Safe to run again.
set -euo pipefail

packages=(
  build-essential cmake ninja-build ccache git
  llvm-19-dev lld clang-format-19
  antlr4 libantlr4-runtime-dev
  catch2 libcli11-dev libfmt-dev nlohmann-json3-dev zlib1g-dev
  graphviz python3
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "Installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

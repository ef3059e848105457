#!/usr/bin/env bash
# Kills a run that saves every step at random moments, resumes it, and holds its end against a run that was never
# stopped: the final files must be identical. `scripts/kill_and_resume.sh DPC [ROUNDS]`; 100 rounds take minutes.
set -euo pipefail
dpc=$(realpath "$1")
rounds=${2:-100}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.dp <<'PROGRAM'
train fit {
  param    w: real[300] = normal(std = 1)
  minimize sum(w^2)
  using    adam(lr = 1e-3)
  run      400 steps, seed = 3
  every    1 steps { save "w.safetensors" }
}
PROGRAM
command=("$dpc" train program.dp --quiet -O0)
"${command[@]}" --out whole
expected=$(sha256sum < whole/final.safetensors)
for ((round = 1; round <= rounds; ++round)); do
  rm -rf killed
  resume=()
  for ((kill = 0; kill < 3; ++kill)); do
    timeout -s KILL "0.$((RANDOM % 900 + 100))" "${command[@]}" --out killed "${resume[@]}" > /dev/null 2>&1 || true
    if compgen -G 'killed/*.safetensors' > /dev/null; then resume=(--resume); fi
  done
  "${command[@]}" --out killed "${resume[@]}" 2> said || { cat said; exit 1; }
  if [[ $(sha256sum < killed/final.safetensors) != "$expected" ]]; then
    echo "round $round: another result" >&2
    exit 1
  fi
done
echo "$rounds rounds, each killed up to 3 times: the same file"

#!/usr/bin/python3
"""How many times the function a gradient by all real arguments takes, on the programs of programs.dp.

usage: bench/grad-ratio/run.py [--build DIR] [--threads N] [--json]

Prints a row a program: seconds of the function and of the gradient, their ratio, the memory of the gradient (arena,
arguments and results) and how long both took to compile; then the geometric mean of the ratios.
"""
import argparse
import json
import math
import os
import subprocess

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
PROGRAMS = [
    ("log_sum", "n=100000"),
    ("mixture", "n=1000 d=16 k=25"),
    ("memory", "time=64 batch=32 h=128"),
    ("convolution", "batch=16 rows=16 columns=16 c=16 m=32"),
    ("attention", "n=256 d=64"),
    ("rosenbrock", "n=100000"),
]


def measure(dpc, name, sizes, threads):
    command = [dpc, "bench", os.path.join(FOLDER, "programs.dp"), name, *sizes.split()]
    command += ["--format", "json", "--threads", str(threads)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    dpc = os.path.join(options.build, "bin", "dpc")
    rows = {name: measure(dpc, name, sizes, options.threads) | {"sizes": sizes} for name, sizes in PROGRAMS}
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'program':12} {'function':>12} {'gradient':>12} {'ratio':>6} {'memory':>12} {'compile':>9}")
    for name, row in rows.items():
        compile_time = row["compile_seconds"] + row["gradient_compile_seconds"]
        print(
            f"{name:12} {row['seconds'] * 1e6:9.1f} us {row['gradient_seconds'] * 1e6:9.1f} us "
            f"{row['gradient_ratio']:6.2f} {row['gradient_memory'] / 2**20:8.2f} MiB {compile_time * 1e3:6.0f} ms"
        )
    ratios = [row["gradient_ratio"] for row in rows.values()]
    print(f"geometric mean of the ratios {math.prod(ratios) ** (1 / len(ratios)):.2f}")


if __name__ == "__main__":
    main()

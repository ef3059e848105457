#!/usr/bin/python3
"""The training step of examples/06_digits.dp against PyTorch: the same network, data and start, alternately in one run.

usage: bench/digits/run.py [--rounds N] [--build DIR] [--json]

Outputs are compared before anything is timed: the loss and the parameters after one step. PyTorch runs with one thread
(a step is too small for more), with its best BLAS kernel for this machine.
"""
import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.environ.setdefault("OMP_NUM_THREADS", "1")
if "OPENBLAS_CORETYPE" not in os.environ and "avx512f" in open("/proc/cpuinfo").read():
    os.environ["OPENBLAS_CORETYPE"] = "SKYLAKEX"

import numpy  # noqa: E402
import torch  # noqa: E402


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"F32": numpy.float32, "I32": numpy.int32, "I64": numpy.int64}
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        part = data[8 + length + begin : 8 + length + end]
        arrays[name] = numpy.frombuffer(part, types[entry["dtype"]]).reshape(entry["shape"]).copy()
    return arrays


class Torch:
    """The network of the example: 64-32-10, ReLU, cross entropy, Adam with the example's schedule at its start."""

    def __init__(self, before, batch):
        self.parameters = [torch.nn.Parameter(torch.from_numpy(before["net." + name].copy()))
                           for name in ("fc1.w", "fc1.b", "fc2.w", "fc2.b")]
        self.x = torch.from_numpy(batch["x"])
        self.y = torch.from_numpy(batch["y"]).long()
        self.optimizer = torch.optim.Adam(self.parameters, lr=1e-2 / 20)

    def step(self):
        w1, b1, w2, b2 = self.parameters
        self.optimizer.zero_grad(set_to_none=True)
        logits = torch.addmm(b2, torch.relu(torch.addmm(b1, self.x, w1)), w2)
        loss = torch.nn.functional.cross_entropy(logits, self.y)
        loss.backward()
        self.optimizer.step()
        return loss

    def time(self, seconds):
        rounds, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(50):
                self.step()
            rounds.append((time.perf_counter() - start) / 50)
        return statistics.median(rounds) * 1e6


def ours(build, folder=None, seconds=1.0):
    command = [os.path.join(build, "bench", "bench_digits"), os.path.join(ROOT, "examples", "06_digits.dp"), str(seconds)]
    out = subprocess.run(command + ([folder] if folder else []), check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def compare(build):
    """One step of each from the same state; the largest difference of any parameter."""
    with tempfile.TemporaryDirectory() as folder:
        result = ours(build, folder, 0.05)
        before, after, batch = (read_safetensors(f"{folder}/{name}.safetensors") for name in ("before", "after", "batch"))
    peer = Torch(before, batch)
    loss = float(peer.step())
    names = ("fc1.w", "fc1.b", "fc2.w", "fc2.b")
    worst = max(float(abs(p.detach().numpy() - after["net." + n]).max()) for n, p in zip(names, peer.parameters))
    if abs(loss - result["loss"]) > 1e-5 or worst > 1e-5:
        sys.exit(f"the two do not compute the same: loss {result['loss']} and {loss}, parameters differ by {worst}")
    return peer, worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    peer, worst = compare(arguments.build)
    peer.time(0.3)
    mine, theirs = [], []
    for _ in range(arguments.rounds):
        mine.append(ours(arguments.build, seconds=0.5)["us"])
        theirs.append(peer.time(0.5))
    ratios = sorted(t / m for m, t in zip(mine, theirs))
    row = {"dp_us": statistics.median(mine), "torch_us": statistics.median(theirs), "torch": torch.__version__,
           "ratio": statistics.median(ratios), "ratio_low": ratios[0], "ratio_high": ratios[-1], "difference": worst}
    if arguments.json:
        print(json.dumps(row))
        return
    print(f"digits training step, 64-32-10, batch 32, Adam (largest difference after a step {worst:.1e})")
    print(f"  dp              {row['dp_us']:9.1f} us")
    print(f"  PyTorch {row['torch'][:7]} {row['torch_us']:9.1f} us")
    print(f"  ratio           {row['ratio']:9.1f}    ({row['ratio_low']:.1f} to {row['ratio_high']:.1f} over {arguments.rounds} rounds)")


if __name__ == "__main__":
    main()

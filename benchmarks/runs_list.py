"""How long ``seqclf runs list`` takes for many runs: whole processes, as a person waits for them.

    python benchmarks/runs_list.py runs/quickstart-1 --count 1000

The runs are copies of one run: its small files, and empty files in place of its models. Wall time depends on what else
the machine does, processor time does not; both are printed, the best and the median of some calls.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seqclf.files import write_json
from seqclf.runs import Run

_SMALL = ("manifest.json", "config.yaml", "metrics.json", "labels.json", "history.jsonl")
_MODELS = ("model.keras", "model.onnx", "saved_model/saved_model.pb", "checkpoint/final.state")


def copies(run: Run, folder: Path, count: int) -> None:
    """Write ``count`` runs, of ten names and with different ends, into a folder."""
    for number in range(count):
        copy = Run(folder / f"{run.name.rpartition('-')[0]}-{'abcdefghij'[number % 10]}-{number // 10 + 1}")
        copy.folder.mkdir(parents=True)
        for name in _SMALL:
            if (run.folder / name).exists():
                shutil.copyfile(run.folder / name, copy.folder / name)
        for name in _MODELS:
            (copy.folder / name).parent.mkdir(exist_ok=True)
            (copy.folder / name).touch()
        ended = f"2026-01-{number % 28 + 1:02}T10:{number % 60:02}:00+00:00"
        write_json(copy.folder / "manifest.json", run.manifest | {"ended": ended})


def seconds_of(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall time and processor time of a process, in seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--calls", type=int, default=7)
    options = parser.parse_args()
    python = [sys.executable, "-m", "seqclf", "runs", "list"]
    with tempfile.TemporaryDirectory() as folder:
        copies(Run(options.run), Path(folder), options.count)
        environment = {**os.environ, "SEQCLF_RUNS": folder}
        for name, arguments in (("list", []), ("list --json", ["--json"]), ("list --sort test", ["--sort", "test"])):
            seconds_of(python + arguments, environment)
            walls, processor = zip(
                *(seconds_of(python + arguments, environment) for _ in range(options.calls)), strict=True
            )
            print(
                f"{name:16} {options.count:,} runs: wall {min(walls):.2f} s (median {statistics.median(walls):.2f}), "
                f"processor {min(processor):.2f} s"
            )


if __name__ == "__main__":
    main()

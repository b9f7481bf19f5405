"""Tests that take minutes: ``make soak``.

``SEQCLF_SOAK_RUNS`` is the number of trainings to kill repeatedly, ``SEQCLF_SOAK_GB`` the size of the large csv.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from trainings import result, training_config

from seqclf.runs import Run

pytestmark = pytest.mark.soak


def _process(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "seqclf", "train", "--runs", str(folder / "runs"), *arguments]
    environment = {**os.environ, "SEQCLF_CACHE": str(folder / "cache")}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def _killed_until_done(folder: Path, config: Path, draw: random.Random, longest: float) -> tuple[Run, int]:
    """Kill the training at random moments after its history starts to grow, until it is done."""
    run, kills = Run(folder / "runs" / "small-1"), 0
    arguments = [str(config)]
    while True:
        size = _size(run.history)
        process = _process(folder, *arguments)
        while process.poll() is None and _size(run.history) <= size:
            time.sleep(0.01)
        deadline = time.monotonic() + draw.uniform(0, longest)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        _, errors = process.communicate()
        if process.returncode == 0:
            return run, kills
        assert process.returncode == -signal.SIGKILL, errors.decode()
        assert kills < 100, "it makes no progress"
        arguments = ["--resume", "latest"]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def test_killed_at_random_moments_all_runs_are_equal(sample_csv: Path, tmp_path: Path) -> None:
    """A checkpoint after every step, so that many kills hit a half-written one."""
    runs = int(os.environ.get("SEQCLF_SOAK_RUNS", "20"))
    seed = int(time.time())
    print(f"seed {seed}")
    draw, kills = random.Random(seed), []
    config = tmp_path / "small.yaml"
    config.write_text(yaml.safe_dump(training_config(sample_csv, checkpoint_steps=1)), encoding="utf-8")
    assert _process(tmp_path / "whole", str(config)).wait() == 0
    whole = result(Run(tmp_path / "whole" / "runs" / "small-1"))
    for number in range(runs):
        run, times = _killed_until_done(tmp_path / str(number), config, draw, longest=1.5)
        kills.append(times)
        assert result(run) == whole
        print(f"run {number + 1}: killed {times} times, equal", flush=True)
    print(f"{sum(kills)} kills")
    assert sum(kills) >= runs


def _write_large_csv(path: Path, size: int) -> None:
    """Reviews of 40 to 400 words, as frequent as a language's (Zipf's law), with numbers that occur nowhere else."""
    draw = np.random.default_rng(5)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(draw.choice(letters, draw.integers(2, 12))) for _ in range(300_000)])
    chances = 1 / np.arange(10, len(words) + 10)
    texts = [
        " ".join(draw.choice(words, draw.integers(40, 400), p=chances / chances.sum())) + " {}" for _ in range(5_000)
    ]
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        number = 0
        while file.tell() < size:
            file.writelines(
                f'"{texts[place].format(number * 5_000 + place)}, and on",{"np"[place % 2]}\n' for place in range(5_000)
            )
            number += 1


def test_a_large_csv_in_little_memory(tmp_path: Path) -> None:
    """Of 5 GB, in under 2 GB: read, tokenizer, encoded, trained for an epoch, exported."""
    table = tmp_path / "large.csv"
    _write_large_csv(table, int(float(os.environ.get("SEQCLF_SOAK_GB", "5")) * 1e9))
    config: dict[str, Any] = {
        "name": "large",
        "data": {"source": "table", "train": str(table), "validation": 0.02, "test": 0.1},
        "tokenizer": {"vocab_size": 8_000, "max_tokens": 16},
        "embedding": {"dim": 8},
        "layers": [{"type": "pool", "method": "mean"}],
        "training": {"epochs": 1, "batch_size": 1024},
    }
    path = tmp_path / "large.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    started = time.monotonic()
    process = _process(tmp_path, str(path))
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    manifest = json.loads((tmp_path / "runs" / "large-1" / "manifest.json").read_text(encoding="utf-8"))
    peak = manifest["peak_memory_bytes"]
    size, seconds = table.stat().st_size, time.monotonic() - started
    print(f"{size / 1e9:.1f} GB of csv: peak of {peak / 1e9:.2f} GB, {seconds:.0f} s")
    table.unlink()
    assert peak < 2e9

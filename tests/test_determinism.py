"""One seed, one result: in any process, with any number of loading threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml
from trainings import result, training_config

from seqclf.runs import Run


def test_processes_and_loading_threads_make_no_difference(sample_csv: Path, tmp_path: Path) -> None:
    """From an empty cache, with different hash seeds (order of sets) and numbers of threads that train and apply the
    tokenizer."""
    config = tmp_path / "c.yaml"
    values = training_config(sample_csv, epochs=2)
    values["layers"] = [
        {"type": "gru", "units": 4, "dropout": 0.2, "return_sequences": True},
        {"type": "batch_norm"},
        {"type": "lstm", "units": 3, "recurrent_dropout": 0.1},
    ]
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    program = """
import sys
from trainings import without_saved_models
from seqclf.cli import cli
with without_saved_models():
    cli.main(sys.argv[1:], standalone_mode=False)
"""
    processes = []
    for threads in ("1", "2"):
        environment = {"RAYON_NUM_THREADS": threads, "PYTHONHASHSEED": threads, "SEQCLF_CACHE": str(tmp_path / threads)}
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        command = [sys.executable, "-c", program, "train", str(config), "--runs", str(tmp_path / f"runs{threads}")]
        processes.append(subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL))
    assert [process.wait() for process in processes] == [0, 0]
    first, second = (Run(tmp_path / f"runs{threads}" / "small-1") for threads in ("1", "2"))
    assert result(first) == result(second)
    files = ["tokenizer/tokenizer.json", "tokenizer/known_chunks.txt", "model.onnx", "labels.json", "config.yaml"]
    for name in files:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()

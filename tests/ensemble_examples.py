"""Runs to join, and what their ensemble must answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from conftest import POOLED, small_config, trained
from numpy.typing import NDArray
from trainings import without_saved_models

from seqclf.cli import cli
from seqclf.files import write_json
from seqclf.runs import Run

FAST: dict[str, Any] = {"layers": POOLED, "head": []}
LSTM: dict[str, Any] = {"layers": [{"type": "lstm", "units": 4}], "head": [{"type": "dense", "units": 5}]}
NGRAMS: dict[str, Any] = {"ngrams": {"buckets": 512, "dropout": 0.3}}
RATE: dict[str, Any] = {"training__optimizer": {"type": "adam", "learning_rate": 0.02}}
TEXTS = ["the film was charming", "a dull story , and a long one", "", "日本", "good bad good bad", "a"]


def call(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


def refused(*arguments: str, code: int = 2) -> str:
    """The message of a call that fails, on one line."""
    return " ".join(call(*arguments, code=code).stderr.split())


def several(runs: Path, train: Path, *changes: dict[str, Any], seed: int = 3) -> list[Run]:
    """Runs of different seeds on the same splits; ``changes`` of ``small_config`` for each."""
    with without_saved_models():
        return [
            trained(
                small_config(
                    data__train=str(train), data__split_seed=seed, seed=seed + place, **{**FAST, **RATE, **change}
                ),
                runs,
            )
            for place, change in enumerate(changes)
        ]


def turned(run: Run, folder: Path) -> Run:
    """A copy whose labels are in the opposite order, so that it calls the first what the run calls the last."""
    copy = Run(Path(shutil.copytree(run.folder, folder)))
    saved = json.loads((copy.folder / "labels.json").read_text(encoding="utf-8"))
    names = saved["names"] if isinstance(saved, dict) else saved
    write_json(copy.folder / "labels.json", {**saved, "names": names[::-1]} if isinstance(saved, dict) else names[::-1])
    copy.onnx.unlink()  # it has the order of the run
    return copy


def mean_of(
    members: Sequence[Run], weights: Sequence[float], texts: Sequence[str], extra: Any = None
) -> NDArray[np.float64]:
    """The weighted mean of the members' own probabilities, in the order of the first one's labels."""
    from seqclf.evaluation.classifier import KerasClassifier

    labels, total = members[0].labels, np.zeros((len(texts), len(members[0].labels)))
    for one, weight in zip(members, weights, strict=True):
        places = [one.labels.names.index(name) for name in labels]
        total += weight * KerasClassifier.load(one).probabilities(texts, extra)[:, places]
    return total


def joined(runs: Path, members: Sequence[Run], *options: str) -> tuple[Run, dict[str, Any]]:
    """The ensemble of runs, and what the command printed."""
    names = [str(one.folder) for one in members]
    printed = json.loads(call("ensemble", "--runs", str(runs), *names, "--json", *options).stdout)
    return Run(Path(printed["folder"])), printed

"""Searches of tests: a config with ranges, ``seqclf tune``, and the trials of its study. Importing needs no Optuna."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from conftest import POOLED, written_config

from seqclf.cli import cli

SPACE: dict[str, Any] = {
    "training__optimizer": {"learning_rate": {"search": {"low": 1e-3, "high": 0.3, "log": True}}},
    "embedding__dim": {"choices": [4, 8]},
    "layers": POOLED,
    "data__test": None,
}


def search_config(folder: Path, train: Path, **changes: Any) -> Path:
    """``written_config`` with ranges of two options."""
    return written_config(folder, train, **{**SPACE, **changes})


def tuned(path: Path, *arguments: object) -> Result:
    """The result of ``seqclf tune`` for a config; runs are beside it."""
    return CliRunner().invoke(cli, ["tune", str(path), "--runs", str(path.parent / "runs"), *map(str, arguments)])


def trials_of(path: Path, name: str = "small") -> list[Any]:
    """The trials of the study of a config, as Optuna's ``FrozenTrial``."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    journal = JournalStorage(JournalFileBackend(str(path.parent / "runs" / f"{name}-tune" / "study.log")))
    return list(optuna.load_study(study_name=name, storage=journal).trials)

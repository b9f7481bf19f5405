"""What trackers are told of a run: its config as flat names and values, and facts of its manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from seqclf.config import load_config
from seqclf.config.loading import plain
from seqclf.run_catalogue.notes import note_of
from seqclf.runs import Run
from seqclf.trackers.base import About, Value, without_secrets

_FOLD = re.compile(r"(?P<group>.+-\d+)-fold\d+")
_DIGITS = 12  # of a fingerprint


def about(run: Run, *, notes: tuple[str, ...] = (), project: str | None = None, group: str | None = None) -> About:
    """Read it from the run's files.

    Args:
        notes: what the training says about itself.
        group: as in ``About``; by default, the cross-validation of a run that is one of its folds.

    Raises:
        InputError: the config or the manifest cannot be read.
    """
    fold = _FOLD.fullmatch(run.name)
    own = note_of(run)
    return About(
        name=run.name,
        folder=run.folder.absolute(),
        project=project,
        group=group or (None if fold is None else fold["group"]),
        config=dict(flat(plain(load_config(run.config)))),
        facts=dict(_facts(run)),
        note="\n".join([*([] if own is None else [own]), *notes]),
    )


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Value]]:
    """Each option of a config by its path, such as ``training.epochs`` or ``layers.0.units``.

    A list of plain values is one option, as JSON; user names and passwords in addresses are replaced by stars.
    """
    inner: Any = None
    if isinstance(value, dict) and value:
        inner = value.items()
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        inner = enumerate(value)
    if inner is not None:
        for name, item in inner:
            yield from flat(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, dict | list):
        yield path, without_secrets(json.dumps(value, ensure_ascii=False))
    else:
        yield path, without_secrets(value) if isinstance(value, str) else value


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    manifest = run.manifest
    yield "seqclf.run", str(run.folder.absolute())
    for name in ("seed", "task", "data", "parameters", "training_texts", "workers"):
        if manifest.get(name) is not None:
            yield name, without_secrets(str(manifest[name]))
    for split, digest in (manifest.get("data_fingerprint") or {}).items():
        yield f"data_fingerprint.{split}", str(digest)[:_DIGITS]
    for section in ("versions", "git", "machine"):
        for name, value in (manifest.get(section) or {}).items():
            if value is not None:
                yield f"{section}.{name}", str(value)

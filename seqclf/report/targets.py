"""Where pages are written. Only pages that seqclf wrote are ever replaced."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from seqclf.errors import InputError
from seqclf.run_files import report_about

_COMPARISON = "comparison"


def identity(names: Iterable[str]) -> str:
    """What a page is about, for its ``seqclf-runs``: a digest of the runs' names, in any order."""
    return hashlib.sha256("\0".join(sorted(names)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def check_replaceable(path: Path) -> None:
    """Raise ``InputError`` if a page cannot be written to ``path``, or something else would be lost."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder; expected the name of a file, such as {path / 'report.html'}")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist; create it, or choose another --output")
    if os.path.lexists(path) and report_about(path) is None:
        remedy = "move it, or write another file with `seqclf report --output FILE`"
        raise InputError(f"{path}: exists and is not a report of seqclf; {remedy}")


def comparison_path(runs: Path, about: str) -> Path:
    """``comparison.html`` in a folder of runs; if that is about other runs, the next free ``comparison-2.html``.

    ``about``: the ``identity`` of the comparison.
    """
    for number in itertools.count(1):
        path = runs / f"{_COMPARISON}{'' if number == 1 else f'-{number}'}.html"
        if not os.path.lexists(path) or report_about(path) == about:
            return path
    raise AssertionError

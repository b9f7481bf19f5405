"""Where pages are written. Only pages that seqclf wrote are ever replaced."""

from __future__ import annotations

import hashlib
import html
import itertools
import re
from collections.abc import Iterable
from pathlib import Path

from seqclf.errors import InputError
from seqclf.report.page import GENERATOR

_HEAD = 8_192  # bytes, in which a page says what it is
_META = re.compile(r'<meta name="([^"]+)" content="([^"]*)">')
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
    if path.exists() and _about(path) is None:
        raise InputError(f"{path}: exists and is not a report of seqclf; choose another file with --output")


def comparison_path(runs: Path, about: str) -> Path:
    """``comparison.html`` in a folder of runs; if that is about other runs, the next free ``comparison-2.html``.

    ``about``: the ``identity`` of the comparison.
    """
    for number in itertools.count(1):
        path = runs / f"{_COMPARISON}{'' if number == 1 else f'-{number}'}.html"
        if not path.exists() or _about(path) == about:
            return path
    raise AssertionError


def _about(path: Path) -> str | None:
    """The ``identity`` of a page of seqclf; None for any other file, or one that cannot be read."""
    try:
        with path.open("rb") as file:
            found = dict(_META.findall(file.read(_HEAD).decode("utf-8", "replace")))
    except OSError:
        return None
    if not found.get("generator", "").startswith(GENERATOR):
        return None
    return html.unescape(found.get("seqclf-runs", ""))

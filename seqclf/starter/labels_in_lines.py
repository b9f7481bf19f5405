"""Recognize text files whose lines have no columns but contain their labels, and say how to make a table of them."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

_FASTTEXT = re.compile(rb"__label__\S+\s")
_AFTER_AT = re.compile(rb".*\S ?@([\w -]{1,30})")
_MOST_LABELS = 50
_LEAST_LINES = 4  # of a label
_TO_TABLE = {
    "__label__NAME TEXT": '{l = ""; while (match($0, /^__label__[^ \\t]+[ \\t]+/)) {m = substr($0, 10, RLENGTH - 9); '
    'gsub(/[ \\t]+$/, "", m); l = l (l ? "|" : "") m; $0 = substr($0, RLENGTH + 1)} print l "\\t" $0}',
    "TEXT@LABEL": '{n = split($0, p, "@"); print p[n] "\\t" substr($0, 1, length($0) - length(p[n]) - 1)}',
}


def advice_on_lines(file: Path, start: bytes) -> str | None:
    """How to turn a file with labels in its lines into a tsv file; None for other files.

    Args:
        start: its first bytes.
    """
    lines = [line.rstrip() for line in start.splitlines()[:-1] if line.strip()]
    form = _form(lines)
    if form is None:
        return None
    command = f"awk {shlex.quote(_TO_TABLE[form])} {shlex.quote(str(file))} > {shlex.quote(f'{file}.tsv')}"
    return f"has lines such as {form}; make a table of them: {command}"


def _form(lines: list[bytes]) -> str | None:
    if lines and all(_FASTTEXT.match(line) for line in lines):
        return "__label__NAME TEXT"
    found = [_AFTER_AT.fullmatch(line) for line in lines]
    labels = Counter(one[1] for one in found if one is not None)
    if lines and None not in found and len(labels) <= min(_MOST_LABELS, len(lines) // _LEAST_LINES):
        return "TEXT@LABEL"
    return None

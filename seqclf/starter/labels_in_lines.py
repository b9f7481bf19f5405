"""Recognize text files whose lines have no columns but contain their labels, and say how to make a table of them."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

_FASTTEXT = re.compile(rb"__label__\S+\s")
_COMMA_AFTER = re.compile(rb"__label__([^\s,]+),\S*")
_AFTER_AT = re.compile(rb".*\S ?@([\w -]{1,30})")
_MOST_LABELS = 50
_MOSTLY = 0.9  # of the lines
_LEAST_LINES = 4  # of a label
_OF_FASTTEXT, _WITH_COMMA, _AT_THE_END = "__label__LABEL TEXT", "__label__LABEL,TEXT", "TEXT@LABEL"
_NAMES = 'BEGIN {print "label\\ttext"} '
_TO_TABLE = {
    _OF_FASTTEXT: '{l = ""; while (match($0, /^__label__[^ \\t]+[ \\t]+/)) {m = substr($0, 10, RLENGTH - 9); '
    'gsub(/[ \\t]+$/, "", m); l = l (l ? "|" : "") m; $0 = substr($0, RLENGTH + 1)} print l "\\t" $0}',
    _WITH_COMMA: '{sub(/^__label__/, ""); n = index($0, ","); print substr($0, 1, n - 1) "\\t" substr($0, n + 1)}',
    _AT_THE_END: '{n = split($0, p, "@"); print p[n] "\\t" substr($0, 1, length($0) - length(p[n]) - 1)}',
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
    named = "is in fastText's format" if form != _AT_THE_END else "has a label in each line"
    made = file.with_suffix(".tsv") if file.suffix.lower() != ".tsv" else file.with_suffix(".table.tsv")
    command = f"awk {shlex.quote(_NAMES + _TO_TABLE[form])} {shlex.quote(str(file))} > {shlex.quote(str(made))}"
    return f"{named} ({form}); write labels and texts as columns: {command}"


def _form(lines: list[bytes]) -> str | None:
    commas = [match for line in lines if (match := _COMMA_AFTER.match(line))]
    if lines and len(commas) >= _MOSTLY * len(lines):
        labels_before, words = len({match[1] for match in commas}), len({match[0] for match in commas})
        if labels_before <= _MOST_LABELS and _LEAST_LINES * labels_before <= words:  # else the comma is in the label
            return _WITH_COMMA
    if lines and sum(_FASTTEXT.match(line) is not None for line in lines) >= _MOSTLY * len(lines):
        return _OF_FASTTEXT
    found = [_AFTER_AT.fullmatch(line) for line in lines]
    labels = Counter(one[1] for one in found if one is not None)
    if lines and None not in found and len(labels) <= min(_MOST_LABELS, len(lines) // _LEAST_LINES):
        return _AT_THE_END
    return None

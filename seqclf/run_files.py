"""Reads the JSON files of a run's folder, says what to do about those that cannot be read, and knows its reports."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from seqclf.errors import InputError

REMEDY = "restore it from a copy of the run, or train again"
"""What to do about a missing or malformed file, as the end of a message."""


REPORT_GENERATOR = "seqclf report"
"""How the ``generator`` of a page that seqclf wrote begins."""

_HEAD = 8_192  # bytes, in which a page says what it is
_META = re.compile(r'<meta name="([^"]+)" content="([^"]*)">')


def report_about(path: Path) -> str | None:
    """What a report is about (``seqclf-runs``); None for any other file, or one that cannot be read."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            found = dict(_META.findall(file.read(_HEAD).decode("utf-8", "replace")))
    except OSError:
        return None
    if not found.get("generator", "").startswith(REPORT_GENERATOR):
        return None
    return html.unescape(found.get("seqclf-runs", ""))


def read_object(path: Path) -> dict[str, Any]:
    """The content of a JSON file that has an object. Raises ``InputError`` for anything else."""
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: is malformed (expected a JSON object); {REMEDY}")
    return content


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises ``InputError`` if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {REMEDY}") from error

"""Reads the JSON files of a run's folder, and says what to do about those that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seqclf.errors import InputError

REMEDY = "restore it from a copy of the run, or train again"
"""What to do about a missing or malformed file, as the end of a message."""


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

"""Whether a command line asks for a language model of the user's texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seqclf.config import Override
from seqclf.config.guesses import known_kind
from seqclf.runs import LANGUAGE_MODEL
from seqclf.tables.formats import PLAIN_TEXT
from seqclf.tables.packed import unpacked_name


def is_plain_text(path: Path) -> bool:
    """Whether a path given as a config is plain text by its extension, packed or not."""
    return unpacked_name(path).suffix.lower() in PLAIN_TEXT


def wants_language_model(overrides: Sequence[Override]) -> bool:
    """Whether ``--set`` asks for a language model: by the task, or by the source that has no labels."""
    return any(_names_task(one) or (one.path, one.value) == (("data", "source"), "text") for one in overrides)


def without_task(overrides: Sequence[Override]) -> list[Override]:
    """The overrides without one that only names the task, which would replace the options of the starter's task."""
    return [
        one for one in overrides if not (_names_task(one) and one.value in (LANGUAGE_MODEL, {"type": LANGUAGE_MODEL}))
    ]


def _names_task(override: Override) -> bool:
    value = override.value.get("type") if isinstance(override.value, dict) else override.value
    return (
        override.path in (("task",), ("task", "type"))
        and isinstance(value, str)
        and known_kind(value) == LANGUAGE_MODEL
    )

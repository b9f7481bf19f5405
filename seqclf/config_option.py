"""Reads an option of a run's config without checking the config, which can take longer than a prediction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


def option_of_data(config: Path, option: str) -> Any:
    """The text of an option of ``data``, or the YAML nodes of a list; None if the config is missing or has none."""
    import yaml

    try:
        node: Any = yaml.compose(config.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        for name in ("data", option):
            node = {key.value: value for key, value in node.value}[name]
        return node.value
    except (OSError, ValueError, LookupError, AttributeError, TypeError, yaml.YAMLError):
        return None


def section_of(config: Path, name: str) -> Any:
    """A top-level section of a config as plain values; None if it is missing, null or malformed."""
    import yaml

    try:
        text = config.read_text(encoding="utf-8")
        if not re.search(rf"^{re.escape(name)}:(?! *null *$)", text, re.MULTILINE):  # reading YAML takes milliseconds
            return None
        found = yaml.safe_load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None
    return found.get(name) if isinstance(found, dict) else None

"""Values of rows in messages, and whether they are valid text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def is_text(fields: Iterable[str]) -> bool:
    """Whether UTF-8 can encode them: JSON escapes and file names may contain lone surrogates."""
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: Any, most: int = 40) -> str:
    """A value of any type as JSON, for messages: unprintable characters and lone surrogates are escaped."""
    written = json.dumps(value, default=str, ensure_ascii=False)[:most]
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in written)

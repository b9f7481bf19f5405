"""Write JSON."""

from __future__ import annotations

import json
import math
from typing import Any


def as_json(value: Any) -> str:
    """A value as valid JSON, which has no infinite numbers and no NaN: they become strings such as ``"NaN"``."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=str, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value

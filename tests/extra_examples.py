"""Columns beside the text for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqclf.extra_columns import ExtraColumns

KINDS = {"price": "number", "country": "category", "age": "number"}
GIVEN = {"price": [3, None, 1e9], "country": ["fr", "xx", ""], "age": [None, 7, -4]}
"""Values of three texts: known, missing, new, and out of range."""


def fitted() -> ExtraColumns:
    """``price`` is never missing in training; ``country`` has rare values and missing ones, ``age`` missing ones."""
    draw = np.random.default_rng(0)
    countries = np.array(["de"] * 20 + ["fr"] * 10 + ["it", "es", "pt", "nl", "be"] + [""] * 5, object)
    ages = draw.uniform(18, 90, 40)
    ages[::5] = np.nan
    values: dict[str, Any] = {"price": draw.lognormal(2, 1, 40), "country": countries, "age": ages}
    return ExtraColumns.fit(KINDS, values)


def features() -> Any:
    """Those of ``GIVEN``, ``float32 [3, width]``."""
    return fitted().features(GIVEN, 3)

"""Columns beside the text for tests."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
from conftest import POOLED, small_config

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


OFFERS = ("text", "label", "price", "country")
"""The header of ``offers``."""


def offers(count: int) -> list[tuple[str, ...]]:
    """Rows whose label follows from the country alone, which is sometimes missing."""
    draw = random.Random(4)
    rows = []
    for _ in range(count):
        country = draw.choice(["de", "fr"])
        words = " ".join(draw.choices(["some", "words", "of", "no", "use"], k=5))
        price = "" if draw.random() < 0.2 else f"{draw.lognormvariate(2, 1):.2f}"
        rows.append((words, "yes" if country == "de" else "no", price, country if draw.random() < 0.9 else ""))
    return rows


def offers_config(table: Path, **changes: Any) -> dict[str, Any]:
    """A config that learns them in a second."""
    training = {"epochs": 8, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.02}}
    fixed = {"data__train": str(table), "data__extra": {"price": "number", "country": "category"}}
    return small_config(**fixed, **{"layers": POOLED, "training": training, **changes})

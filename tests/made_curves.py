"""Curves of validation accuracy by wall time, as ``benchmarks/time_to_accuracy.py`` measures them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from time_curves import Curve, Point

TEXTS = {"train": "a", "validation": "b"}


def made_curve(*points: tuple[float, float], contender: str = "sst2", **changes: Any) -> Curve:
    """Of points (seconds, accuracy)."""
    whole = Curve(
        "sst2", contender, {"config": {}, "version": None}, TEXTS, tuple(Point(*point) for point in points), 300.0
    )
    return replace(whole, machine={"a processor": "", "keras": "3"}, **changes)

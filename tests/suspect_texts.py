"""Labelled texts in which some labels are wrong."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml
from conftest import small_config

GOOD, BAD = "lovely great superb charming funny".split(), "awful dull boring poor clumsy".split()
NEUTRAL = [f"word{number}" for number in range(150)]
FLIPPED = (3, 21, 46, 77, 90)


def sentiments(texts: int = 100, flipped: tuple[int, ...] = FLIPPED, seed: int = 1) -> list[tuple[str, str]]:
    """Texts with a label that their words tell, but for those at ``flipped``."""
    draw = random.Random(seed)
    rows = []
    for place in range(texts):
        label = place % 2
        words = draw.choices(NEUTRAL, k=8) + draw.choices((BAD, GOOD)[label], k=3)
        draw.shuffle(words)
        rows.append((" ".join(words), ("neg", "pos")[label ^ (place in flipped)]))
    return rows


def config_of(folder: Path, **data: Any) -> Path:
    """A config with these data options: by default without validation and test texts."""
    path = folder / "config.yaml"
    options = {"data__test": None, "data__validation": 0} | {f"data__{name}": value for name, value in data.items()}
    path.write_text(yaml.safe_dump(small_config(**options)), encoding="utf-8")
    return path

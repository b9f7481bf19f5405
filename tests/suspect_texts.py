"""Labelled texts in which some labels are wrong, and what ``suspects`` finds in them."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result
from conftest import small_config, write_csv

from seqclf.cli import cli
from seqclf.config import Config, load_config
from seqclf.suspects.find import Suspects

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


def read_config(
    folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = ("text", "label"), **data: Any
) -> Config:
    """``config_of`` with these training texts."""
    return load_config(config_of(folder, train=str(write_csv(folder / "train.csv", [header, *rows])), **data))


def places_of(found: Suspects) -> list[int]:
    """The rows of the suspects, from 0."""
    return [int(found.splits[error.split].places[error.place]) for error in found.errors]


def call_suspects(config: Path, *options: str, output: str = "suspects.csv") -> Result:
    """Call the command; it writes next to the config."""
    return CliRunner().invoke(cli, ["suspects", str(config), "-o", str(config.parent / output), *options])


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a list of suspects."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

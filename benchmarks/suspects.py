"""How many wrong labels `seqclf suspects` finds: labels are made wrong by seed, and looked for in its list.

    python benchmarks/suspects.py configs/imdb_bag.yaml configs/sst2.yaml --models linear
    python benchmarks/suspects.py configs/sst2.yaml --models network --threads auto

Reads the training texts of each config, gives 5 % of them another label, and lists the suspects. Nothing is cached, so
that the seconds are those of a first call; they include reading the texts, but not the search for duplicates. Prints a
Markdown table: the share of wrong labels among the first of the list, and how many of all wrong labels are in it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seqclf.cli.grids import Grid
from seqclf.config import Config, checked_config, read_config
from seqclf.config.loading import plain
from seqclf.data.written_splits import write_texts
from seqclf.sources.base import TableColumns
from seqclf.sources.texts import LabelledTexts
from seqclf.suspects.find import find_suspects
from seqclf.suspects.linear import LinearModels
from seqclf.suspects.network import Networks
from seqclf.suspects.out_of_fold import FoldModel
from seqclf.tensorflow_startup import start_tensorflow
from seqclf.training.options import TrainOptions

FIRST = (100, 500)


@dataclass(frozen=True)
class Result:
    """What the list of suspects has of the wrong labels.

    Attributes:
        wrong: number of wrong labels.
        suspects: length of the list.
        right: how many of the first suspects are wrong labels, for each of ``FIRST``.
        found: the same of the whole list.
    """

    data: str
    model: str
    texts: int
    wrong: int
    suspects: int
    right: tuple[int, ...]
    found: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="+", type=Path, metavar="CONFIG")
    parser.add_argument("--models", nargs="+", choices=["linear", "network"], default=["linear"])
    parser.add_argument("--rate", type=float, default=0.05, help="share of wrong labels")
    parser.add_argument("--seed", type=int, default=7, help="of the wrong labels")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--threads", default="auto")
    arguments = parser.parse_args()
    results = []
    for path in arguments.configs:
        for model in arguments.models:
            results.append(_measured(path, model, arguments))
            print(results[-1], file=sys.stderr, flush=True)
    print(table(results))


def _measured(path: Path, model: str, arguments: argparse.Namespace) -> Result:
    config = read_config(path).config
    if config.data.needs_tensorflow or model == "network":
        start_tensorflow(config, arguments.threads)
    texts = config.data.open().read(str(config.data.parts()["train"]))
    made, wrong = with_wrong_labels(texts, arguments.rate, arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["SEQCLF_CACHE"] = str(folder / "cache")
        changed = _reading(config, made, folder)
        judge: FoldModel = LinearModels()
        if model == "network":
            judge = Networks(changed, TrainOptions(threads=arguments.threads))
        started = time.monotonic()
        found = find_suspects(changed, judge, folds=arguments.folds, similarity=None)
        seconds = time.monotonic() - started
    places = np.array([found.splits[error.split].places[error.place] for error in found.errors], np.int64)
    right = tuple(int(np.isin(places[:count], wrong).sum()) for count in FIRST)
    return Result(
        config.name, model, len(made), len(wrong), len(places), right, int(np.isin(places, wrong).sum()), seconds
    )


def with_wrong_labels(texts: LabelledTexts, rate: float, seed: int) -> tuple[LabelledTexts, np.ndarray]:
    """The texts, some with another label of the data, and the places of these, ascending."""
    draw = np.random.default_rng(seed)
    names = sorted(set(texts.labels))
    places = np.sort(draw.choice(len(texts), round(rate * len(texts)), replace=False))
    labels = list(texts.labels)
    for place in places.tolist():
        others = [name for name in names if name != labels[place]]
        labels[place] = others[int(draw.integers(len(others)))]
    return replace(texts, labels=labels), places


def _reading(config: Config, texts: LabelledTexts, folder: Path) -> Config:
    """The config with these texts; validation texts drawn from them are judged, too."""
    file = write_texts({"train": texts}, TableColumns(), folder)["train"]
    data = {"source": "table", "train": str(folder / file), "validation": 0.1, "test": None}
    return checked_config(plain(config) | {"data": data})


def table(results: Sequence[Result]) -> str:
    headings = ("config", "model", "texts", "wrong", "listed", *(f"of the first {count}" for count in FIRST))
    rows = [
        [
            one.data,
            one.model,
            *(f"{count:,}" for count in (one.texts, one.wrong, one.suspects)),
            *(
                f"{right} ({right / min(count, max(one.suspects, 1)):.0%})"
                for right, count in zip(one.right, FIRST, strict=True)
            ),
            _share(one.found, one.wrong),
            f"{one.seconds:.0f}",
        ]
        for one in results
    ]
    return Grid((*headings, "of all wrong", "seconds"), rows, words=2).markdown()


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / max(whole, 1):.0%})"


if __name__ == "__main__":
    main()

"""What is searched where a config names no ranges: the options of its own layers that usually matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seqclf.config import Config
from seqclf.config.loading import plain
from seqclf.config.ranges import Range, Values, with_values
from seqclf.config.validation import validate
from seqclf.layer_types import walk
from seqclf.metrics.monitors import PREFIX
from seqclf.option_types import AUTO, OptionPath
from seqclf.training.automatic import default_rate

_DROPOUT = 0.6
_LAYER_DROPOUT = 0.5
_WORD_DROPOUT = 0.4
_POOLED: tuple[Any, ...] = ("mean", "max", ["mean", "max"])


def default_space(
    config: Config, written: Values, *, all_: bool = False, metric: str | None = None
) -> tuple[Range, ...]:
    """The ranges that follow from the layers of a config.

    A range includes the value that the config has. Ranges with a value that the schema rejects are left out.

    Args:
        written: the options that the user has set, as plain values; they stay as they are.
        all_: search them as well.
        metric: the score that decides, without ``val_``: with early stopping, whether it also chooses the epoch is
            searched; None: it is not.
    """
    found = [one for one in (*_candidates(config), *_monitor(config, metric)) if all_ or not _is_set(written, one.path)]
    return tuple(one for one in found if _is_valid(plain(config), one))


def _candidates(config: Config) -> Iterator[Range]:
    optimizer, embedding = config.training.optimizer, config.embedding
    if optimizer.learning_rate != AUTO:  # else each trial finds its own
        usual, own = default_rate(config), optimizer.rate
        path = ("training", "optimizer", "learning_rate")
        yield Range(path, low=min(usual / 10, own), high=max(usual * 10, own), log=True)
    yield from _fraction(("embedding", "dropout"), embedding.dropout, _DROPOUT)
    if config.task.needs_labels:
        yield from _fraction(("embedding", "word_dropout"), embedding.word_dropout, _WORD_DROPOUT)
    if config.ngrams is not None and config.layers:
        yield from _fraction(("ngrams", "dropout"), config.ngrams.dropout, _DROPOUT)
    for section, layers in (("layers", config.layers), ("head", config.head)):
        for where, layer in walk(layers, section):
            yield from _of_layer(where, layer, widths=config.initialize is None)


def _monitor(config: Config, metric: str | None) -> Iterator[Range]:
    """Which score chooses the epoch: the config's own, or the one that decides the search."""
    stopping = config.training.early_stopping
    if stopping is not None and metric is not None and stopping.monitor != f"{PREFIX}{metric}":
        yield Range(("training", "early_stopping", "monitor"), choices=(stopping.monitor, f"{PREFIX}{metric}"))


def _of_layer(where: OptionPath, layer: Any, *, widths: bool) -> Iterator[Range]:
    """The ranges of one layer: its width, its dropout, its way of pooling. The weights of another run fix the width."""
    for width in ("units", "filters"):
        if widths and isinstance(size := getattr(layer, width, None), int):
            yield Range((*where, width), choices=tuple(sorted({max(1, size // 2), size, 2 * size})))
    if isinstance(dropout := getattr(layer, "dropout", None), float):
        yield from _fraction((*where, "dropout"), dropout, _LAYER_DROPOUT)
    if layer.type in ("dropout", "spatial_dropout"):
        yield from _fraction((*where, "rate"), layer.rate, _DROPOUT)
    if layer.type == "pool":
        ways = list(_POOLED)
        own = layer.method if isinstance(layer.method, str) else list(layer.method)
        yield Range((*where, "method"), choices=tuple([*([] if own in ways else [own]), *ways]))


def _fraction(path: OptionPath, own: float, most: float) -> Iterator[Range]:
    if own < 1:
        yield Range(path, low=0.0, high=max(most, own))


def _is_set(written: Values, path: OptionPath) -> bool:
    """Whether the user has set the option itself."""
    value: Any = written
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _is_valid(values: Values, one: Range) -> bool:
    return all(validate(with_values(values, {one.path: end}))[0] is not None for _, end in one.ends)

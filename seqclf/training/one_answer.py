"""A trained network that gives nearly every text the same label, and what to try then."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from seqclf.config import Config
from seqclf.layer_types import walk
from seqclf.metrics.classification import ClassificationMetrics

_NEARLY_ALL = 0.99
_FREQUENT = 0.9
"""Where a label is more frequent than this, answering nothing else may be the best that can be learnt."""
_FEWEST = 20


def one_answer(
    config: Config, validation: ClassificationMetrics, *, file: str, more_epochs: str | None = None
) -> str | None:
    """The warning about a network that has learnt nothing from its texts, with what to try; None about any other.

    Units that die or saturate in the first steps do this: ReLU units that are 0 for every text have no gradient.

    Args:
        file: the run's config.
        more_epochs: the command that trains for more epochs, if the last one was the best.
    """
    if not config.layers or validation.texts < _FEWEST:
        return None
    predicted = [sum(column) for column in zip(*validation.confusion, strict=True)]
    place = max(range(len(predicted)), key=predicted.__getitem__)
    true = sum(validation.confusion[place])
    if predicted[place] < _NEARLY_ALL * sum(predicted) or true > _FREQUENT * sum(predicted):
        return None
    label, texts = list(validation.labels)[place], validation.texts
    steps = "".join(f"\n  {number}. {step}" for number, step in enumerate(_steps(config, file, more_epochs), 1))
    return (
        f'this network answers "{label}" to {predicted[place]:,} of {texts:,} validation texts, and {true:,} have this '
        f"label: it has learnt nothing. What to try, in this order (docs/training.md says why):{steps}"
    )


def _steps(config: Config, file: str, more_epochs: str | None) -> Iterator[str]:
    def command(*settings: str) -> str:
        return shlex.join(["seqclf", "train", file, *(word for one in settings for word in ("--set", one))])

    if more_epochs is not None:
        yield f"more training.epochs: the last one was the best: {more_epochs}"
    rate = f"training.optimizer.learning_rate={config.training.optimizer.rate / 3:.1g}"
    yield f"a lower learning rate: {command(rate)}"
    if any(getattr(layer, "activation", None) == "relu" for _, layer in (*walk(config.layers), *walk(config.head))):
        yield "activation: gelu instead of relu: a unit that is 0 for every text no longer learns"
    yield f"another seed, as the first weights are drawn: {command(f'seed={(config.seed + 1) % 2**31}')}"

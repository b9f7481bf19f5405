"""A network whose logits do not count beside those of the n-grams, and what to try then."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from seqclf.config import Config

_NOTHING = 0.005
"""A smaller weight is shown as 0.00."""


@dataclass(frozen=True)
class Mix:
    """The weights of the two parts of the sum that the logits are, as the best epoch chose them on validation texts.

    Attributes:
        network: of the network's logits; never below 0.
        ngrams: of the n-grams' logits; never below 0.
    """

    network: float
    ngrams: float

    def __str__(self) -> str:
        return f"{self.network:.2f} x network + {self.ngrams:.2f} x n-grams"


def silent_network(config: Config, mix: Mix | None, *, file: str) -> str | None:
    """The warning about a network whose logits do not count, with what to try; None about any other.

    Args:
        mix: None for a model whose logits are no such sum.
        file: the run's config.
    """
    if mix is None or mix.network >= _NOTHING:
        return None
    rate = f"training.optimizer.learning_rate={config.training.optimizer.rate / 3:.1g}"
    alone = shlex.join(["seqclf", "train", file, "--set", "ngrams=null"])
    lower = shlex.join(["seqclf", "train", file, "--set", rate])
    without = shlex.join(["seqclf", "train", file, "--set", "layers=[]", "--set", "head=[]"])
    return (
        f"the n-grams decide alone: on the validation texts, the best weight of the network's logits is "
        f"{mix.network:.2f}. What to try, in this order (docs/training.md says why):"
        f"\n  1. the network without n-grams, to see what it learns: {alone}"
        f"\n  2. a lower learning rate, and more epochs: {lower}"
        f"\n  3. the n-grams alone, a smaller and faster model with the same answers: {without}"
    )

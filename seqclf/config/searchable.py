"""Options whose values no search can compare: they have no effect on a score, or change the texts that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from seqclf.config.problems import Problem
from seqclf.config.ranges import Range
from seqclf.option_types import OptionPath

if TYPE_CHECKING:
    from seqclf.config.schema import Config

_WITHOUT_EFFECT: dict[OptionPath, str] = {
    ("name",): "has no effect on a score",
    ("training", "baseline"): "has no effect on a score: trials have no linear model beside them",
    ("training", "keep_checkpoints"): "has no effect on a score: trials keep no checkpoints",
}
_SAME_TEXTS = frozenset({"extra", "unlabelled"})
"""Options of ``data`` that leave the validation texts and their labels as they are."""
_SAME_GIVEN_TEXTS = frozenset({"train"})
"""The same, if the validation texts have a file of their own."""

_CURE = "write one value"


def unsearchable(config: Config, ranges: Sequence[Range]) -> Iterator[Problem]:
    """The problems of ranges of such options, for a config with the values to start from."""
    data = config.data
    draws = isinstance(data.validation, float) and data.validation > 0
    for one in ranges:
        if (why := _WITHOUT_EFFECT.get(one.path)) is not None:
            yield Problem(one.path, f"a range {why}; {_CURE}")
        elif one.path in {("task",), ("task", "type")}:
            yield Problem(one.path, f"scores of different tasks cannot be compared; {_CURE}")
        elif one.path == ("seed",) and draws and data.split_seed is None:
            message = "each value draws other validation texts, whose scores cannot be compared; set data.split_seed"
            yield Problem(one.path, message)
        elif one.path[0] == "data" and not _keeps_texts(one, draws=draws):
            yield Problem(one.path, f"scores on other validation texts or labels cannot be compared; {_CURE}")


def _keeps_texts(one: Range, *, draws: bool) -> bool:
    allowed = _SAME_TEXTS if draws else _SAME_TEXTS | _SAME_GIVEN_TEXTS
    return len(one.path) > 1 and one.path[1] in allowed

"""``seqclf eval --slice``: accuracy on parts of the texts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.grids import Grid
from seqclf.errors import InputError
from seqclf.labels import on_one_line
from seqclf.metrics.scores import number_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.cli.given_texts import GivenTexts
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.measurable import MeasurableClassifier
    from seqclf.evaluation.slices import Slice

LENGTH, LABEL = "length", "label"
ALWAYS = (LENGTH, LABEL)
"""What ``--json`` has without being asked."""
_COLUMN = "column:"
_MOST_ROWS = 20
_LISTED = 12


@dataclass(frozen=True)
class Slicing:
    """Names of ``--slice``: ``length``, ``label`` or columns, each once."""

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str], given: GivenTexts) -> Slicing:
        """Raises ``InputError`` for a column that the texts do not have."""
        chosen = cls(tuple(dict.fromkeys(names)))
        for name in chosen.names:
            if name not in ALWAYS:
                _check_column(name, given)
        return chosen

    def slices(
        self,
        classifier: MeasurableClassifier,
        given: GivenTexts,
        texts: EncodedTexts,
        probabilities: NDArray[np.floating],
    ) -> dict[str, list[Slice]]:
        """The slices by each name, and by ``ALWAYS``. Raises ``InputError`` if the table has changed meanwhile.

        Args:
            texts: those of ``given`` that were measured.
            probabilities: ``[texts, labels]``.
        """
        from seqclf.evaluation.slices import by_values, correct_texts, sliced, usual_groups

        groups = usual_groups(texts, classifier.labels, classifier.config.tokenizer.max_tokens)
        for name in self.names:
            if name not in groups:
                groups[name] = by_values(_values(name, given, classifier))
        correct = correct_texts(probabilities, texts, classifier.thresholds)
        return {name: sliced(found, correct, texts.relative_weights) for name, found in groups.items()}


def check_slices(names: Sequence[str], scores: Sequence[str]) -> None:
    """Raise ``UsageError`` for ``--slice`` with single numbers."""
    if names and scores:
        raise click.UsageError("--slice prints a table, --metric single numbers: omit one of them")


def slice_parts(name: str, slices: Sequence[Slice], *, accuracy: float, multi: bool) -> Iterator[str | Grid]:
    """A sentence and a table; ``accuracy`` is that of all texts."""
    shown, more = slices[:_MOST_ROWS], slices[_MOST_ROWS:]
    rows = [
        [
            on_one_line(one.group.name) + (" *" if one.is_small else ""),
            f"{one.texts:,}",
            number_of("accuracy", one.accuracy),
            " to ".join(number_of("accuracy", end) for end in (one.low, one.high)),
        ]
        for one in shown
    ]
    if more:
        rows.append([f"{len(more):,} more (--json has all)", f"{sum(one.texts for one in more):,}", "", ""])
    few = "; *: fewer than 30 texts, listed last" if any(one.is_small for one in shown) else ""
    what = "tokens" if name == LENGTH else name.removeprefix(_COLUMN)
    yield ""
    yield f"Accuracy by {what}, the worst first (all texts: {number_of('accuracy', accuracy)}{few}):"
    yield Grid((on_one_line(what), "texts", "accuracy", "95 % interval"), rows)
    if multi and name == LABEL:
        yield "A text counts for each of its labels, and is correct if all of them are."


def _check_column(name: str, given: GivenTexts) -> None:
    rows = given.rows
    column = name.removeprefix(_COLUMN)
    if rows is None:
        raise InputError(
            f"--slice {name}: only tables have columns, and these texts are from none; use length or label"
        )
    if column in rows.columns:
        return
    close = difflib.get_close_matches(column, [*ALWAYS, *rows.columns], n=1, cutoff=0.6)
    meant = f'; did you mean "{close[0]}"?' if close else "."
    known = ", ".join(map(on_one_line, rows.columns[:_LISTED])) + (", ..." if len(rows.columns) > _LISTED else "")
    raise InputError(
        f'--slice {name}: {rows.part} has no column "{on_one_line(column)}"{meant} Use length, label or a column '
        f"({known})"
    )


def _values(name: str, given: GivenTexts, classifier: MeasurableClassifier) -> list[Any]:
    """The values of a column, one for each measured text."""
    rows = given.rows
    assert rows is not None
    if (kept := given.kept(classifier.labels)) is not None:
        rows = rows.chosen(kept)
    column = name.removeprefix(_COLUMN)
    values = [row.get(column) for row in rows]
    expected = len(given.texts) if kept is None else len(kept)
    if len(values) != expected:
        raise rows.changed()
    return values

"""The predictions behind the metrics, text by text, as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.data.source import LabelledTexts
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.files import sync
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.job import Target
from seqclf.inference.bulk.writers import LineWriter, ParquetWriter, Writer
from seqclf.table_rows import KINDS, WRITE_KINDS

_ROWS_A_BLOCK = 4_096


def predictions_target(path: Path, *, overwrite: bool) -> Target:
    """The file, of the kind that its ending says. Raises ``InputError`` where it could not be written."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        endings = ", ".join(f".{kind}" for kind in WRITE_KINDS)
        raise InputError(f"--predictions: {path}: cannot tell the format from its ending (expected one of {endings})")
    target = Target(path, kind, overwrite=overwrite)
    target.check()
    return target


def write_predictions(
    target: Target, texts: LabelledTexts, probabilities: NDArray[np.floating], decider: Decider, separator: str = "|"
) -> int:
    """Write a row for each text: ``text``, ``label``, the prediction with its probability, whether it is ``right``, and
    the probability of every label; returns how many are right.

    The columns of the prediction are those of ``seqclf predict --probabilities``. Of lists of labels, ``label`` is the
    list, and ``right`` says that all of its labels were predicted and no other. The file appears when it is complete.

    Args:
        probabilities: ``[texts, labels]``.
        separator: between several labels of a field, where a file has no lists.
    """
    answers = Answers(decider, every=True, separator=separator)
    right = 0
    with tempfile.TemporaryDirectory(dir=target.path.absolute().parent, prefix=f".{target.path.name}.") as folder:
        writer: Writer = (
            ParquetWriter(Path(folder)) if target.kind == "parquet" else LineWriter.into(target.kind, Path(folder))
        )
        for block, chosen in _blocks(texts, probabilities):
            found = zip(block, decider(chosen), answers.rows(chosen, flat=writer.flat), strict=True)
            rows = []
            for (text, label), predicted, answer in found:
                is_right = set(predicted) == set(label)
                right += is_right
                shown = _label(label, texts.multi, separator if writer.flat else None)
                rows.append(_row(text, shown, answer, str(is_right).lower() if writer.flat else is_right))
            writer.write(rows)
        writer.finish().replace(target.path)
        sync(target.path.absolute().parent)
    return right


def _blocks(
    texts: LabelledTexts, probabilities: NDArray[np.floating]
) -> Iterator[tuple[list[tuple[str, tuple[str, ...]]], NDArray[np.floating]]]:
    """Texts with their labels, and their probabilities, some at a time."""
    for start in range(0, len(texts), _ROWS_A_BLOCK):
        part = slice(start, start + _ROWS_A_BLOCK)
        yield list(zip(texts.texts[part], texts.label_sets[part], strict=True)), probabilities[part]


def _label(names: tuple[str, ...], multi: bool, separator: str | None) -> str | list[str]:
    if not multi:
        return names[0]
    return list(names) if separator is None else separator.join(names)


def _row(text: str, label: str | list[str], answer: Mapping[str, Any], right: bool | str) -> dict[str, Any]:
    """The columns in the order in which they are read."""
    first = {name: value for name, value in answer.items() if not name.startswith("probability_of")}
    return {"text": text, "label": label, **first, "right": right, **answer}

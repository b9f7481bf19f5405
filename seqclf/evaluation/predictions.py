"""Write the predictions behind the metrics, text by text, to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.evaluation.input_rows import InputRows
from seqclf.files import scratch_folder, sync
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.parquet_writer import ParquetWriter
from seqclf.inference.bulk.target import Target
from seqclf.inference.bulk.writers import LineWriter, Writer
from seqclf.sources.texts import LabelledTexts
from seqclf.tables.formats import not_written, output_kind_of
from seqclf.tables.packed import packed, packing_of
from seqclf.text.fields import split_fields

_ROWS_A_BLOCK = 4_096


def predictions_target(path: Path, *, overwrite: bool) -> Target:
    """The file, in the format of its extension. Raises ``InputError`` if it cannot be written."""
    kind = output_kind_of(path)
    if kind is None:
        raise InputError(f"--predictions {not_written(path)}")
    target = Target(path, kind, overwrite=overwrite)
    target.check()
    return target


@dataclass(frozen=True)
class Predictions:
    """A file of predictions to write, with its options.

    Attributes:
        separator: between several labels in a field, for formats without lists.
        prefix: start of the names of the new columns.
        fields: the columns whose values together are a text; empty if a text is a single value.
    """

    target: Target
    decider: Decider
    separator: str = "|"
    prefix: str = ""
    fields: tuple[str, ...] = ()

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self.decider, every=True, separator=self.separator, prefix=self.prefix)

    @property
    def _flat(self) -> bool:
        return self.target.kind in ("csv", "tsv")

    @property
    def columns(self) -> list[str]:
        """The new columns, in the order of the file."""
        names = self._answers.named(flat=self._flat)
        every = [name for name in names if name.startswith(f"{self.prefix}probability_of")]
        return [*names[: len(names) - len(every)], f"{self.prefix}correct", *every]

    def check(self, rows: InputRows | None) -> None:
        """Raise ``InputError`` if the format cannot represent a label, or the input has a column of a new one's name.

        ``rows``: of the table that the texts come from.
        """
        self._answers.check(self.target.kind)
        if rows is not None and (clash := [name for name in self.columns if name in rows.columns]):
            named = ", ".join(f'"{name}"' for name in clash[:5])
            raise InputError(
                f"--predictions: {rows.part} already has columns with the names of new ones ({named}); rename the new "
                "columns, for example with --prefix model_"
            )

    def write(self, texts: LabelledTexts, probabilities: NDArray[np.floating], rows: InputRows | None = None) -> int:
        """Write one row per text; return the number of correct predictions.

        The columns of the input come first, or ``text`` and ``label`` if the input is not a table. The columns of the
        prediction are those of ``seqclf predict --probabilities`` and ``correct``. Multi-label, ``correct`` means that
        exactly the labels of the text were predicted. The file appears when it is complete.

        Args:
            probabilities: ``float [texts, labels]``.
            rows: of the table that the texts come from.

        Raises:
            InputError: the table has changed since its texts were read, or has values that the format cannot store.
        """
        self._answers.check(self.target.kind)
        given = self._of_texts(texts) if rows is None else self._of_table(rows, texts)
        path = self.target.path.absolute()
        correct = 0
        with scratch_folder(path) as folder:
            writer = self._writer(folder, rows)
            for start in range(0, len(texts), _ROWS_A_BLOCK):
                part = slice(start, start + _ROWS_A_BLOCK)
                found = self._answered(texts.label_sets[part], probabilities[part])
                correct += sum(is_correct for is_correct, _ in found)
                block = [{**row, **answer} for row, (_, answer) in zip(islice(given, len(found)), found, strict=True)]
                if refused := writer.write(block, self.columns):
                    place, what = next(iter(refused.items()))
                    raise InputError(f"{path}: row {start + place + 1:,}: {what}; write a jsonl file instead")
            next(given, None)  # raises if the table has more rows by now
            packed(writer.finish(), packing_of(path)).replace(path)
            sync(path.parent)
        return correct

    def _writer(self, folder: Path, rows: InputRows | None) -> Writer:
        if self.target.kind == "parquet":
            return ParquetWriter(folder, {} if rows is None else rows.arrow_types())
        return LineWriter.into(self.target.kind, folder)

    def _answered(
        self, labels: Sequence[tuple[str, ...]], probabilities: NDArray[np.floating]
    ) -> list[tuple[bool, dict[str, Any]]]:
        """For each text, whether the prediction is correct, and the new columns."""
        answers = self._answers.rows(probabilities, flat=self._flat)
        columns = self.columns
        found = []
        for names, predicted, answer in zip(labels, self.decider(probabilities), answers, strict=True):
            correct = set(predicted) == set(names)
            full = {**answer, f"{self.prefix}correct": str(correct).lower() if self._flat else correct}
            found.append((correct, {name: full[name] for name in columns}))
        return found

    def _of_texts(self, texts: LabelledTexts) -> Iterator[dict[str, Any]]:
        columns = self.fields or ("text",)
        label = "label" if "label" not in columns else "label_"
        for text, names in zip(texts.texts, texts.label_sets, strict=True):
            fields = split_fields(text) if self.fields else [text]
            yield {
                **dict(zip(columns, fields, strict=True)),
                label: self._field(list(names)) if texts.multi else names[0],
            }

    def _of_table(self, rows: InputRows, texts: LabelledTexts) -> Iterator[dict[str, Any]]:
        """Raises ``InputError`` if a row no longer has the evaluated text."""
        blank = {} if self.target.kind == "jsonl" else dict.fromkeys(rows.columns)
        label = rows.source.columns_read.label
        for read, row in zip_longest(texts.texts, rows):
            if read is None or row is None or rows.source.text_of(row) != read:
                raise rows.changed()
            full = {**blank, **row}
            if isinstance(label, str):
                full[label] = self._field(full[label])
            yield full

    def _field(self, label: Any) -> Any:
        """Several labels as one field, for formats without lists."""
        return self._answers.field(label) if self._flat and isinstance(label, list) else label

"""Files of texts, and their predictions by a model that uses only the length."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.decisions import Decider
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.job import Report, predict_file
from seqclf.inference.bulk.reader import Source
from seqclf.inference.bulk.target import Target
from seqclf.labels import Labels
from seqclf.tables.formats import output_kind_of

ONE, MULTI = Labels(("long", "short")), Labels(("long", "short", "odd"), multi=True)
ROWS = [{"id": str(i), "text": "x" * (i % 7) + f' "quoted", {i}\n\tnext', "more": f"é{i}"} for i in range(3, 30)]


def of_length(texts: Sequence[str]) -> np.ndarray:
    """Probabilities that grow with the length of the text, ``float64 [texts, 2]``."""
    short = np.array([1 / (1 + len(text)) for text in texts])
    return np.stack([1 - short, short], axis=1)


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write the rows in the format of the extension."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                writer = csv.writer(file)
            else:
                writer = csv.writer(file, "excel-tab", quoting=csv.QUOTE_NONE, quotechar=None)
            writer.writerow(rows[0])
            writer.writerows(row.values() for row in rows)
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a file of ``written``, or predictions."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path).to_pylist()  # type: ignore[no-any-return]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))


def predict(source: Path, target: Path, labels: Labels = ONE, call: Any = of_length, **options: Any) -> Report:
    answering = {name: options.pop(name) for name in ("top", "every") if name in options}
    targeting = {name: options.pop(name) for name in ("errors", "overwrite") if name in options}
    thresholds = (0.5,) * len(labels) if labels.multi else None
    answers = Answers(Decider(labels, thresholds), **answering)
    model = source.parent / "model"
    model.write_bytes(b"model")
    to = Target(target, output_kind_of(target) or "", **targeting)
    return predict_file(call, model, Source.of(str(source), None, "text"), to, answers, **options)

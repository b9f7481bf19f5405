"""A config for a user's own texts, from a look at them."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.config.loading import DATA_VARIABLE
from seqclf.data.folders import FolderSource
from seqclf.data.label_sets import all_the_same
from seqclf.data.source import LabelledTexts
from seqclf.data.tables import ROWS_LOOKED_AT, TableSource
from seqclf.errors import InputError
from seqclf.table_rows import column_hint

_TEXT_NAMES = "text review sentence content body comment tweet message question utterance query document article title"
_LABEL_NAMES = (
    "label class category sentiment intent target topic tag labels classes categories intents topics tags stars rating "
    "score polarity y"
)
_LEAST_TEXTS = 20
_LEAST_TEXTS_A_LABEL = 4
_MOST_LABELS = 1_000
_TOKENS_A_WORD = 1.6  # of subwords: 1.4 on IMDB, 1.6 on news, at 8,192 pieces


@dataclass(frozen=True)
class Starter:
    """A config's text, and what it was made from in a few words."""

    text: str
    seen: str


def starter(path: str, text: str | None = None, label: str | None = None, separator: str | None = None) -> Starter:
    """A config that trains on the file or folder as it is.

    Args:
        path: csv, tsv or jsonl, or a folder of ``LABEL/*.txt``.
        text: column of the texts; guessed from names and contents when None.
        label: likewise of the labels.
        separator: stands between several labels of one field.

    Raises:
        InputError: where the data cannot be read or do not show which column is which.
    """
    # Where a variable says that relative paths start elsewhere, this one is not relative.
    where = str(Path(path).absolute()) if os.environ.get(DATA_VARIABLE) else path
    if Path(path).is_dir():
        data = FolderSource().read(path)
        source, named = ["source: folder", f"train: {_scalar(where)}"], ""
    else:
        columns = TableSource("", "", options="--").columns(path)
        text = text or _text_column(path, columns)
        label = label or _label_column(path, {name: values for name, values in columns.items() if name != text})
        if text == label:
            raise InputError(f'{path}: "{text}" cannot be both text and label; name another with --text or --label')
        data = TableSource(text, label, separator=separator, options="--").read(path, most=ROWS_LOOKED_AT)
        source = ["source: table", f"train: {_scalar(where)}", f"text: {_scalar(text)}", f"label: {_scalar(label)}"]
        if separator is not None:
            source.append(f"label_separator: {_scalar(separator)}")
        named = f' (texts in "{text}", labels in "{label}")'
    return _starter(path, data, source, named)


def _starter(path: str, data: LabelledTexts, source: list[str], named: str) -> Starter:
    labels = Counter(name for names in data.label_sets for name in names)
    count = len(data)
    if all(number == count for number in labels.values()):
        raise InputError(f"{path}: {all_the_same(list(labels), data.multi)}")
    if len(labels) > max(2, count // _LEAST_TEXTS_A_LABEL):
        raise InputError(
            f"{path}: {len(labels):,} different labels for {count:,} texts; name another column with --label, or "
            "--label-separator where they are several labels in one field"
        )
    if count < _LEAST_TEXTS:
        raise InputError(f"{path}: holds {count} texts; a classifier needs at least {_LEAST_TEXTS}, better hundreds")
    words = [text.split() for text in data.texts]
    lengths = np.array([len(row) for row in words])
    distinct = len({word.lower() for row in words for word in row})
    share = 0.1 if count >= 1_000 else 0.2
    width, batch, epochs, patience = (64, 64, 10, 2) if count >= 2_000 else (32, 16, 40, 5)
    most = float(np.quantile(lengths, 0.95))
    max_tokens = int(min(512, max(16, np.ceil(most * _TOKENS_A_WORD / 16) * 16)))
    vocab_size = int(min(8192, max(1024, 2 ** np.ceil(np.log2(max(distinct, 1))))))
    several = "the first " if count >= ROWS_LOOKED_AT else ""
    shown = ", ".join(f"{name} ({n:,})" for name, n in labels.most_common(6)) + (", ..." if len(labels) > 6 else "")
    seen = (
        f"{several}{count:,} texts with {'lists of ' if data.multi else ''}{len(labels)} labels{named}: {shown}; words "
        "a text: median "
        f"{np.median(lengths):,.0f}, 95 % have at most {most:,.0f}"
    )
    commented = [
        (f"name: {_name(path)}", ""),
        ("seed: 7", "decides everything that is drawn at random"),
        ("", ""),
        ("data:", ""),
        *((f"  {line}", "") for line in source),
        (f"  validation: {share}", "share of the texts for choosing the best epoch, or another file"),
        (f"  test: {share}", "share of the texts that only `seqclf eval` looks at, or another file"),
        ("", ""),
        ("tokenizer:", ""),
        (f"  vocab_size: {vocab_size}", "most word pieces that are learnt from the training texts"),
        (f"  max_tokens: {max_tokens}", "of longer texts the middle is cut away"),
        ("", ""),
        ("embedding:", ""),
        (f"  dim: {width}", ""),
        ("  dropout: 0.3", ""),
        ("", ""),
        ("layers:", "what reads the text, first to last"),
        ("  - type: lstm", "or gru"),
        (f"    units: {width}", ""),
        ("    bidirectional: true", ""),
        ("", ""),
        ("head:", "between the text's vector and the output layer"),
        ("  - type: dropout", ""),
        ("    rate: 0.5", ""),
        ("", ""),
        ("training:", ""),
        (f"  epochs: {epochs}", ""),
        (f"  batch_size: {batch}", ""),
        ("  optimizer:", ""),
        ("    type: adam", ""),
        ("    learning_rate: 2e-3", ""),
        ("  early_stopping:", "the weights of the best epoch are kept"),
        ("    monitor: val_loss", ""),
        (f"    patience: {patience}", "epochs without a better one that are waited for"),
    ]
    lines = [
        "# A classifier of your own texts. Every option is explained by `seqclf schema --markdown`.",
        *(f"# {line}" for line in textwrap.wrap(f"Seen in {path}: {_one_line(seen)}.", 110)),
        *(f"{option:26} # {comment}" if comment else option for option, comment in commented),
    ]
    return Starter("\n".join(lines) + "\n", _one_line(seen))


def _text_column(path: str, columns: dict[str, list[Any]]) -> str:
    if (hint := column_hint("text", list(columns))).startswith("; the fields"):
        raise InputError(f"{path}: one column ({next(iter(columns))}){hint}")
    if (named := _named(_TEXT_NAMES, columns)) is not None:
        return named
    texts = {name: values for name, values in columns.items() if all(isinstance(value, str) for value in values)}
    if not texts:
        raise InputError(f"{path}: no column holds texts (columns: {', '.join(columns)})")
    longest = max(texts, key=lambda name: sum(map(len, texts[name])))
    if len(longest.split()) > 3:
        raise InputError(
            f'{path}:1: the first line must name the columns, such as text,label; found "{longest[:40]}..."'
        )
    return longest


def _label_column(path: str, columns: dict[str, list[Any]]) -> str:
    if (named := _named(_LABEL_NAMES, columns)) is not None:
        return named
    most = min(_MOST_LABELS, max(2, len(next(iter(columns.values()), [])) // _LEAST_TEXTS_A_LABEL))
    names = {name: [label for value in values for label in _listed(value)] for name, values in columns.items()}
    kinds = {name: len(set(map(str, values))) for name, values in names.items() if _are_labels(values)}
    usable = {name: columns[name] for name, count in kinds.items() if 2 <= count <= most}
    if not usable:
        raise InputError(
            f"{path}: no column looks like a label, with at least two values that come back (columns: "
            f"{', '.join(columns) or 'none but the text'}); name it with --label"
        )
    fewest = min(usable, key=lambda name: kinds[name])
    if fewest in map(str, usable[fewest]):
        raise InputError(f'{path}:1: the first line must name the columns, but "{fewest}" is a label further down')
    return fewest


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _are_labels(values: list[Any]) -> bool:
    return all(isinstance(value, str | int) and str(value).strip() for value in values)


def _named(names: str, columns: dict[str, list[Any]]) -> str | None:
    """The column that has one of the names, or has one in its name."""
    by_name = {column.strip().lower(): column for column in columns}
    parts = {part: column for column in columns for part in re.split(r"[^a-z]+", column.lower())}
    return next((column for name in names.split() if (column := by_name.get(name) or parts.get(name))), None)


def _name(path: str) -> str:
    """After the file, or after its folder where the file is just ``train.csv``."""
    here = Path(path).absolute()
    stem = here.parent.name if here.stem.lower() in ("train", "training", "data", "dataset") else here.stem
    return re.sub(r"[^A-Za-z0-9._]+", "-", stem).strip("-._")[:60] or "classifier"


def _scalar(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_./][\w./-]*", value, re.ASCII)
    reserved = value.lower() in ("null", "true", "false", "yes", "no", "on", "off")
    return value if plain and not reserved else json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)

"""Checks across the options of ``data`` (see ``seqclf.config.checks``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from seqclf.config.problems import Problem
from seqclf.config.schema import DataConfig, TableData, TfdsData


def fractions_leave_training_texts(data: DataConfig) -> Iterator[Problem]:
    if data.folds is not None:
        return  # folds are split from the texts that are not in the test split
    taken = sum(share for share in (data.validation, getattr(data, "test", None)) if isinstance(share, float))
    if taken >= 1:
        message = f"validation and test take {taken:.0%} of the training texts, which leaves none for training"
        yield Problem(("data", "validation"), message)


def fractions_are_numbers(data: DataConfig) -> Iterator[Problem]:
    for name in ("validation", "test"):
        part = getattr(data, name, None)
        match = re.fullmatch(r"\s*([0-9.]+)\s*(%?)\s*", part) if isinstance(part, str) else None
        if match and re.fullmatch(r"\d*\.?\d+|\d+\.", match[1]):
            share = float(match[1]) / (100 if match[2] else 1)
            message = f'expected a fraction as a number, found the string "{part}"; write {share:g}'
            yield Problem(("data", name), message)


def fold_is_in_range(data: DataConfig) -> Iterator[Problem]:
    if data.folds is None:
        if data.fold is not None:
            yield Problem(("data", "fold"), "needs data.folds, the number of folds")
    elif data.fold is None:
        message = "needs data.fold, the fold to validate on; `seqclf train --folds` trains on each in turn"
        yield Problem(("data", "folds"), message)
    elif data.fold > data.folds:
        message = f"expected a number from 1 to {data.folds} (data.folds), found {data.fold}"
        yield Problem(("data", "fold"), message)


def folds_exclude_validation_texts(data: DataConfig) -> Iterator[Problem]:
    if data.folds is not None and isinstance(data.validation, str):
        message = (
            "takes the validation texts from data.train, but data.validation names its own: "
            f'"{data.validation}"; remove one of the two'
        )
        yield Problem(("data", "folds"), message)


def text_and_label_differ(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData):
        return
    labels = [data.label] if isinstance(data.label, str) else data.label
    if data.text in labels:
        yield Problem(("data", "label"), f'expected a column other than data.text, found "{data.text}" for both')
    if repeated := sorted(name for name, count in Counter(labels).items() if count > 1):
        yield Problem(("data", "label"), f'expected each column once, found "{repeated[0]}" twice')
    elif labels == data.label and len(labels) == 1:
        yield Problem(("data", "label"), f"a list is for several columns; for one, write label: {labels[0]}")
    if labels == data.label and isinstance(data, TableData) and data.label_separator is not None:
        message = "splits the labels of one column, but data.label names several; remove one of the two"
        yield Problem(("data", "label_separator"), message)


def group_is_neither_text_nor_label(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData) or data.group is None:
        return
    if data.group in ([data.label] if isinstance(data.label, str) else data.label):
        message = f'"{data.group}" is a label column: every label would be in one split only; name another column'
        yield Problem(("data", "group"), message)
    elif data.group == data.text:
        message = f'"{data.group}" is the text column, and equal texts are always kept together; remove it'
        yield Problem(("data", "group"), message)


def groups_affect_a_split(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData) or data.group is None or data.folds is not None:
        return
    if not any(isinstance(part, float) and part for part in (data.validation, data.test)):
        yield Problem(("data", "group"), "has no effect: neither data.validation nor data.test is a random split")

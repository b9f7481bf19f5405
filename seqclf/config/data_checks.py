"""What one option of ``data`` means for another (``seqclf.config.checks``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from seqclf.config.problems import Problem
from seqclf.config.schema import DataConfig, TableData, TfdsData


def shares_leave_training_texts(data: DataConfig) -> Iterator[Problem]:
    if data.folds is not None:
        return  # what is left by the test is cut
    taken = sum(share for share in (data.validation, getattr(data, "test", None)) if isinstance(share, float))
    if taken >= 1:
        message = f"validation and test take {taken:.0%} of the training texts and leave nothing to train on"
        yield Problem(("data", "validation"), message)


def shares_are_numbers(data: DataConfig) -> Iterator[Problem]:
    for name in ("validation", "test"):
        part = getattr(data, name, None)
        match = re.fullmatch(r"\s*([0-9.]+)\s*(%?)\s*", part) if isinstance(part, str) else None
        if match and re.fullmatch(r"\d*\.?\d+|\d+\.", match[1]):
            share = float(match[1]) / (100 if match[2] else 1)
            yield Problem(("data", name), f'expected a fraction as a number, found the text "{part}"; write {share:g}')


def a_fold_is_one_of_the_folds(data: DataConfig) -> Iterator[Problem]:
    if data.folds is None:
        if data.fold is not None:
            yield Problem(("data", "fold"), "needs data.folds, the number of parts that it is one of")
    elif data.fold is None:
        message = "needs data.fold, the part to validate on; seqclf train --folds takes one after the other"
        yield Problem(("data", "folds"), message)
    elif data.fold > data.folds:
        message = f"expected a number from 1 to {data.folds} (data.folds), found {data.fold}"
        yield Problem(("data", "fold"), message)


def folds_are_of_the_training_texts(data: DataConfig) -> Iterator[Problem]:
    if data.folds is not None and isinstance(data.validation, str):
        message = (
            "takes the validation texts from data.train, but data.validation names texts of its own: "
            f'"{data.validation}"; leave one of the two out'
        )
        yield Problem(("data", "folds"), message)


def text_and_label_are_two(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData):
        return
    labels = [data.label] if isinstance(data.label, str) else data.label
    if data.text in labels:
        yield Problem(("data", "label"), f'expected a column other than data.text, found "{data.text}" for both')
    if repeated := sorted(name for name, count in Counter(labels).items() if count > 1):
        yield Problem(("data", "label"), f'expected each column once, found "{repeated[0]}" twice')
    elif labels == data.label and len(labels) == 1:
        yield Problem(("data", "label"), f"a list names several columns; write label: {labels[0]} for one")
    if labels == data.label and isinstance(data, TableData) and data.label_separator is not None:
        message = "separates the labels of one column, but data.label names several; leave one of the two out"
        yield Problem(("data", "label_separator"), message)


def a_group_is_neither_text_nor_label(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData) or data.group is None:
        return
    if data.group in ([data.label] if isinstance(data.label, str) else data.label):
        message = f'"{data.group}" is a label: each label would be on one side of a split; name another column'
        yield Problem(("data", "group"), message)
    elif data.group == data.text:
        message = f'"{data.group}" is the text, and equal texts are kept together anyway; leave it out'
        yield Problem(("data", "group"), message)


def groups_have_a_split_to_be_kept_in(data: DataConfig) -> Iterator[Problem]:
    if not isinstance(data, TableData | TfdsData) or data.group is None or data.folds is not None:
        return
    if not any(isinstance(part, float) and part for part in (data.validation, data.test)):
        yield Problem(("data", "group"), "changes nothing: neither data.validation nor data.test is drawn at random")

"""Checks across the options of ``data`` (see ``seqclf.config.checks``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seqclf.config.problems import Problem
from seqclf.config.schema import TaskConfig
from seqclf.sources import DataConfig


def fractions_leave_training_texts(data: DataConfig) -> Iterator[Problem]:
    if data.folds is not None:
        return  # folds are split from the texts that are not in the test split
    taken = sum(share for share in data.parts().values() if isinstance(share, float))
    if taken >= 1:
        message = f"validation and test take {taken:.0%} of the training texts, which leaves none for training"
        yield Problem(("data", "validation"), message)


def fractions_are_numbers(data: DataConfig) -> Iterator[Problem]:
    for name, part in (("validation", data.validation), ("test", data.parts()["test"])):
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
    if data.folds is not None and isinstance(data.validation, str | list):
        named = data.validation if isinstance(data.validation, str) else ", ".join(data.validation)
        message = (
            f'takes the validation texts from data.train, but data.validation names its own: "{named}"; remove one of '
            "the two"
        )
        yield Problem(("data", "folds"), message)


def training_takes_random_validation_texts(data: DataConfig) -> Iterator[Problem]:
    if not data.train_on_validation:
        return
    path = ("data", "train_on_validation")
    if data.folds is not None:
        yield Problem(path, "needs one split, but data.folds makes several; remove one of the two")
    elif data.validation == 0:
        yield Problem(path, "has no texts to add: data.validation is 0; remove one of the two")
    elif not isinstance(data.validation, float | int):
        message = "is for random validation texts, but data.validation names its own; list them in data.train instead"
        yield Problem(path, message)


def no_validation(data: DataConfig) -> str:
    """Why a config has no validation texts, for messages."""
    return "data.train_on_validation is true" if data.train_on_validation else "data.validation is 0"


def source_is_consistent(data: DataConfig, task: TaskConfig) -> Iterator[Problem]:
    for option, message in data.problems(with_labels=task.needs_labels):
        path = ("data", option) if isinstance(option, str) else ("data", *option)
        if path[:2] not in task.idle:  # `nothing_idle_is_set` asks to remove such an option
            yield Problem(path, message)


def source_warnings(data: DataConfig) -> Iterator[Problem]:
    drawn = data.folds is not None or any(isinstance(part, float) and part for part in data.parts().values())
    if data.split_seed is not None and not drawn:
        yield Problem(("data", "split_seed"), "has no effect: no split is drawn at random")
    yield from (Problem(("data", option), message) for option, message in data.warnings())

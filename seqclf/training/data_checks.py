"""Checks of the training options against the data; without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seqclf.config import Config
from seqclf.config.problems import ConfigError, Problem
from seqclf.config.schema import LanguageModelTask
from seqclf.data.batches import Batches
from seqclf.data.prepare import TrainingData
from seqclf.data.windows import Windows
from seqclf.labels import on_one_line
from seqclf.option_types import AUTO
from seqclf.tasks.base import BatchPlan
from seqclf.training.schedules import horizon_of

_MOST_LABELS = 20


def problems_with_data(config: Config, data: TrainingData) -> list[Problem]:
    """Problems with options of ``training`` that only the data reveal."""
    if not config.task.needs_labels:
        return [*_too_many_samples(config, data), *_ill_fitting_schedule(config, data)]
    if problems := list(_without_weight(data)):
        return problems
    return [*_unknown_labels(config, data), *_idle_thresholds(config, data), *_ill_fitting_schedule(config, data)]


def check_data(config: Config, data: TrainingData) -> None:
    """Raise ``ConfigError`` if ``problems_with_data`` finds any."""
    if problems := problems_with_data(config, data):
        raise ConfigError(problems)


def _without_weight(data: TrainingData) -> Iterator[Problem]:
    """All texts have weight 0, or all but those of one label."""
    train, validation = data.train, data.validation
    if train.shares is None and not data.labels.multi and len(known := np.unique(train.labels[train.counted])) < 2:
        alone = on_one_line(data.labels[int(known[0])])
        message = f'every training text whose weight is not 0 has the label "{alone}"; a classifier needs at least two'
        yield Problem(("data", "weight"), message)
    counted = None if validation is None else validation.labels[validation.counted]
    if counted is not None and not len(counted):
        message = "every validation text has weight 0, so there is nothing to measure; give other texts or weights"
        yield Problem(("data", "weight"), message)
    elif counted is not None and not data.labels.multi and counted.min() >= len(data.labels):
        message = "every validation text whose weight is not 0 has a label that no training text has"
        yield Problem(("data", "weight"), message)


def _unknown_labels(config: Config, data: TrainingData) -> Iterator[Problem]:
    given = config.training.class_weights
    known = ", ".join(f'"{on_one_line(label)}"' for label in data.labels[:_MOST_LABELS])
    more = len(data.labels) - _MOST_LABELS
    for label in given if isinstance(given, dict) else ():
        if label not in data.labels:
            message = (
                f"is not a label of the training texts; they have {known}{f' and {more} more' if more > 0 else ''}"
            )
            yield Problem(("training", "class_weights", label), message)


def _idle_thresholds(config: Config, data: TrainingData) -> Iterator[Problem]:
    """A threshold has no effect if the answer is the most probable label."""
    thresholds = config.training.thresholds
    if not data.labels.multi and thresholds != "per_label":
        message = f"is {thresholds}, but each text gets one label, the most probable one; remove this option"
        yield Problem(("training", "thresholds"), message)


def _too_many_samples(config: Config, data: TrainingData) -> Iterator[Problem]:
    assert isinstance(config.task, LanguageModelTask)
    sampled, tokens = config.task.sampled, data.tokenizer.vocabulary_size + 1  # the end of a text is one, too
    if sampled is not None and sampled >= tokens:
        message = f"is {sampled:,}, but the model has only {tokens:,} tokens to draw from; set a lower number, or null"
        yield Problem(("task", "sampled"), message)


def plain_batches(config: Config, data: TrainingData) -> BatchPlan:
    """The training batches, whose number does not depend on what else a task adds to them."""
    if config.task.needs_labels:
        return Batches.of(data.train, config)
    return Windows.of_training(data.train, config, data.tokenizer.vocabulary_size)


def _ill_fitting_schedule(config: Config, data: TrainingData) -> Iterator[Problem]:
    schedule = config.training.schedule
    if schedule is not None and config.training.batch_size != AUTO:  # else once it is a number
        horizon = horizon_of(plain_batches(config, data), config.training, config.seed)
        for option, message in schedule.problems_within(horizon):
            yield Problem(("training", "schedule", option), message)

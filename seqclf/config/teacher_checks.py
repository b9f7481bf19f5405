"""Checks of ``data.unlabelled`` and ``training.teacher`` (see ``seqclf.config.checks``)."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.config.problems import Problem
from seqclf.config.schema import TaskConfig, TrainingConfig
from seqclf.config.schema.teacher import TeacherConfig
from seqclf.sources import DataConfig

_TEACHER = ("training", "teacher")


def unlabelled_texts_are_used(data: DataConfig, task: TaskConfig, training: TrainingConfig) -> Iterator[Problem]:
    if not task.needs_labels:
        return  # `nothing_idle_is_set` asks to remove the options
    if data.unlabelled_part is not None and not training.reads_unlabelled:
        objective = "an objective that reads unlabelled texts (texts: unlabelled), or remove it"
        message = f"is not used: add training.teacher, or {objective}"
        if training.teacher is not None:
            message = f"is not used: training.teacher.unlabelled is 0; raise it, or add {objective}"
        yield Problem(("data", "unlabelled"), message)
    if data.unlabelled_part is None and training.unlabelled_batch_size is not None:
        message = "has no effect without unlabelled texts; set data.unlabelled, or remove it"
        yield Problem(("training", "unlabelled_batch_size"), message)


def teacher_has_an_effect(data: DataConfig, training: TrainingConfig) -> Iterator[Problem]:
    teacher = training.teacher
    if teacher is None:
        return
    speaks_of_unlabelled = data.unlabelled_part is not None and teacher.unlabelled > 0
    if not teacher.weight and not speaks_of_unlabelled:
        what = "set data.unlabelled" if data.unlabelled_part is None else "training.teacher.unlabelled is 0"
        yield Problem((*_TEACHER, "weight"), f"is 0, so the teacher has no effect; raise it, or {what}")
    if data.unlabelled_part is None and teacher.unlabelled != TeacherConfig.model_fields["unlabelled"].default:
        yield Problem((*_TEACHER, "unlabelled"), "has no effect without unlabelled texts; set data.unlabelled")
    if teacher.confidence is not None and not speaks_of_unlabelled:
        yield Problem((*_TEACHER, "confidence"), "chooses among unlabelled texts, but the teacher gets none")


def teacher_is_consistent(training: TrainingConfig) -> Iterator[Problem]:
    teacher = training.teacher
    if teacher is None:
        return
    if repeated := [name for name in teacher.runs if teacher.runs.count(name) > 1]:
        place = len(teacher.runs) - 1 - teacher.runs[::-1].index(repeated[0])
        yield Problem((*_TEACHER, "runs", place), f'expected each run once, found "{repeated[0]}" twice')
    if teacher.hard and teacher.temperature != 1:
        yield Problem((*_TEACHER, "temperature"), "has no effect with hard: a label has no temperature; set it to 1")
    bounds = teacher.confidence
    if bounds is not None and bounds.at_least > bounds.at_most:
        message = f"is {bounds.at_least:g}, more than at_most, {bounds.at_most:g}: no text would be used"
        yield Problem((*_TEACHER, "confidence", "at_least"), message)
    elif bounds is not None and (bounds.at_least, bounds.at_most) == (0, 1):
        yield Problem((*_TEACHER, "confidence"), "leaves out nothing with these bounds; remove it, or change them")

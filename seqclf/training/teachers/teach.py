"""Adds what the teachers of a config say to the data of a training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.problems import ConfigError, Problem
from seqclf.config.schema.teacher import Confidence, TeacherConfig
from seqclf.data.label_sets import some_of
from seqclf.data.prepare import TrainingData
from seqclf.data.seen import Seen
from seqclf.data.taught import Taught
from seqclf.data.unlabelled import UNLABELLED
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.label_weights import label_totals
from seqclf.labels import Labels, on_one_line
from seqclf.runs import Run
from seqclf.sources.texts import digest
from seqclf.training.teachers.ask import Answers, Asked, ask
from seqclf.training.teachers.find import Teacher, doubts
from seqclf.training.teachers.known import known_texts, warnings_of

Say = Callable[[str], None]

_NEARLY_ALL, _MOST = 0.95, 0.9  # of the unlabelled texts that are used, and of the training texts
_LISTED = 6


def with_teachers(config: Config, data: TrainingData, say: Say, run: Run | None = None) -> TrainingData:
    """The data with what the teachers of the config say; the data themselves if there are none, or if it is there.

    Args:
        config: names the teachers by their paths (``find.with_paths_of_teachers``).
        say: called with each stage.
        run: a run that is resumed: the teachers must say what they said when it began.

    Raises:
        ConfigError: a teacher does not fit the texts, or no unlabelled text is left.
        InputError: a teacher cannot be read, or says something else than when the run began.
    """
    options = config.training.teacher
    if options is None or data.taught is not None:
        return data
    teachers = [Teacher(Run(Path(one))) for one in options.runs]
    noted = None if run is None else run.manifest.get("teacher")
    fingerprints = [one.fingerprint for one in teachers] if noted is None else _noted(teachers, noted)
    answers = {
        asked.what: ask(teachers, fingerprints, asked, data.labels, say) for asked in _asked(config, options, data)
    }
    train, unlabelled = answers.get("training"), answers.get(UNLABELLED)
    used = None if unlabelled is None else _used(options.confidence, unlabelled.probabilities, data.labels)
    counts = None if unlabelled is None or used is None else _counts(unlabelled.probabilities[used], data.labels)
    about = {
        "runs": [{"name": one.name, "fingerprint": two} for one, two in zip(teachers, fingerprints, strict=True)],
        "answers": digest(*(one.digest for one in answers.values())),
        "seen": None if train is None else train.seen,
        "unlabelled": counts,
    }
    if noted is not None and noted.get("answers") != about["answers"]:
        raise InputError(f"{_names(teachers)}: no longer says what it said when the run began; train its config again")
    notes = [_about_teachers(teachers, options, train, len(data.train))]
    if used is not None and counts is not None and options.confidence is not None:
        notes.append(_about_confidence(options.confidence, used, counts))
    known = known_texts(config, data, teachers)
    warnings = [*doubts(teachers), *warnings_of(known, teachers), *_familiar(unlabelled, teachers)]
    warnings += _uneven(counts, data)
    return replace(
        data,
        taught=Taught(
            None if train is None else train.probabilities,
            None if unlabelled is None else unlabelled.probabilities,
            used,
            about,
            known,
            tuple(notes),
            tuple(warnings),
        ),
    )


def _noted(teachers: Sequence[Teacher], noted: dict[str, Any]) -> list[str]:
    """The fingerprints that the teachers had when a run began. A teacher that is gone may still have its answers in the
    cache. Raises ``InputError`` if one has changed."""
    fingerprints = [str(row["fingerprint"]) for row in noted["runs"]]
    for teacher, fingerprint in zip(teachers, fingerprints, strict=True):
        if teacher.run.onnx.is_file() and teacher.fingerprint != fingerprint:
            what = "has changed since the run that learns from it began, so that run cannot be resumed"
            raise InputError(f"{teacher.run.folder}: {what}; restore it, or train the run's config again")
    return fingerprints


def _asked(config: Config, options: TeacherConfig, data: TrainingData) -> Iterator[Asked]:
    """The texts that the teachers are asked about."""
    columns, known = config.data.fields, data.fingerprints
    if options.weight > 0:
        train = data.corpus.texts_of
        yield Asked("training", known["train"], len(data.train), columns, lambda: train("train", known["train"]))
    if data.unlabelled is not None and options.unlabelled > 0:
        part = data.unlabelled.part
        yield Asked(UNLABELLED, known[UNLABELLED], part.counts.kept, columns, part.texts)


def _used(bounds: Confidence | None, probabilities: NDArray[np.float32], labels: Labels) -> NDArray[np.bool_]:
    """Which unlabelled texts are used. Raises ``ConfigError`` if none is."""
    if bounds is None:
        return np.ones(len(probabilities), np.bool_)
    confidences = Decider(labels).confidences(probabilities)
    used: NDArray[np.bool_] = (confidences >= bounds.at_least) & (confidences <= bounds.at_most)
    if not used.any():
        low, middle, high = np.quantile(confidences, (0, 0.5, 1))
        message = (
            f"leaves out all {len(used):,} unlabelled texts: the confidence of the teacher is from {low:.3g} to "
            f"{high:.3g}, with the median {middle:.3g}; set bounds that contain some of it"
        )
        raise ConfigError([Problem(("training", "teacher", "confidence"), message)])
    return used


def _counts(probabilities: NDArray[np.float32], labels: Labels) -> dict[str, int]:
    """How many texts have each label, according to the teacher."""
    chosen = Decider(labels).chosen(probabilities)
    return dict(zip(labels, chosen.sum(axis=0).tolist(), strict=True))


def _names(teachers: Sequence[Teacher]) -> str:
    names = [one.name for one in teachers]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _about_teachers(teachers: Sequence[Teacher], options: TeacherConfig, train: Answers | None, texts: int) -> str:
    """Who teaches what, and whether the teachers know the texts."""
    said, alone = f"learns from {_names(teachers)}", len(teachers) == 1
    if train is None:
        return f"{said} about unlabelled texts"
    said += f" with weight {options.weight:g}"
    if train.seen is None:
        return f"{said}; the texts that {'it was' if alone else 'they were'} trained on are not all known"
    if not train.seen:
        return f"{said}; each training text is judged by teachers that were not trained on it"
    which = "all" if train.seen == texts else f"{train.seen:,} of the"
    were = "it was trained on" if alone else "all were trained on"
    return f"{said}; {were} {which} {texts:,} training texts, so {'it is' if alone else 'they are'} too certain of them"


def _about_confidence(bounds: Confidence, used: NDArray[np.bool_], counts: dict[str, int]) -> str:
    """How many unlabelled texts are used, by label."""
    most = "" if bounds.at_most == 1 else f" and at most {bounds.at_most:g}"
    named = [f"{on_one_line(label)} {count:,}" for label, count in list(counts.items())[:_LISTED]]
    more = f", and {len(counts) - _LISTED} more labels" if len(counts) > _LISTED else ""
    share = f"{int(used.sum()):,} of {len(used):,} unlabelled texts"
    return f"{share} have a confidence of at least {bounds.at_least:g}{most}: {', '.join(named)}{more}"


def _uneven(counts: dict[str, int] | None, data: TrainingData) -> Iterator[str]:
    """Labels that hardly any, or nearly all, of the unlabelled texts have that are used."""
    if counts is None:
        return
    if absent := [label for label, count in counts.items() if not count]:
        yield f"no unlabelled text that is used has the label {some_of(absent)} according to the teacher"
    total = sum(counts.values())
    own = label_totals(data.train.truth, len(data.labels))
    for place, (label, count) in enumerate(counts.items()):
        if count > _NEARLY_ALL * total and own[place] < _MOST * own.sum():
            share = f"{100 * count / total:.3g} % of the unlabelled texts that are used"
            yield f'{share} have the label "{on_one_line(label)}" according to the teacher'


def _familiar(unlabelled: Answers | None, teachers: Sequence[Teacher]) -> Iterator[str]:
    """Unlabelled texts that all teachers were trained on: they repeat the labels that they have learnt."""
    if unlabelled is None or unlabelled.seen is None:
        return
    seen = Seen(len(unlabelled.probabilities), unlabelled.seen, 0)
    if seen.matters:
        which = "all" if seen.trained_on == seen.texts else f"{seen.trained_on:,} of"
        yield (
            f"{which} {seen.texts:,} unlabelled texts are training texts of {_names(teachers)}, which "
            f"{'is' if len(teachers) == 1 else 'are'} too certain of them; new texts teach more"
        )

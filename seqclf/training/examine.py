"""Examine a config's data and model before training."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from seqclf.baseline.comparison import reported_score
from seqclf.baseline.job import begin
from seqclf.config import Config, LoadedConfig
from seqclf.config.problems import ConfigError, Problem
from seqclf.data.blank_columns import blank_column_warnings
from seqclf.data.corpus import Corpus
from seqclf.data.encode import encode_split
from seqclf.data.encoded import EncodedTexts
from seqclf.data.extra_statistics import extra_statistics, extra_warnings
from seqclf.data.label_spelling import spelled_alike, spelling_note
from seqclf.data.leaks import DigestedTexts, leak
from seqclf.data.normal_forms import normal_form_warnings
from seqclf.data.prepare import TrainingData, preparation_warnings, prepare
from seqclf.data.statistics import (
    label_problems,
    size_warnings,
    text_statistics,
    text_warnings,
    token_statistics,
    token_warnings,
)
from seqclf.data.unknown_tokens import long_word_warnings, unknown_to_a_run, unknown_warnings
from seqclf.data.unlabelled import UNLABELLED
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts
from seqclf.text.tokenizer import Tokenizer
from seqclf.training.automatic import with_usual_numbers
from seqclf.training.data_checks import problems_with_data
from seqclf.training.estimate import measure
from seqclf.training.examined import Report
from seqclf.training.initialize.start import Start, start_of
from seqclf.training.initialize.words import Account
from seqclf.training.memory_estimate import check_memory
from seqclf.training.pretrained import read_pretrained
from seqclf.training.teachers.known import known_from_start, warnings_from_start
from seqclf.training.teachers.teach import with_teachers


def examine(
    loaded: LoadedConfig,
    on_stage: Callable[[str], None],
    start_tensorflow: Callable[[], None] = lambda: None,
    *,
    runs: Path = Path("runs"),
) -> Report:
    """Read all splits, train the tokenizer (it is cached), build the model and time some steps.

    Args:
        on_stage: called with the name of each stage.
        start_tensorflow: called before TensorFlow is needed.
        runs: the folder of the run that the config starts from, unless it names the run's path.

    Raises:
        ConfigError: the config does not fit the texts or the run that it starts from.
        InputError: for data that cannot be read.
    """
    start = _start_of(loaded, runs)
    if start is not None:
        loaded = replace(loaded, config=start.config)
    config = loaded.config
    if config.data.needs_tensorflow:
        start_tensorflow()
    corpus = Corpus(config)
    on_stage(f"Reading all texts ({config.data.describe()})")
    names = [split for split in ("train", "validation", "test") if corpus.has(split)]
    texts = _read(corpus, names, loaded)
    respelled: list[Problem] = []
    if config.task.needs_labels:
        texts, respelled = _spelled_alike(texts)
    report = _report_of_texts(loaded, texts)
    if start is not None:
        report.warnings += [loaded.placed(warning) for warning in start.warnings]
    report.warnings += [loaded.placed(warning) for warning in respelled]
    if report.problems:
        return report
    with _baseline(report, loaded, corpus, on_stage):
        data = prepare(config, on_stage, corpus)
        encoded = {"train": data.train, "validation": data.validation}
        if "test" in names and config.task.needs_labels:  # only an evaluation of a language model needs their tokens
            encoded["test"] = encode_split(corpus, "test", data.tokenizer, data.labels, on_stage, extra=data.extra)
    if start is not None:
        account = Account.of(start, data)
        report.starts_from, report.starting = account.as_json(), account.sentences()
        for warning in warnings_from_start(config, known_from_start(config, data)):
            report.warnings.append(loaded.placed(Problem(("initialize", "from"), warning)))
    tokens = {name: split for name, split in encoded.items() if split is not None}
    _add_tokens(report, loaded, texts, tokens, data.tokenizer)
    _add_unlabelled(report, data)
    report.problems += [loaded.placed(problem) for problem in problems_with_data(config, data)]
    if report.problems:
        return report
    data = _taught(report, loaded, data, on_stage)
    _add_vectors(report, loaded, data, on_stage)
    start_tensorflow()
    on_stage("Timing training steps")
    _add_times(report, loaded, data, start)
    return report


def _add_times(report: Report, loaded: LoadedConfig, data: TrainingData, start: Start | None) -> None:
    """Add the model, the time of an epoch, and the numbers that a training chooses (``auto``)."""
    config, report.automatic = with_usual_numbers(loaded.config, data)
    check_memory(config, data)
    try:
        report.layers, report.estimate = measure(config, data, start)
    except ConfigError as error:
        raise loaded.error(error.problems) from error


def _taught(report: Report, loaded: LoadedConfig, data: TrainingData, on_stage: Callable[[str], None]) -> TrainingData:
    """The data with what the teachers of the config say. Adds their warnings to the report."""
    try:
        data = with_teachers(loaded.config, data, on_stage)
    except ConfigError as error:
        raise loaded.error(error.problems) from error
    if data.taught is not None:
        found = [Problem(("training", "teacher"), message) for message in data.taught.warnings]
        report.warnings += [loaded.placed(warning) for warning in found]
        report.taught = list(data.taught.notes)
    return data


def _add_unlabelled(report: Report, data: TrainingData) -> None:
    """Add the counts and the token statistics of the unlabelled texts, if there are any."""
    if data.unlabelled is None or report.tokens is None:
        return
    report.unlabelled, tokenizer = data.unlabelled.counts, data.tokenizer
    report.tokens[UNLABELLED] = token_statistics(
        data.unlabelled.encoded, report.max_tokens, tokenizer.vocabulary_size, tokenizer.unknown_id
    )


def _add_vectors(report: Report, loaded: LoadedConfig, data: TrainingData, on_stage: Callable[[str], None]) -> None:
    """Add the pretrained vectors of the config, if it names some."""
    try:
        report.pretrained = read_pretrained(loaded.config, data, on_stage)
    except InputError as error:
        raise loaded.error([Problem(("embedding", "vectors"), str(error))]) from error
    for doubt in () if report.pretrained is None else report.pretrained.doubts:
        report.warnings.append(loaded.placed(Problem(("embedding", "vectors"), doubt)))


def _report_of_texts(loaded: LoadedConfig, texts: dict[str, LabelledTexts]) -> Report:
    """Report on the splits (``train`` first) before anything is trained on them."""
    config, names = loaded.config, list(texts)
    labelled = config.task.needs_labels
    digested = {name: DigestedTexts.of(texts[name]) for name in names}
    splits = {
        # What a test text says, and which labels it has, is for nobody to see who may still change the config.
        name: text_statistics(texts[name], labelled=labelled, digested=digested[name], shows_texts=name != "test")
        for name in names
    }
    leaks = {
        name: leak([digested[before] for before in names[:place]], digested[name])
        for place, name in enumerate(names)
        if place
    }
    unknown_labels = config.data.unknown_labels
    warnings = preparation_warnings(config)
    warnings += text_warnings(
        splits, leaks, unknown_labels, columns=config.data.columns(), expects_uneven=_expects_uneven(config)
    )
    warnings += blank_column_warnings(texts, config.data.fields)
    warnings += size_warnings(splits, config.data.parts())
    problems = label_problems(splits, unknown_labels) if labelled else []
    extra = extra_statistics(texts)
    warnings += extra_warnings(extra, splits["train"].texts)
    return Report(
        data=config.data.describe(),
        splits=splits,
        leaks=leaks,
        problems=[loaded.placed(problem) for problem in problems],
        warnings=loaded.warnings + [loaded.placed(warning) for warning in warnings],
        max_tokens=config.tokenizer.max_tokens if config.task.reads_ahead else None,
        extra=extra,
        in_streams=not config.task.needs_labels,
    )


def _start_of(loaded: LoadedConfig, runs: Path) -> Start | None:
    """Where the training starts, if from another run. Raises ``ConfigError`` if the config does not fit it."""
    try:
        return start_of(loaded.config, runs)
    except ConfigError as error:
        raise loaded.error(error.problems) from error


def _add_tokens(
    report: Report,
    loaded: LoadedConfig,
    texts: dict[str, LabelledTexts],
    encoded: dict[str, EncodedTexts],
    tokenizer: Tokenizer,
) -> None:
    """Add the token statistics of the texts to the report."""
    report.vocabulary = tokenizer.plain.vocabulary_size
    report.tokens = {
        name: token_statistics(split, report.max_tokens, tokenizer.vocabulary_size, tokenizer.unknown_id)
        for name, split in encoded.items()
    }
    unknown = {name: split.unknown for name, split in report.tokens.items()}
    options = loaded.config.tokenizer
    initialize = loaded.config.initialize
    if initialize is not None and initialize.tokenizer == "keep":
        unknown_tokens = unknown_to_a_run(unknown, options)
    else:
        unknown_tokens = unknown_warnings(unknown, texts, tokenizer.plain, options)
    warnings = [
        *token_warnings(report.tokens, options),
        *unknown_tokens,
        *long_word_warnings(texts["train"], tokenizer.plain),
        *normal_form_warnings(texts, tokenizer.plain.normalize),
    ]
    report.warnings += [loaded.placed(warning) for warning in warnings]


@contextlib.contextmanager
def _baseline(report: Report, loaded: LoadedConfig, corpus: Corpus, on_stage: Callable[[str], None]) -> Iterator[None]:
    """Fit the baseline while the block runs; add its scores to the report after the block, before anything is
    timed."""
    known = {split: corpus.fingerprint(split) for split in ("train", "validation") if corpus.has(split)}
    labels = corpus.labels()
    job = begin(loaded.config, corpus, labels, known)
    if job is None:
        yield
        return
    with job:
        yield
        if not job.is_done:
            on_stage("Waiting for the linear baseline")
        report.baseline = job.result()
        report.baseline_score = reported_score(loaded.config, multi=labels.multi)
        if job.problem is not None:
            problem = Problem(("training", "baseline"), f"the baseline failed: {job.problem}")
            report.warnings.append(loaded.placed(problem))


def _read(corpus: Corpus, names: list[str], loaded: LoadedConfig) -> dict[str, LabelledTexts]:
    """Read all splits. Raises one ``ConfigError`` for all that cannot be read."""
    texts: dict[str, LabelledTexts] = {}
    problems: list[Problem] = []
    for name in names:
        if problems and "train" not in texts and not corpus.has_own_part(name):
            continue  # a fraction of the training texts, whose problem is known
        try:
            texts[name] = corpus.texts(name)
        except InputError as error:
            problems.append(_problem_of(error, name))
            if not corpus.has_own_part(name):
                break  # the other fractions are of the same texts
    if problems:
        raise loaded.error(problems)
    return texts


def _problem_of(error: InputError, split: str) -> Problem:
    """The problem of the option that the message begins with, else of the split that cannot be read."""
    for option in ("train", "validation", "test", "folds"):
        if (message := str(error)).startswith(start := f"data.{option}: "):
            return Problem(("data", option), message.removeprefix(start))
    return Problem(("data", split), str(error))


def _spelled_alike(texts: dict[str, LabelledTexts]) -> tuple[dict[str, LabelledTexts], list[Problem]]:
    """The splits with labels spelled as in the training texts, and warnings about those that this changed."""
    train = texts["train"]
    known = set(train.label_names or (name for names in set(train.label_sets) for name in names))
    warnings: list[Problem] = []
    for split in texts:
        texts[split], changed = spelled_alike(texts[split], known)
        if changed:
            warnings.append(Problem(("data", split), spelling_note(changed)))
    return texts, warnings


def _expects_uneven(config: Config) -> bool:
    stopping = config.training.early_stopping
    watched = None if stopping is None else stopping.monitor
    return watched == "val_macro_f1" and config.training.class_weights is not None

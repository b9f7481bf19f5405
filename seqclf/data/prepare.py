"""Build encoded splits from the data and tokenizer sections of a config; each step is cached."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tokenizers

from seqclf.cache import cached
from seqclf.config import Config, with_absolute_paths
from seqclf.config.problems import Problem
from seqclf.data.corpus import Corpus
from seqclf.data.encode import EXTRA_FORMAT, encode_split
from seqclf.data.encoded import EncodedTexts
from seqclf.data.label_sets import counted_texts
from seqclf.data.same_rows import as_trained, check_same_rows
from seqclf.data.taught import Taught
from seqclf.data.unlabelled import UNLABELLED, Unlabelled, unlabelled_problems, unlabelled_texts
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.files import expanded, write_json
from seqclf.labels import NO_LABELS, Labels
from seqclf.runs import Run
from seqclf.sources.base import OptionError
from seqclf.sources.texts import digest
from seqclf.text.field_tokenizer import FieldTokenizer, fields_of
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.vectors import vectors_dim

_FORMAT = 2  # increment when the cached content changes but its key does not


@dataclass(frozen=True)
class TrainingData:
    """The data for a training.

    Attributes:
        validation: None if the config has no validation texts.
        fingerprints: for the training and validation splits, the digest of everything that determines the texts.
        seconds: wall time of the preparation.
        corpus: the texts, for use before training; ``Corpus.forget`` frees their memory.
        extra: the columns beside the text; None: the config names none.
        unlabelled: further texts, without labels; None: the config names none.
        taught: what the teachers of the config say (``seqclf.training.teachers``); None before they were asked.
    """

    tokenizer: Tokenizer
    labels: Labels
    train: EncodedTexts
    validation: EncodedTexts | None
    fingerprints: dict[str, str]
    seconds: float
    corpus: Corpus
    extra: ExtraColumns | None = None
    unlabelled: Unlabelled | None = None
    taught: Taught | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know before the training: how many texts do not count, and how many have no labels."""
        splits = (("training", self.train), ("validation", self.validation))
        absent = [(name, len(texts) - len(texts.counted)) for name, texts in splits if texts is not None]
        found = " and ".join(f"{count:,} {name} texts" for name, count in absent if count)
        notes = [f"{found} have weight 0 (data.weight) and do not count"] if found else []
        if self.unlabelled is not None:
            notes.append(f"also {self.unlabelled.counts.sentence()}")
        return (*notes, *(() if self.taught is None else self.taught.notes))


def preparation_problems(config: Config) -> list[Problem]:
    """Problems with the files that the config names, as far as they can be found quickly and without TensorFlow."""
    corpus, tokenizer, embedding = Corpus(config), config.tokenizer, config.embedding
    problems: list[Problem] = []
    try:
        with_absolute_paths(config)
    except InputError as error:
        problems.append(Problem(("data",), str(error)))
    for split in ("train", "validation", "test"):
        try:
            corpus.check(split)
        except OptionError as error:
            known = {problem.path[:2][-1] for problem in problems}  # if the training texts lack a column, too
            for option, message in error.by_option.items():
                cure = _without_column(split) if option in ("weight", "extra") and option not in known else ""
                path = ("data", *error.entries.get(option, (option,)))
                problems.append(Problem(path, message + (cure if split != "train" else "")))
        except InputError as error:
            problems.append(Problem(("data", config.data.option_of(split)), str(error)))
    problems = list(dict.fromkeys([*problems, *unlabelled_problems(config)]))
    if config.initialize is None:  # else the tokenizer is that of a run, which needs no other file
        problems += [Problem(("tokenizer", option), message) for option, message in tokenizer.file_problems()]
    if embedding.vectors is not None:
        try:
            dim = vectors_dim(expanded(embedding.vectors))
            if dim != embedding.dim:
                message = f"is {embedding.dim}, but {embedding.vectors} has vectors of {dim} numbers; set it to {dim}"
                problems.append(Problem(("embedding", "dim"), message))
        except InputError as error:
            problems.append(Problem(("embedding", "vectors"), str(error)))
    return problems


def _without_column(split: str) -> str:
    return f"; add it, or leave data.{split} out and give the file to seqclf eval --data"


def preparation_warnings(config: Config) -> list[Problem]:
    """Warnings about what the parts that the config names contain besides texts, found as quickly."""
    corpus = Corpus(config)
    found = {split: corpus.left_out(split) for split in ("train", "validation", "test")}
    return [Problem(("data", config.data.option_of(split)), said) for split, said in found.items() if said]


def prepare(
    config: Config,
    on_stage: Callable[[str], None] = lambda stage: None,
    corpus: Corpus | None = None,
    *,
    tokenizer: Tokenizer | None = None,
) -> TrainingData:
    """Train the tokenizer on the training texts and encode them, or load both from the cache.

    Args:
        on_stage: called with the name of each slow stage.
        corpus: the config's corpus, if already read.
        tokenizer: encode the texts with this one. By default, that of the run that ``initialize`` names by its path,
            else one trained on the texts.

    Raises:
        InputError: for unusable data, or a run without tokenizer.
    """
    started = time.perf_counter()
    corpus = corpus or Corpus(config, on_stage)
    known = tokenizer or _of_origin(config)
    grows = tokenizer is None and config.initialize is not None and config.initialize.tokenizer == "grow"

    def learn(folder: Path) -> None:
        texts = counted_texts(corpus.texts_of("train", fingerprints["train"])).texts
        labels = corpus.labels()
        made = known
        if known is None:
            on_stage(config.tokenizer.stage(len(texts)))
            made = _learn(config, texts)
        elif grows:
            on_stage(f"Growing the tokenizer on {len(texts):,} texts")
            made = config.tokenizer.grow(known, texts)
        assert made is not None
        made.save(folder)
        if labels:
            write_json(folder / "labels.json", labels.as_json())

    fingerprints = {split: corpus.fingerprint(split) for split in ("train", "validation") if corpus.has(split)}
    key: list[Any] = [] if known is None else ["grown" if grows else "known", known.fingerprint]
    if known is None or grows:
        key += [tokenizers.__version__, *sorted(config.tokenizer.decisive().items())]
    entry = cached("tokenizers", digest(_FORMAT, fingerprints["train"], key), learn)
    tokenizer = load_tokenizer(entry)
    labels = NO_LABELS
    if config.task.needs_labels:
        labels = Labels.from_json(json.loads((entry / "labels.json").read_text(encoding="utf-8")))
    extra = _fitted_columns(corpus, config.data.columns().extra, fingerprints["train"])
    train, validation = (
        encode_split(corpus, split, tokenizer, labels, on_stage, extra=extra) if corpus.has(split) else None
        for split in ("train", "validation")
    )
    assert train is not None
    unlabelled = unlabelled_texts(config, corpus, tokenizer, on_stage, extra=extra)
    if unlabelled is not None:
        fingerprints[UNLABELLED] = unlabelled.part.fingerprint
    seconds = time.perf_counter() - started
    return TrainingData(tokenizer, labels, train, validation, fingerprints, seconds, corpus, extra, unlabelled)


def _fitted_columns(corpus: Corpus, kinds: Mapping[str, str], fingerprint: str) -> ExtraColumns | None:
    """The columns beside the text, fitted to the training texts, or loaded from the cache. Texts of weight 0 say
    nothing."""
    if not kinds:
        return None

    def fit(folder: Path) -> None:
        texts = counted_texts(corpus.texts_of("train", fingerprint))
        write_json(folder / "extra.json", ExtraColumns.fit(kinds, texts.extra).as_json())

    entry = cached("extra", digest(EXTRA_FORMAT, fingerprint, *kinds.items()), fit)
    return ExtraColumns.from_json(json.loads((entry / "extra.json").read_text(encoding="utf-8")))


def _of_origin(config: Config) -> Tokenizer | None:
    """The tokenizer of the run that a training starts from, for the fields of the config's texts; None without one."""
    if config.initialize is None:
        return None
    inner, columns = load_tokenizer(Run(Path(config.initialize.origins[0])).tokenizer).plain, config.data.fields
    return FieldTokenizer(inner, columns) if columns else inner


def _learn(config: Config, texts: Sequence[str]) -> Tokenizer:
    """The tokenizer of the config, trained on the texts or on all their fields."""
    columns = config.data.fields
    if not columns:
        return config.tokenizer.learn(texts)
    return FieldTokenizer(config.tokenizer.learn(fields_of(texts)), columns)


def prepare_split(
    config: Config,
    split: str,
    tokenizer: Tokenizer,
    labels: Labels,
    fingerprints: Mapping[str, str],
    *,
    extra: ExtraColumns | None = None,
    trained: Config | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> EncodedTexts:
    """One split encoded by a run's tokenizer, or loaded from the cache.

    Args:
        fingerprints: those of the run's ``TrainingData``.
        extra: the run's columns beside the text.
        trained: the run's own config, if ``config`` may have other data options.

    Raises:
        InputError: there is no such split, or it does not have the rows that it had when the run was trained
            (``check_same_rows``).
    """
    corpus = Corpus(config, on_stage)
    if not corpus.has(split):
        others = [f"--split {other}" for other in ("validation", "test") if other != split and corpus.has(other)]
        instead = f"measure other texts with {' or '.join(others)}, or " if others else f"set data.{split}, or "
        raise InputError(f"the run's config has no {split} data; {instead}give a file with --data")
    try:
        corpus.check(split)
    except InputError as error:
        raise InputError(f"data.{split}: {error}") from error
    check_same_rows(corpus, config, split, fingerprints, config if trained is None else as_trained(config, trained))
    return encode_split(corpus, split, tokenizer, labels, on_stage, extra=extra)

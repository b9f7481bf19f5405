"""From a config's data and tokenizer sections to encoded splits, each step made once and cached."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.problems import Problem
from seqclf.config.schema import SampleData, SubwordFileTokens, TokenizerConfig, TokenizerOptions
from seqclf.data.cache import cached
from seqclf.data.encoded import EncodedTexts
from seqclf.data.label_sets import all_the_same, encode_labels, label_order
from seqclf.data.source import LabelledTexts, describe, digest, open_source, part_names
from seqclf.data.splits import folded, partition
from seqclf.data.tables import MissingColumns
from seqclf.errors import InputError
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.table_rows import is_text, shown
from seqclf.text.kinds import learn_tokenizer, load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.vectors import vectors_dim
from seqclf.text.vocabulary_file import read_vocabulary

_FORMAT = 2  # raise when what the cache holds changes without its key


@dataclass(frozen=True)
class TrainingData:
    """What training needs of its data.

    Attributes:
        validation: None where the config keeps no validation texts.
        fingerprints: for the training and the validation split, digest of everything that decides its texts.
        seconds: wall time that all this took.
    """

    tokenizer: Tokenizer
    labels: Labels
    train: EncodedTexts
    validation: EncodedTexts | None
    fingerprints: dict[str, str]
    seconds: float


class Corpus:
    """The splits of a config's data. The test split is not looked at before it is asked for."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._source = open_source(config.data)
        self._parts = part_names(config.data)
        self._train = config.data.train if not isinstance(config.data, SampleData) else "train"
        self._read = cache(self._source.read)
        self._indices = cache(self._partition)

    def check(self, split: str) -> None:
        """Raise ``InputError`` at once where the split cannot be read."""
        part = self._parts[split]
        if isinstance(part, str):
            self._source.check(part)

    def has(self, split: str) -> bool:
        return self._parts[split] not in (None, 0, 0.0)

    def has_own_part(self, split: str) -> bool:
        """Whether the split is a part of the source, not a share of the training part."""
        return isinstance(self._parts[split], str)

    def fingerprint(self, split: str) -> str:
        """Digest of everything that decides which texts the split holds."""
        part = self._parts[split]
        shares = [self._share("validation"), self._share("test"), *self._fold]
        if isinstance(part, str) and not (split == "train" and any(shares)):
            return digest(self._source.fingerprint(part))
        return digest(self._source.fingerprint(self._train), split, *shares, self._config.seed)

    def texts(self, split: str) -> LabelledTexts:
        part = self._parts[split]
        if isinstance(part, str) and split != "train":
            return self._read(part)
        return self._read(self._train).chosen(self._indices()[split])

    def texts_of(self, split: str, fingerprint: str) -> LabelledTexts:
        """The texts whose fingerprint was taken before. Raises ``InputError`` where they have changed since."""
        texts = self.texts(split)
        if self.fingerprint(split) != fingerprint:
            where = describe(self._config.data, split)
            raise InputError(f"{where}: changed while it was read; try again when it is written")
        return texts

    def labels(self) -> Labels:
        """All labels, in the order of their ids, and whether they come in lists."""
        train = self.texts("train")
        different = set(train.label_sets)
        if len(different) < 2:
            raise InputError(f"{train.origin}: {all_the_same(different.pop(), train.multi)}")
        names = train.label_names or label_order({name for names in different for name in names})
        if broken := [name for name in names if not is_text([name])]:
            raise InputError(f"{train.origin}: the label {shown(broken[0])} is no text that UTF-8 could write")
        return Labels(names, train.multi)

    @property
    def _fold(self) -> tuple[int, int] | tuple[()]:
        """The number of the validation texts' fold, and of all; nothing where there are no folds."""
        data = self._config.data
        return () if data.fold is None or data.folds is None else (data.fold, data.folds)

    def _share(self, split: str) -> float:
        part = self._parts[split]
        return 0.0 if part is None or isinstance(part, str) else part

    def _partition(self) -> dict[str, NDArray[np.int64]]:
        texts = self._read(self._train)
        if self._fold:
            fold, folds = self._fold
            shares = {"validation": self._share("validation"), "test": self._share("test")}
            return folded(texts, fold, folds, **shares, seed=self._config.seed)
        return partition(
            texts,
            validation=self._share("validation"),
            test=self._share("test"),
            seed=self._config.seed,
        )


def unready(config: Config) -> list[Problem]:
    """What can be seen at once, without TensorFlow, to be wrong with the files that the config names."""
    corpus, tokenizer, embedding = Corpus(config), config.tokenizer, config.embedding
    problems: list[Problem] = []
    for split in ("train", "validation", "test"):
        try:
            corpus.check(split)
        except MissingColumns as error:
            problems += [Problem(("data", option), message) for option, message in error.by_option.items()]
        except InputError as error:
            option = "dataset" if config.data.source == "tfds" else split  # of which the splits are parts
            problems.append(Problem(("data", option), str(error)))
    problems = list(dict.fromkeys(problems))
    if isinstance(tokenizer, SubwordFileTokens):
        try:
            read_vocabulary(Path(tokenizer.file).expanduser())
        except InputError as error:
            problems.append(Problem(("tokenizer", "file"), str(error)))
    if embedding.vectors is not None:
        try:
            dim = vectors_dim(Path(embedding.vectors).expanduser())
            if dim != embedding.dim:
                message = f"is {embedding.dim}, but {embedding.vectors} holds vectors of {dim} numbers; write {dim}"
                problems.append(Problem(("embedding", "dim"), message))
        except InputError as error:
            problems.append(Problem(("embedding", "vectors"), str(error)))
    return problems


def prepare(
    config: Config, on_stage: Callable[[str], None] = lambda stage: None, corpus: Corpus | None = None
) -> TrainingData:
    """Learn the tokenizer from the training texts and encode them, or take both from the cache.

    ``on_stage`` hears what is being done when it takes time; ``corpus`` is the config's, where the caller has read it
    already. Raises ``InputError`` for data that cannot be used.
    """
    started = time.perf_counter()
    corpus = corpus or Corpus(config)

    def learn(folder: Path) -> None:
        on_stage(f"Reading the training texts ({describe(config.data)})")
        texts = corpus.texts_of("train", fingerprints["train"]).texts
        labels = corpus.labels()
        if isinstance(config.tokenizer, SubwordFileTokens):
            on_stage(f"Reading the tokenizer ({config.tokenizer.file})")
        else:
            on_stage(f"Learning the tokenizer from {len(texts):,} texts")
        learn_tokenizer(texts, **_learning_options(config.tokenizer)).save(folder)
        write_json(folder / "labels.json", labels.as_json())

    fingerprints = {split: corpus.fingerprint(split) for split in ("train", "validation") if corpus.has(split)}
    entry = cached("tokenizers", digest(_FORMAT, fingerprints["train"], _learnt_by(config.tokenizer)), learn)
    tokenizer = load_tokenizer(entry)
    labels = Labels.from_json(json.loads((entry / "labels.json").read_text(encoding="utf-8")))
    train = encode_split(corpus, "train", tokenizer, labels, on_stage)
    validation = encode_split(corpus, "validation", tokenizer, labels, on_stage) if corpus.has("validation") else None
    return TrainingData(tokenizer, labels, train, validation, fingerprints, time.perf_counter() - started)


def _learning_options(options: TokenizerConfig) -> dict[str, Any]:
    """All but those that say how much of a text is read."""
    return options.model_dump(exclude=set(TokenizerOptions.model_fields))


def _learnt_by(options: TokenizerConfig) -> list[Any]:
    """Everything beside the texts that decides the tokenizer."""
    decisive = _learning_options(options)
    if isinstance(options, SubwordFileTokens):
        decisive["file"] = read_vocabulary(Path(options.file).expanduser())
    return [tokenizers.__version__, *sorted(decisive.items())]


def prepare_split(
    config: Config,
    split: str,
    tokenizer: Tokenizer,
    labels: Labels,
    fingerprints: Mapping[str, str],
    on_stage: Callable[[str], None] = lambda stage: None,
) -> EncodedTexts:
    """One split encoded by a run's tokenizer, or taken from the cache.

    Raises ``InputError`` where there is no such split, and where it cannot be had as the run's training had it: drawn
    from changed texts, a test split would hold texts that the run was trained on. ``fingerprints`` are those of the
    run's ``TrainingData``.
    """
    corpus = Corpus(config)
    if not corpus.has(split):
        raise InputError(f"the run's config has no {split} data; set data.{split}, or name a file with --data")
    try:
        corpus.check(split)
    except InputError as error:
        raise InputError(f"data.{split}: {error}") from error
    drawn_from = split if split in fingerprints else None if corpus.has_own_part(split) else "train"
    if drawn_from and corpus.fingerprint(drawn_from) != fingerprints.get(drawn_from):
        raise InputError(
            f"{describe(config.data)}: has changed since the run was trained, so that its {split} split is lost; "
            "name other texts with --data, or train again"
        )
    return encode_split(corpus, split, tokenizer, labels, on_stage)


def encode_texts(texts: LabelledTexts, tokenizer: Tokenizer, labels: Labels) -> EncodedTexts:
    """Texts of any origin, encoded.

    Raises ``InputError`` for a label that is not among ``labels``, and for lists of labels where ``labels`` have one a
    text, or the other way round.
    """
    encoded = encode_labels(texts, labels)
    return EncodedTexts.collect(tokenizer.encode_all(texts.texts), encoded, tokenizer.vocabulary_size)


def encode_split(
    corpus: Corpus, split: str, tokenizer: Tokenizer, labels: Labels, on_stage: Callable[[str], None]
) -> EncodedTexts:
    """A split encoded as by ``encode_texts``, or taken from the cache."""

    fingerprint = corpus.fingerprint(split)

    def encode(folder: Path) -> None:
        texts = corpus.texts_of(split, fingerprint)
        on_stage(f"Encoding {len(texts):,} {split} texts")
        ids = tokenizer.encode_all(texts.texts)
        EncodedTexts.write(folder, ids, encode_labels(texts, labels), tokenizer.vocabulary_size)

    key = digest(_FORMAT, fingerprint, tokenizer.fingerprint, labels)
    return EncodedTexts.load(cached("encoded", key, encode))

"""Compare the network's scores with the baseline's in words, and advise what to try if the baseline is ahead."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from seqclf.config import Config
from seqclf.layer_types import walk
from seqclf.layer_types.pool import Pool
from seqclf.metrics.baseline import BaselineScores, PairedScore
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.metrics.paired import BORDERLINE, CLEAR, p_in_words
from seqclf.metrics.scores import words_of

_LARGE_VOCABULARY = 16_000
_PATIENT = 5
_MORE_EPOCHS = "more training.epochs"


def reported_score(config: Config, *, multi: bool) -> str:
    """The metric that compares a run with its baseline: ``accuracy``, ``micro_f1`` or ``macro_f1``.

    Macro F1 if early stopping monitors it, or if class weights make all labels count the same. Otherwise micro F1 for
    multi-label data and accuracy for data with one label per text.
    """
    stopping = config.training.early_stopping
    if stopping is not None and stopping.monitor == "val_macro_f1":
        return "macro_f1"
    if config.training.class_weights == "balanced" and not multi:
        return "macro_f1"
    return "micro_f1" if multi else "accuracy"


def against_baseline(score: float, baseline: float) -> str:
    """``linear baseline 0.8712, +2.5``: the baseline's score, and by how many points the network is ahead."""
    return f"linear baseline {baseline:.4f}, {_points(score, baseline):+.1f}"


def lead(network: ClassifierMetrics, baseline: BaselineScores, name: str) -> str:
    """``this run is 2.5 points ahead`` of the linear model, by the score ``name``; after a comparison text by text also
    whether that may be chance."""
    found = None if baseline.paired is None else baseline.paired.scores.get(name)
    if found is None:
        points = _points(network.value(name), baseline.linear.value(name))
        return f"this run is {_standing(points)}"
    on = "on these, " if baseline.texts < baseline.all_texts else ""
    return f"{on}this run is {_standing(_points(found.network, found.linear))}{_chance(found)}"


def _standing(points: float) -> str:
    return f"{abs(points):.1f} points {'ahead' if points > 0 else 'behind'}" if points else "level with it"


def _chance(found: PairedScore) -> str:
    """Whether a difference may be chance, with its interval in points, from the side of the better model."""
    if found.low is None or found.high is None or found.p_value is None:
        return "; there are too few texts to say whether that is chance"
    ends = (found.low, found.high) if found.difference >= 0 else (-found.high, -found.low)
    low, high = (f"{round(100 * end, 1) + 0.0:.1f}" for end in ends)
    what = {CLEAR: ", more than chance explains", BORDERLINE: ", which is borderline"}.get(found.certainty)
    if what is None:
        what = ", which may be chance" if found.difference else ""
    return f"{what} (95 % interval {low} to {high}, {p_in_words(found.p_value)})"


def _points(score: float, baseline: float) -> float:
    return round(100 * (score - baseline), 1) + 0.0  # no -0.0


def description(scores: BaselineScores, name: str, split: str, *, text_alone: bool = False) -> str:
    """A sentence with both models' scores by the name ``name``.

    ``text_alone``: the network also reads columns beside the text (``data.extra``), the linear model does not.
    """
    linear, majority = scores.linear.value(name), scores.majority.value(name)
    what = words_of(name)
    sampled = f" {on_a_sample(scores)}" if on_a_sample(scores) else ""
    model = "linear model of the text alone" if text_alone else "linear model"
    return f"Baselines on {split}: most frequent label {what} {majority:.4f}, {model} {linear:.4f}{sampled}"


def on_a_sample(scores: BaselineScores) -> str:
    """In parentheses, how many texts were sampled; empty if all texts were used."""
    parts = []
    if scores.training_texts < scores.all_training_texts:
        parts.append(f"fitted on a sample of {scores.training_texts:,} of {scores.all_training_texts:,} texts")
    if scores.texts < scores.all_texts:
        parts.append(f"scored on a sample of {scores.texts:,} of {scores.all_texts:,}")
    return f"({', '.join(parts)})" if parts else ""


def points_behind(score: float, baseline: float, texts: int) -> float | None:
    """By how many points the network is behind the baseline; None if it is not, or if chance may explain it.

    The margin for chance is one standard error of a fraction of ``texts``: two models that are equally accurate in
    general differ by more in about one of three samples, as they agree on most texts.
    """
    noise = math.sqrt(max(score * (1 - score), 0.0) / max(texts, 1))
    return 100 * (baseline - score) if baseline - score > noise else None


@dataclass(frozen=True)
class Comparison:
    """A network and the linear model, by the score ``name`` on ``texts`` texts."""

    name: str
    network: float
    linear: float
    texts: int

    @classmethod
    def of(cls, config: Config, network: ClassifierMetrics, baseline: BaselineScores) -> Comparison:
        """By ``reported_score``."""
        name = reported_score(config, multi=isinstance(network, MultiLabelScores))
        return cls(name, network.value(name), baseline.linear.value(name), baseline.texts)


def warning(
    config: Config,
    compared: Comparison,
    *,
    more_epochs: str | None = None,
    vocabulary: int | None = None,
    file: str | None = None,
) -> str | None:
    """The warning after a training whose network is behind the linear model; None if it is not.

    The keywords are those of ``what_to_try``.
    """
    points = points_behind(compared.network, compared.linear, compared.texts)
    if points is None:
        return None
    grams = "n-grams of the text alone" if config.data.columns().extra else "n-grams"
    ahead = (
        f"a linear model of {grams} is ahead of this network by {points:.1f} points of validation "
        f"{words_of(compared.name)} ({compared.linear:.4f} against {compared.network:.4f})"
    )
    cures = what_to_try(config, more_epochs=more_epochs, vocabulary=vocabulary, file=file)
    steps = "".join(f"\n  {number}. {step}" for number, step in enumerate(cures, 1))
    return f"{ahead}. What to try, in this order (docs/training.md says why):{steps}" if cures else ahead


@dataclass(frozen=True)
class _Cure:
    """``settings`` are arguments of ``--set``, if a command can apply the cure."""

    words: str
    settings: tuple[str, ...] = ()

    def text(self, file: str | None) -> str:
        if file is None or not self.settings:
            return self.words
        command = shlex.join(["seqclf", "train", file, *(word for one in self.settings for word in ("--set", one))])
        return f"{self.words}: {command}"


def what_to_try(
    config: Config, *, more_epochs: str | None = None, vocabulary: int | None = None, file: str | None = None
) -> list[str]:
    """How a network may catch up with a linear model, the most likely cure first; omits what the config already has.

    Args:
        more_epochs: the command that trains for more epochs, if the last one was the best.
        vocabulary: size of the trained vocabulary; one that is not full is large enough.
        file: of the config; if given, each cure ends with the full command where there is one.
    """
    cures = list(_cures(config, vocabulary))
    if more_epochs is None:
        return [cure.text(file) for cure in cures]
    others = [cure.text(file) for cure in cures if not cure.words.startswith(_MORE_EPOCHS)]
    return [f"{_MORE_EPOCHS}: the last one was the best: {more_epochs}", *others]


def _cures(config: Config, vocabulary: int | None) -> Iterator[_Cure]:
    if config.layers and not config.embedding.trainable:
        yield _Cure("embedding.trainable: true: frozen vectors do not learn the task", ("embedding.trainable=true",))
    pooled = [layer for _, layer in walk(config.layers) if isinstance(layer, Pool)]
    if config.layers and not any("mean" in layer.method and "max" in layer.method for layer in pooled):
        sees = "the average and the extremes of a text" if pooled else "the whole text, not only its end"
        yield _Cure(f"{{type: pool, method: [mean, max]}} as the last of layers: it sees {sees}")
    allowed = config.tokenizer.most_pieces
    full = allowed is not None and allowed < _LARGE_VOCABULARY and (vocabulary is None or vocabulary >= allowed)
    # With n-grams and few texts, a larger vocabulary did not help: each n-gram then occurs in fewer texts.
    own = config.initialize is None  # the tokenizer, not that of another run
    if config.ngrams is None and own and full and not config.tokenizer.reads_characters:
        setting = f"tokenizer.vocab_size={_LARGE_VOCABULARY}"
        yield _Cure(f"a larger tokenizer.vocab_size, such as {_LARGE_VOCABULARY}", (setting,))
    if config.layers:
        yield from _longer_training(config)
    if config.ngrams is None:
        words = "ngrams: {}, a linear model alongside the network, trained and exported as part of the same model"
        yield _Cure(words, ("ngrams={}",))
    elif not config.ngrams.normalize:
        settings = ("ngrams.normalize=true", "ngrams.weights=naive_bayes_idf", "ngrams.l2=0.01")
        yield _Cure("normalised n-grams, as `seqclf init --from` writes them", settings)
    elif not (config.ngrams.words or config.tokenizer.reads_characters or config.tokenizer.no_whole_words):
        yield _Cure("whole words in addition to the n-grams of their pieces", ("ngrams.words=true",))


def _longer_training(config: Config) -> Iterator[_Cure]:
    if config.embedding.word_dropout == 0:
        yield _Cure("embedding.word_dropout, such as 0.1", ("embedding.word_dropout=0.1",))
    stopping = config.training.early_stopping
    more = f"training.epochs={2 * config.training.epochs}"
    if stopping is None:
        settings = (more, f"training.early_stopping.patience={_PATIENT}")
        yield _Cure(f"{_MORE_EPOCHS}, with training.early_stopping", settings)
    elif stopping.patience < _PATIENT:
        yield _Cure(
            f"more patience: training.early_stopping.patience {_PATIENT} or more, and more training.epochs",
            (f"training.early_stopping.patience={_PATIENT}", more),
        )

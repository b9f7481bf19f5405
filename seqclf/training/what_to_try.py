"""Advice before a training, based on the report of ``check``. It does not repeat the warnings of ``check``."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.config import Config
from seqclf.data.label_balance import uneven
from seqclf.files import shell_word
from seqclf.training.examined import Report
from seqclf.training.few_updates import smaller_batch

_MOST = 3
_FEW_TO_VALIDATE = 100
_ENOUGH_FOR_MACRO_F1 = 1_000
_FEW_TO_TRAIN = 5_000
_SOME_UNKNOWN = 0.01


def what_to_try(config: Config, report: Report, file: str) -> list[str]:
    """At most three sentences with what to type, the most useful one first; none if the data have a problem.

    Args:
        file: the config, or the data, as the user named it.
    """
    train = f"seqclf train {shell_word(file)}"
    if report.problems:
        return []
    if not config.task.needs_labels:
        few = None if report.estimate is None else smaller_batch(config, report.estimate.steps, train)
        return [] if few is None else [few]
    found = (
        *_uneven(config, report, train),
        *_few_to_validate(config, report, train),
        *_without_baseline(config, train),
    )
    return [*found, *_ngrams(config, report, train), *_vocabulary(config, report, train)][:_MOST]


def _uneven(config: Config, report: Report, train: str) -> Iterator[str]:
    if uneven(report.splits["train"].by_label) is None:
        return
    settings, where = [], []
    if config.training.class_weights is None:
        settings, where = ["training.class_weights=balanced"], ["in the loss"]
    stopping, validation = config.training.early_stopping, report.splits.get("validation")
    # On fewer texts, macro F1 changes more by chance than by training.
    enough = validation is not None and validation.texts >= _ENOUGH_FOR_MACRO_F1
    if stopping is not None and stopping.monitor in ("val_loss", "val_accuracy") and enough:
        settings.append("training.early_stopping.monitor=val_macro_f1")
        where.append("in the choice of the best epoch")
    if settings:
        options = " ".join(f"--set {setting}" for setting in settings)
        yield f"rare labels count little {' and '.join(where)}: {train} {options}"


def _few_to_validate(config: Config, report: Report, train: str) -> Iterator[str]:
    validation = report.splits.get("validation")
    sampled = isinstance(config.data.parts()["validation"], float)
    if validation is None or not sampled or config.data.folds is not None:
        return
    weights = validation.weights  # a few large ones: a mean over the texts is as inexact as over fewer of equal weight
    number = validation.texts if weights is None else max(1, round(weights.effective))
    if number >= _FEW_TO_VALIDATE:
        return
    if min(report.splits["train"].labels.values()) < 5:
        return
    yield (
        f"with {number}{'' if weights is None else ' effective'} validation texts, each counts {100 / number:.1f} "
        "points of accuracy; "
        f"cross-validation uses all training texts: {train} --folds 5"
    )


def _without_baseline(config: Config, train: str) -> Iterator[str]:
    if config.training.baseline is False:
        yield f"compare the score with that of a linear model: {train} --set training.baseline=auto"


def _ngrams(config: Config, report: Report, train: str) -> Iterator[str]:
    texts = report.splits["train"].texts
    if config.ngrams is None and texts < _FEW_TO_TRAIN:
        yield f"with few training texts ({texts:,}), n-grams often help the network: {train} --set 'ngrams={{}}'"


def _vocabulary(config: Config, report: Report, train: str) -> Iterator[str]:
    options, tokens = config.tokenizer, report.tokens or {}
    most = options.most_pieces
    if options.listed is None or most is None or "validation" not in tokens or report.vocabulary is None:
        return
    if config.initialize is not None:  # the tokenizer is that of another run
        return
    if report.vocabulary >= most and tokens["validation"].unknown > _SOME_UNKNOWN:
        yield (
            f"the vocabulary is full ({report.vocabulary:,} {options.listed}), and {tokens['validation'].unknown:.1%} "
            f"of the validation tokens are unknown: {train} --set tokenizer.vocab_size={2 * most}"
        )

"""A network compared with the linear model of the baseline, text by text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.evaluation.answers_store import read_answers
from seqclf.metrics.baseline import Paired, PairedScore
from seqclf.metrics.intervals import paired_difference
from seqclf.metrics.paired import BOOTSTRAP, mcnemar, spread
from seqclf.run_answers import Bound, KeptAnswers, answers_file
from seqclf.runs import Run
from seqclf.tasks.classification.resampled_f1 import ResampledF1, f1_of, resampled_f1

LINEAR = "linear"
"""The name of its answers in a run (``answers_file``)."""

_ACCURACY = "accuracy"


def paired_with(network: KeptAnswers, linear: KeptAnswers) -> Paired | None:
    """What the answers of both to the same texts say; None if they are not answers to the same texts.

    The accuracy of texts without weights has Newcombe's interval (``paired_difference``) and McNemar's test. F1, and
    the accuracy of texts with weights, have those of the paired bootstrap (``spread``).

    Args:
        network: its answers to all texts of a split.
        linear: its answers to them or to a sample (``places``).
    """
    pair = _matched(network, linear)
    if pair is None:
        return None
    first, second = pair
    right, other = first.right, second.right
    only = int((right & ~other).sum()), int((other & ~right).sum())
    both, neither = int((right & other).sum()), int((~right & ~other).sum())
    weights = None if first.weights is None else first.weights.astype(np.float64)
    found = resampled_f1(first.ids, [first.predicted, second.predicted], first.width, weights)
    values, of_linear = (_values(one, weights) for one in pair)
    scores = {}
    for name, differences in _differences(*found, multi=first.labels.multi):
        where = spread(differences, len(first))
        how = None if where.p_value is None else BOOTSTRAP
        scores[name] = PairedScore(values[name], of_linear[name], where.low, where.high, where.p_value, how)
    if weights is None:
        test, interval = mcnemar(*only), paired_difference(both, *only, neither)
        one, other_one = values[_ACCURACY], of_linear[_ACCURACY]
        scores[_ACCURACY] = PairedScore(one, other_one, interval.low, interval.high, test.p_value, test.test)
    return Paired(len(first), *only, scores)


def keep_linear(run: Run, split: str, linear: tuple[KeptAnswers, Bound] | None) -> None:
    """Keep the answers of the linear model beside those of the run, which were just written. Older ones are removed, if
    there are none or if they are answers to other texts. Raises ``OSError``.

    ``linear``: bound to the model that it was fitted as.
    """
    own = None
    with contextlib.suppress(InputError):
        own = read_answers(run, split)
    if own is None or linear is None or _matched(own[0], linear[0]) is None:
        answers_file(run.answers, split, LINEAR).unlink(missing_ok=True)
    else:
        linear[0].write(answers_file(run.answers, split, LINEAR), Bound(own[1].texts, linear[1].model))


def linear_answers(runs: Iterable[Run], split: str, network: KeptAnswers) -> tuple[KeptAnswers, Bound] | None:
    """The answers of the linear model to the same texts, which the first of the runs that has them keeps."""
    for run in runs:
        with contextlib.suppress(InputError):
            found = read_answers(run, split, LINEAR)
            if found is not None and _matched(network, found[0]) is not None:
                return found
    return None


def _matched(network: KeptAnswers, linear: KeptAnswers) -> tuple[KeptAnswers, KeptAnswers] | None:
    """The answers of both to the texts that both answered and whose weight is not 0; None if the texts differ."""
    places = linear.where
    if not len(places) or int(places.max()) >= len(network) or tuple(network.labels) != tuple(linear.labels):
        return None
    first = network.chosen(places)
    if first.width != linear.width or not np.array_equal(first.ids, linear.ids):
        return None
    if first.weights is None:
        return first, linear
    counted = np.flatnonzero(first.weights)
    return (first.chosen(counted), linear.chosen(counted)) if len(counted) else None


def _values(answers: KeptAnswers, weights: NDArray[np.float64] | None) -> dict[str, float]:
    """The scores on all texts: those of a resample that has each text once."""
    found = f1_of(answers.ids, answers.predicted, answers.width, weights)
    return {"macro_f1": found.macro.item(), "micro_f1": found.micro.item(), _ACCURACY: found.accuracy.item()}


def _differences(first: ResampledF1, second: ResampledF1, *, multi: bool) -> Iterator[tuple[str, NDArray[np.float64]]]:
    if multi:
        yield "micro_f1", first.micro - second.micro
    yield _ACCURACY, first.accuracy - second.accuracy
    yield "macro_f1", first.macro - second.macro

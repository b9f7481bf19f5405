"""What the network adds to the linear model, in one sentence that says when the difference may be chance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seqclf.baseline.comparison import reported_score
from seqclf.config import Config
from seqclf.metrics.averages import fraction
from seqclf.metrics.baseline import BaselineScores, Paired
from seqclf.metrics.intervals import Interval, difference, f1_interval, wilson
from seqclf.metrics.kinds import ClassifierMetrics, ClassifierScores
from seqclf.metrics.language_model import MeasuredLanguageModel
from seqclf.metrics.measured import Measured
from seqclf.metrics.multi_label import MultiLabelMetrics, MultiLabelScores
from seqclf.metrics.paired import BOOTSTRAP, BORDERLINE, CLEAR, EXACT, MID_P, p_in_words
from seqclf.metrics.scores import number_of, words_of
from seqclf.report.numbers import counted, percent, points, score

ADDS, LOSES, CHANCE, UNKNOWN = "adds", "loses", "chance", "unknown"
"""Kinds of verdicts."""

_ADDS_NOTHING = " These texts do not show that the network adds anything."

_INTERVALS = {
    BOOTSTRAP: "that of the paired bootstrap, and so is p",
    **dict.fromkeys((EXACT, MID_P), "that of paired fractions (Newcombe 1998), p is that of McNemar's test"),
}
"""How the interval and the p-value of a paired score were computed, by the name of the test."""


@dataclass(frozen=True)
class Estimate:
    """A score with its 95 % interval; None: no interval is known."""

    value: float
    interval: Interval | None


@dataclass(frozen=True)
class Verdict:
    """``kind``: one of ``ADDS``, ``LOSES``, ``CHANCE``, ``UNKNOWN``. ``note``: how sure it is, or what is missing."""

    kind: str
    sentence: str
    note: str = ""


def main_score(config: Config | None, metrics: ClassifierMetrics) -> str:
    """The score that a report leads with: ``accuracy``, ``micro_f1`` or ``macro_f1``."""
    multi = isinstance(metrics, MultiLabelMetrics)
    if config is not None:
        return reported_score(config, multi=multi)
    return "micro_f1" if multi else "accuracy"


def of_network(metrics: ClassifierMetrics, name: str) -> Estimate:
    """A score of the network."""
    value, evaluation = metrics.value(name), metrics.evaluation
    if evaluation is not None and ((found := evaluation.interval(name)) is not None or name == "accuracy"):
        return Estimate(value, found)
    if metrics.weight is not None or metrics.texts == 0:
        return Estimate(value, None)
    return Estimate(value, _interval(metrics, name, metrics.texts, _support(metrics)))


def of_baseline(scores: ClassifierScores, name: str, baseline: BaselineScores, metrics: ClassifierMetrics) -> Estimate:
    """A score of one of the models of the baseline, which were measured on the texts of ``metrics`` or on a sample."""
    if metrics.weight is not None or baseline.texts == 0:
        return Estimate(scores.value(name), None)
    support = _support(metrics) * baseline.texts / max(1, baseline.all_texts)
    return Estimate(scores.value(name), _interval(scores, name, baseline.texts, support))


def _support(metrics: ClassifierMetrics) -> float:
    return float(sum(label.support for label in metrics.labels.values()))


def _interval(scores: ClassifierScores, name: str, texts: int, support: float) -> Interval | None:
    if name == "accuracy":
        return wilson(min(max(scores.value(name), 0.0), 1.0), texts)
    if name == "micro_f1" and isinstance(scores, MultiLabelScores) and support:
        precision, recall = scores.micro_precision, scores.micro_recall
        if precision and recall:
            return f1_interval(precision, recall, support)
    return None


def verdict(measured: Measured, config: Config | None) -> Verdict:
    """What the network adds on texts that both models were measured on."""
    metrics, baseline = measured.metrics, measured.baseline
    if baseline is None:
        return _without_baseline(measured)
    name = main_score(config, metrics)
    network, linear = of_network(metrics, name), of_baseline(baseline.linear, name, baseline, metrics)
    useless = network.value <= baseline.majority.value(name)
    remark = " It is no better than always predicting the most frequent label." if useless else ""
    if (paired := baseline.paired) is not None and name in paired.scores:
        found = _text_by_text(name, paired, sampled=baseline.texts < baseline.all_texts)
    elif network.interval is None or linear.interval is None:
        found = _by_another_score(measured, name, _without_interval(name, network.value, linear.value))
    else:
        interval = difference((network.value, network.interval), (linear.value, linear.interval))
        found = _with_interval(name, network.value, linear.value, interval)
    return replace(found, sentence=found.sentence + remark)


def _text_by_text(name: str, paired: Paired, *, sampled: bool) -> Verdict:
    """The verdict where it is known which texts each model gets right; ``sampled``: they are a part of all texts."""
    one, what = paired.scores[name], f"points of {words_of(name)}"
    lead, values = one.difference, _values(name, one.network, one.linear)
    note = (
        f"Both models answered the same {counted(paired.texts, 'text')}{', a sample' if sampled else ''}: the network "
        f"alone is right on {paired.only_network_right:,} of them, the linear model alone on "
        f"{paired.only_linear_right:,}."
    )
    if one.low is None or one.high is None or one.p_value is None:
        few = "They are too few to say whether a difference is chance."
        return replace(_without_interval(name, one.network, one.linear), note=f"{note} {few}")
    note += f" The interval is {_INTERVALS.get(one.test or '', 'that of paired scores')}."
    ends = (one.low, one.high) if lead >= 0 else (-one.high, -one.low)
    shown = f"95 % interval {points(ends[0])} to {points(ends[1])}, {p_in_words(one.p_value)}"
    if one.certainty == CLEAR and lead > 0:
        return Verdict(ADDS, f"The network adds {points(lead)} {what} to the linear model ({shown}): {values}.", note)
    if one.certainty == CLEAR and lead < 0:
        loses = f"The network loses {points(-lead)} {what} to the linear model, which is trained in seconds"
        return Verdict(LOSES, f"{loses} ({shown}): {values}.", note)
    may_be = "which is borderline" if one.certainty == BORDERLINE else "which may be chance"
    behind = f"{points(abs(lead))} {what} {'ahead of' if lead > 0 else 'behind'} the linear model, {may_be}"
    standing = behind if lead else f"level with the linear model in {words_of(name)}"
    return Verdict(CHANCE, f"The network is {standing} ({shown}): {values}.{_ADDS_NOTHING}", note)


def _by_another_score(measured: Measured, name: str, found: Verdict) -> Verdict:
    """With the verdict by accuracy, or by micro F1 for several labels, whose intervals are known."""
    metrics, baseline = measured.metrics, measured.baseline
    other = "micro_f1" if isinstance(metrics, MultiLabelMetrics) else "accuracy"
    assert baseline is not None
    network, linear = of_network(metrics, other), of_baseline(baseline.linear, other, baseline, metrics)
    if other == name or network.interval is None or linear.interval is None:
        return found
    interval = difference((network.value, network.interval), (linear.value, linear.interval))
    second = _with_interval(other, network.value, linear.value, interval)
    lead = metrics.value(name) - baseline.linear.value(name)
    contradicts = (second.kind == ADDS and lead < 0) or (second.kind == LOSES and lead > 0)
    note = (
        f"No interval of the difference of {words_of(name)} is known: only that of {words_of(other)} is compared with "
        "chance."
    )
    sentence = f"{found.sentence} {second.sentence.removesuffix(_ADDS_NOTHING)}"
    return Verdict(UNKNOWN if contradicts else second.kind, sentence, f"{note} {second.note}")


def _with_interval(name: str, network: float, linear: float, interval: Interval) -> Verdict:
    """``interval``: that of the difference."""
    lead, what, values = network - linear, f"points of {words_of(name)}", _values(name, network, linear)
    note = "The interval takes the two models for independent. They agree on most texts, so the true one is narrower."
    shown = f"95 % interval {points(interval.low)} to {points(interval.high)}"
    if interval.low > 0:
        return Verdict(ADDS, f"The network adds {points(lead)} {what} to the linear model ({shown}): {values}.", note)
    if interval.high < 0:
        loses = f"The network loses {points(-lead)} {what} to the linear model, which is trained in seconds"
        turned = f"95 % interval {points(-interval.high)} to {points(-interval.low)}"
        return Verdict(LOSES, f"{loses} ({turned}): {values}.", note)
    within = f"The difference from the linear model, {points(lead)} {what}, is within chance ({shown}): {values}."
    return Verdict(CHANCE, f"{within}{_ADDS_NOTHING}", note)


def _without_interval(name: str, network: float, linear: float) -> Verdict:
    lead, what = network - linear, f"points of {words_of(name)}"
    verb = f"is {points(abs(lead))} {what} {'ahead of' if lead > 0 else 'behind'} the linear model"
    if not lead:
        verb = f"is level with the linear model in {words_of(name)}"
    note = "No interval of the difference is known, so nothing says whether it is chance."
    return Verdict(UNKNOWN, f"The network {verb}: {_values(name, network, linear)}.", note)


def _values(name: str, network: float, linear: float) -> str:
    shown = percent if name == "accuracy" else score
    return f"{shown(network)} against {shown(linear)}"


def verdict_on_another_split(measured: Measured, config: Config | None, split: str, main: str) -> Verdict:
    """The verdict on the texts of ``split``, because there is none on those of the split ``main``."""
    found = verdict(measured, config)
    sentence = f"On the {split} texts, {found.sentence[:1].lower()}{found.sentence[1:]}"
    how = f"On the {main} texts, the two were not compared: `seqclf eval --split {main}` does it."
    return replace(found, sentence=sentence, note=f"{how} {found.note}".strip())


def _without_baseline(measured: Measured) -> Verdict:
    if not measured.is_comparable:
        why = "Only the network has seen these texts, so no other model can be compared with it on them."
        return Verdict(UNKNOWN, "Nothing says what the network adds.", why)
    how = "`seqclf eval` trains a linear model on the same texts and scores it beside the network."
    return Verdict(UNKNOWN, "Nothing says what the network adds: it was not compared with a simple model.", how)


def language_model_verdict(measured: MeasuredLanguageModel) -> Verdict:
    """What a language model adds to the frequencies of tokens."""
    unigram, perplexity = measured.unigram, measured.metrics.perplexity
    if unigram is None:
        how = "`seqclf eval` compares it with a model that knows only how often each token occurs."
        return Verdict(UNKNOWN, "Nothing says what the network adds: it was not compared with a simple model.", how)
    values = f"{number_of('perplexity', perplexity)} against {number_of('perplexity', unigram.perplexity)}"
    times = fraction(unigram.perplexity, perplexity) or 0.0
    if times > 1:
        kind, sentence = ADDS, f"The network's perplexity is {times:,.1f} times smaller than that of a unigram model"
    else:
        kind, sentence = LOSES, "The network's perplexity is not smaller than that of a unigram model"
    return Verdict(kind, f"{sentence}, which knows only how often each token occurs: {values}.")

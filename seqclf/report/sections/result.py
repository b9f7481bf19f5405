"""The result: the headline with its interval, beside the baseline, and what the network adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seqclf.evaluation.seen_texts import effect_on_scores
from seqclf.files import shell_word
from seqclf.metrics.kinds import all_scores
from seqclf.metrics.language_model import LanguageModelScores, MeasuredLanguageModel
from seqclf.metrics.measured import Measured
from seqclf.metrics.scores import number_of, words_of
from seqclf.report.facts import Facts
from seqclf.report.figures.texts import estimates
from seqclf.report.numbers import counted, equal, percent, range_of, value_of, value_with_interval
from seqclf.report.section import Section
from seqclf.report.svg import Figure
from seqclf.report.verdict import (
    Estimate,
    Verdict,
    language_model_verdict,
    main_score,
    of_baseline,
    of_network,
    verdict,
    verdict_on_another_split,
)

_LINEAR, _OF_TEXT = "linear model", "linear model of the text alone"
_MAJORITY = "most frequent label"
_ENDS = ("_low", "_high")
"""How the names of the ends of intervals end."""


@dataclass(frozen=True)
class Row:
    """A model on a split: its name, the texts, and its scores with their intervals in words."""

    model: str
    texts: int
    cells: tuple[str, ...]
    strong: bool = False


def result(facts: Facts) -> Section | None:
    """None if nothing was measured."""
    if facts.is_language_model:
        return _language_model(facts)
    measured = facts.main
    if measured is None or facts.split is None:
        return None
    name = main_score(facts.config, measured.metrics)
    network = of_network(measured.metrics, name)
    compared_on = facts.compared_split or facts.split
    names = dict.fromkeys((name, *measured.metrics.monitored()))
    values = {
        "number": value_of(name, network.value),
        "interval": None if network.interval is None else range_of(name, network.interval),
        "score": words_of(name),
        "on": f"{counted(measured.metrics.texts, f'{facts.split} text')}",
        "data": measured.data,
        "verdict": _verdict(facts, compared_on),
        "figure": _figure(facts, compared_on, name),
        "heads": [words_of(one) for one in names],
        "tables": [(split, list(_rows(facts, one, tuple(names)))) for split, one in facts.measured.items()],
        "all_scores": list(_all_scores(measured)),
        "notes": list(_notes(facts, measured)),
    }
    return Section("result", "Result", "result", values)


def _all_scores(measured: Measured) -> Iterator[tuple[str, str]]:
    """Each score by one of its names, with its interval if one is saved."""
    metrics, evaluation = measured.metrics, measured.metrics.evaluation
    for name, value in all_scores(metrics).items():
        if name in metrics.aliases or name.endswith(_ENDS):
            continue
        found = None if evaluation is None else evaluation.interval(name)
        ends = "" if found is None else f" ({found.low:.4f} to {found.high:.4f})"
        yield words_of(name), f"{number_of(name, value)}{ends}"


def _verdict(facts: Facts, split: str) -> Verdict:
    if split == facts.split:
        return verdict(facts.measured[split], facts.config)
    return verdict_on_another_split(facts.measured[split], facts.config, split, str(facts.split))


def _figure(facts: Facts, split: str, name: str) -> Figure | None:
    """Network and linear model; the other models are too far for intervals to be seen."""
    measured = facts.measured[split]
    baseline, metrics = measured.baseline, measured.metrics
    if baseline is None:
        return None
    linear = of_baseline(baseline.linear, name, baseline, metrics)
    score = words_of(name) if split == facts.split else f"{words_of(name)} on the {split} texts"
    return estimates([("network", of_network(metrics, name)), (_LINEAR, linear)], score)


def _rows(facts: Facts, measured: Measured, names: tuple[str, ...]) -> Iterator[Row]:
    metrics, baseline = measured.metrics, measured.baseline
    cells = (_cell(one, of_network(metrics, one)) for one in names)
    yield Row("network", metrics.texts, tuple(cells), strong=True)
    if baseline is None:
        return
    linear = _OF_TEXT if facts.config is not None and facts.config.data.columns().extra else _LINEAR
    for model, scores in ((linear, baseline.linear), (_MAJORITY, baseline.majority)):
        cells = (_cell(one, of_baseline(scores, one, baseline, metrics)) for one in names)
        yield Row(model, baseline.texts, tuple(cells))


def _cell(name: str, estimate: Estimate) -> str:
    return value_with_interval(name, estimate.value, estimate.interval)


def _notes(facts: Facts, measured: Measured) -> Iterator[str]:
    """What a reader must know to take the scores for what they are."""
    metrics, split = measured.metrics, str(facts.split)
    if split == "validation":
        yield "The epoch was chosen on the validation texts: expect slightly lower scores on new ones."
        if facts.run.was_fitted_to_validation:
            yield "After the validation, the n-grams were fitted to the validation texts as well."
    if split == "train":
        yield "The model was trained on these texts: on new ones, expect lower scores."
    if (baseline := facts.measured[facts.compared_split or split].baseline) is not None:
        sampled = baseline.training_texts < baseline.all_training_texts
        sample = f" {baseline.training_texts:,} of the {baseline.all_training_texts:,} training texts"
        fitted = f"on a sample of{sample}" if sampled else "on the training texts of the network"
        yield f"The linear model is a logistic regression on TF-IDF of n-grams of {baseline.unit}, fitted {fitted}."
        if baseline.texts < baseline.all_texts:
            yield f"It was scored on a sample of {baseline.texts:,} of {baseline.all_texts:,} texts."
    if (seen := measured.seen) is not None:
        for number, what in ((seen.trained_on, "training"), (seen.validated_on, "validation")):
            if number:
                yield f"{equal(number, split, what)}: the model has seen {'it' if number == 1 else 'them'}."
        if (effect := effect_on_scores(measured)) is not None and split != "train":
            yield f"{effect[0].upper()}{effect[1:]}."
    if (known := facts.entry.known_to_teachers.get(split)) is not None:
        yield f"Warning: {known.sentence(split)}."
    if facts.config is not None and isinstance(facts.config.data.columns().label, Mapping):
        yield (
            "The labels of the data are probabilities. A prediction is right if it is the most probable label; the "
            "loss is the cross-entropy with all of them."
        )
    if metrics.weight is not None:
        yield "The scores weigh each text by its weight in the data; texts of weight 0 are left out."
    if metrics.unknown_labels is not None:
        yield metrics.unknown_labels.summary_of(split) + "."
    if not any(one.slices for one in facts.evidence.values()) and not facts.run.was_fitted_to_validation:
        command = f"seqclf eval --run {shell_word(facts.run.folder)} --split {split}"
        yield f"ROC curves, accuracy by part and wrong texts are missing: `{command}` measures them and adds them here."


def _language_model(facts: Facts) -> Section | None:
    if facts.split is None:
        return None
    measured = facts.perplexities[facts.split]
    names = tuple(measured.metrics.marks())
    values: dict[str, Any] = {
        "number": number_of("perplexity", measured.metrics.perplexity),
        "interval": None,
        "score": "perplexity of a token",
        "on": f"{counted(measured.metrics.texts, f'{facts.split} text')}",
        "data": measured.data,
        "verdict": language_model_verdict(measured),
        "figure": None,
        "heads": [words_of(name) for name in names],
        "tables": [(split, list(_perplexity_rows(one, names))) for split, one in facts.perplexities.items()],
        "all_scores": [],
        "notes": list(_perplexity_notes(facts, measured)),
    }
    return Section("result", "Result", "result", values)


def _perplexity_rows(measured: MeasuredLanguageModel, names: tuple[str, ...]) -> Iterator[Row]:
    models: list[tuple[str, LanguageModelScores]] = [("network", measured.metrics)]
    if measured.unigram is not None:
        models.append(("unigram model", measured.unigram))
    for model, scores in models:
        cells = tuple(number_of(name, scores.value(name)) for name in names)
        yield Row(model, measured.metrics.texts, cells, strong=model == "network")


def _perplexity_notes(facts: Facts, measured: MeasuredLanguageModel) -> Iterator[str]:
    metrics = measured.metrics
    yield f"The texts have {metrics.tokens:,} tokens, {metrics.words:,} words and {metrics.characters:,} characters."
    if facts.split == "validation":
        yield "The epoch was chosen on the validation texts: expect a slightly larger perplexity on new ones."
    if (unknown := metrics.unknown_share) is not None:
        yield f"Unknown tokens: {percent(unknown)}."

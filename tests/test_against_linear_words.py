"""What is said of a network and the linear model, once they are compared text by text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from baseline_examples import config_with
from metric_examples import baseline_with, metrics_with

from seqclf.baseline.comparison import lead
from seqclf.cli.against_baseline import paired_line
from seqclf.metrics.baseline import Paired, PairedScore
from seqclf.metrics.measured import Measured
from seqclf.metrics.paired import EXACT, MID_P
from seqclf.report.verdict import ADDS, CHANCE, LOSES, UNKNOWN, verdict

MUCH = PairedScore(0.90, 0.86, 0.021, 0.059, 0.00004, MID_P)
LEVEL = PairedScore(0.9, 0.9, -0.02, 0.02, 1.0, EXACT)
MORE = "more than chance explains (95 % interval 2.1 to 5.9, p < 0.0001)"
LITTLE = PairedScore(0.90, 0.89, -0.012, 0.031, 0.3123, EXACT)


CLOSE = PairedScore(0.90, 0.85, 0.002, 0.098, 0.0512, MID_P)


def _turned(one: PairedScore) -> PairedScore:
    assert one.low is not None and one.high is not None
    return replace(one, network=one.linear, linear=one.network, low=-one.high, high=-one.low)


def _measured(one: PairedScore, *, sampled: bool = False) -> Measured:
    sizes = {"texts": 500, "all_texts": 900 if sampled else 500}
    scores = baseline_with(one.linear, **sizes)
    paired = Paired(500, 30, 10, {"accuracy": one, "macro_f1": one})
    return Measured("r.csv", metrics_with(one.network, texts=500), replace(scores, paired=paired))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (MUCH, f"this run is 4.0 points ahead, {MORE}"),
        (_turned(MUCH), f"this run is 4.0 points behind, {MORE}"),
        (LITTLE, "this run is 1.0 points ahead, which may be chance (95 % interval -1.2 to 3.1, p = 0.3123)"),
        (_turned(LITTLE), "this run is 1.0 points behind, which may be chance (95 % interval -1.2 to 3.1, p = 0.3123)"),
        (CLOSE, "this run is 5.0 points ahead, which is borderline (95 % interval 0.2 to 9.8, p = 0.0512)"),
        (_turned(CLOSE), "this run is 5.0 points behind, which is borderline (95 % interval 0.2 to 9.8, p = 0.0512)"),
        (LEVEL, "this run is level with it (95 % interval -2.0 to 2.0, p = 1.0000)"),
        (PairedScore(0.9, 0.8), "this run is 10.0 points ahead; there are too few texts to say whether that is chance"),
    ],
)  # fmt: skip
def test_a_lead_says_whether_it_may_be_chance(one: PairedScore, words: str) -> None:
    measured = _measured(one)
    assert measured.baseline is not None
    assert lead(measured.metrics, measured.baseline, "accuracy") == words
    assert paired_line(config_with(), measured.metrics, measured.baseline) == words
    macro = config_with(training__early_stopping={"monitor": "val_macro_f1"})
    assert paired_line(macro, measured.metrics, measured.baseline) == words
    sampled = _measured(one, sampled=True)
    assert sampled.baseline is not None
    assert lead(sampled.metrics, sampled.baseline, "accuracy") == f"on these, {words}"
    assert paired_line(config_with(), measured.metrics, baseline_with(0.8)) is None


@pytest.mark.parametrize(
    ("one", "kind", "words"),
    [
        (MUCH, ADDS, "The network adds 4.0 points of accuracy to the linear model (95 % interval 2.1 to 5.9, p < 0.0"),
        (_turned(MUCH), LOSES, "The network loses 4.0 points of accuracy to the linear model, which is trained in"),
        (LITTLE, CHANCE, "The network is 1.0 points of accuracy ahead of the linear model, which may be chance"),
        (_turned(LITTLE), CHANCE, "The network is 1.0 points of accuracy behind the linear model, which may be chance"),
        (CLOSE, CHANCE, "The network is 5.0 points of accuracy ahead of the linear model, which is borderline"),
        (LEVEL, CHANCE, "The network is level with the linear model in accuracy"),
        (PairedScore(0.9, 0.8), UNKNOWN, "The network is 10.0\u202fpoints of accuracy ahead of the linear model"),
    ],
)  # fmt: skip
def test_the_verdict_of_a_report(one: PairedScore, kind: str, words: str) -> None:
    found = verdict(_measured(one), None)
    assert found.kind == kind and words.replace("\u202f", " ") in found.sentence
    assert "alone is right on 30 of them, the linear model alone on 10" in found.note
    assert ("too few" in found.note) == (kind == UNKNOWN)
    assert ("Newcombe 1998" in found.note) == (kind != UNKNOWN)
    assert "a sample" in verdict(_measured(one, sampled=True), None).note
    macro = config_with(training__early_stopping={"monitor": "val_macro_f1"})
    assert "of macro F1" in verdict(_measured(one), macro).sentence or not one.difference

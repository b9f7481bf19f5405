"""The parts of a report: the sentence about the baseline, figures as SVG, histories, the cost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from baseline_examples import config_with
from metric_examples import baseline_with, metrics_with
from run_folders import made_run

import seqclf.report
from seqclf.files import write_json
from seqclf.metrics.intervals import difference, wilson
from seqclf.metrics.language_model import LanguageModelMetrics, LanguageModelScores, MeasuredLanguageModel
from seqclf.metrics.measured import Measured
from seqclf.report.cost import energy, energy_of
from seqclf.report.figures.curves import Line, learning_rate, over_epochs
from seqclf.report.figures.texts import estimates, first_number
from seqclf.report.history import read_history
from seqclf.report.numbers import equal, moment, percent, points
from seqclf.report.page import page
from seqclf.report.svg import INK, SERIES, drawn
from seqclf.report.verdict import ADDS, CHANCE, LOSES, UNKNOWN, Estimate, language_model_verdict, verdict
from seqclf.run_members import member_folder

# --- the sentence about the baseline ----------------------------------------------------------------------------------


def _compared(network: float, linear: float, texts: int, majority: float = 0.5) -> Measured:
    baseline = baseline_with(linear, majority, texts=texts, all_texts=texts)
    return Measured("reviews.csv", metrics_with(network, texts=texts), baseline)


@pytest.mark.parametrize(
    ("network", "linear", "texts", "kind", "words"),
    [
        (0.92, 0.90, 25_000, ADDS, "adds 2.0 points of accuracy to the linear model (95 % interval 1.5 to 2.5)"),
        (0.90, 0.92, 25_000, LOSES, "loses 2.0 points of accuracy to the linear model, which is trained in seconds"),
        (0.92, 0.90, 100, CHANCE, "2.0 points of accuracy, is within chance (95 % interval −6.3 to 10.4)"),
        (0.90, 0.90, 100, CHANCE, "0.0 points of accuracy, is within chance"),
        (1.0, 0.5, 3, CHANCE, "50.0 points of accuracy, is within chance"),
    ],
)
def test_what_the_network_adds(network: float, linear: float, texts: int, kind: str, words: str) -> None:
    found = verdict(_compared(network, linear, texts), None)
    assert found.kind == kind and words in found.sentence
    assert f"{percent(network)} against {percent(linear)}" in found.sentence
    assert "most frequent label" not in found.sentence


def test_the_interval_is_that_of_newcombe() -> None:
    interval = difference((0.92, wilson(0.92, 100)), (0.9, wilson(0.9, 100)))
    assert f"{points(interval.low)} to {points(interval.high)}" in verdict(_compared(0.92, 0.9, 100), None).sentence


def test_a_network_that_the_most_frequent_label_beats() -> None:
    found = verdict(_compared(0.5, 0.9, 1000, majority=0.6), None)
    assert found.kind == LOSES
    assert found.sentence.endswith("It is no better than always predicting the most frequent label.")


def test_without_a_baseline() -> None:
    metrics = metrics_with(0.9)
    assert "`seqclf eval`" in verdict(Measured("x", metrics), None).note
    assert "Only the network has seen" in verdict(Measured("x", metrics, is_comparable=False), None).note


def test_weighted_texts_have_no_interval_without_one_in_the_metrics() -> None:
    measured = _compared(0.92, 0.9, 25_000)
    weighted = replace(measured, metrics=replace(measured.metrics, weight=3.0))
    found = verdict(weighted, None)
    assert found.kind == UNKNOWN
    assert (
        found.sentence
        == "The network is 2.0 points of accuracy ahead of the linear model: 92.0\u202f% against 90.0\u202f%."
    )


_MACRO = config_with(training__class_weights="balanced")


@pytest.mark.parametrize(
    ("network", "linear", "macro", "kind", "words"),
    [
        (0.92, 0.90, (0.7, 0.6), ADDS, "The network adds 2.0 points of accuracy to the linear model (95"),
        (0.90, 0.92, (0.5, 0.6), LOSES, "The network loses 2.0 points of accuracy"),
        (0.90, 0.92, (0.7, 0.6), UNKNOWN, "The network loses 2.0 points of accuracy"),
        (0.90, 0.90, (0.7, 0.6), CHANCE, "0.0 points of accuracy, is within chance"),
    ],
)
def test_macro_f1_has_the_interval_of_accuracy_beside_it(
    network: float, linear: float, macro: tuple[float, float], kind: str, words: str
) -> None:
    compared = _compared(network, linear, 25_000)
    metrics = replace(compared.metrics, macro_f1=macro[0])
    assert compared.baseline is not None
    baseline = replace(compared.baseline, linear=replace(compared.baseline.linear, macro_f1=macro[1]))
    found = verdict(replace(compared, metrics=metrics, baseline=baseline), _MACRO)
    assert found.kind == kind
    assert found.sentence.startswith("The network is ") and "10.0 points of macro F1" in found.sentence
    assert words in found.sentence and "adds anything" not in found.sentence
    assert "No interval of the difference of macro F1 is known" in found.note


def test_a_figure_says_which_intervals_it_has() -> None:
    known, unknown = Estimate(0.5, wilson(0.5, 100)), Estimate(0.5, None)
    assert estimates([("a", known), ("b", known)], "accuracy").caption == "Accuracy, with 95 % intervals."
    some = estimates([("a", known), ("b", unknown)], "accuracy").caption
    assert some == "Accuracy, with 95 % intervals where they are known."
    assert estimates([("a", unknown), ("b", unknown)], "macro F1").caption == "Macro F1."


@pytest.mark.parametrize(("unigram", "kind"), [(None, UNKNOWN), (5.9, ADDS), (3.9, LOSES)])
def test_what_a_language_model_adds(unigram: float | None, kind: str) -> None:
    def scores(loss: float) -> dict[str, float]:
        return {"loss": loss, "perplexity": 2.718281828**loss, "bits_per_character": 1.0, "word_perplexity": 9.0}

    metrics = LanguageModelMetrics(texts=1, tokens=10, words=8, characters=40, **scores(4.0))
    other = None if unigram is None else LanguageModelScores(**scores(unigram))
    found = language_model_verdict(MeasuredLanguageModel("x", metrics, other))
    assert found.kind == kind
    assert ("54.598" in found.sentence) == (unigram is not None)


# --- figures ----------------------------------------------------------------------------------------------------------


def _draw(axes: Any) -> None:
    axes.plot([1, 2, 3], [1, 2, 3], color=SERIES[0], marker="o")
    axes.fill_between([1, 2], [0, 0], [1, 1], color=SERIES[1], alpha=0.5)
    axes.set_xlabel("epoch $x$ <b>")
    axes.axvline(2, color=INK)


def test_a_figure_has_no_styles_and_no_names_that_clash() -> None:
    first, second = drawn("one", 'a "quoted" <title>\x00', _draw), drawn("two", "other", _draw)
    assert first == drawn("one", 'a "quoted" <title>\x00', _draw)
    assert "style" not in first and "http" not in first and "<?" not in first
    assert 'aria-label="a &quot;quoted&quot; &lt;title&gt;␀"' in first
    assert "epoch $x$ &lt;b&gt;" in first, "text stays text"
    assert 'stroke="var(--s1)"' in first and 'fill="var(--s2)"' in first and 'stroke="currentColor"' in first
    ids = {part.partition('"')[0] for part in first.split(' id="')[1:]}
    assert ids and all(name.startswith("one-") for name in ids)
    assert not ids & {part.partition('"')[0] for part in second.split(' id="')[1:]}


def test_equal_texts_in_words() -> None:
    assert equal(1, "training", "earlier training") == "1 training text is equal to an earlier training text"
    assert equal(1, "test", "training") == "1 test text is equal to a training text"
    assert equal(2, "test", "training") == "2 test texts are equal to training texts"


def test_curves_without_points_are_no_figure() -> None:
    assert over_epochs("x", [Line("a", (), 1)], "Loss.", y="loss") is None
    assert learning_rate(()) is None
    figure = over_epochs("x", [Line("a", ((1.0, 0.5),), 1), Line("b", (), 2)], "Loss.", y="loss")
    assert figure is not None and figure.legend == (("a", 1),)
    assert 'aria-label="Loss. a from 0.5 to 0.5"' in figure.svg


def test_a_learning_rate_of_many_sizes_has_a_logarithmic_axis() -> None:
    even, wide = learning_rate(((0.0, 1.0), (1.0, 0.5))), learning_rate(((0.0, 1.0), (1.0, 1e-5)))
    assert even is not None and wide is not None
    assert ">0.6</text>" in even.svg and ">0.6</text>" not in wide.svg
    assert ">1e-05</text>" in wide.svg and "math" not in wide.svg


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_template_never_shows_none() -> None:
    values = {"runs": "", "what": "", "subtitle": [], "note": "", "warning": "", "problems": [], "sections": []}
    assert "<title>a – seqclf report</title>" in page("sections", title="a", **values)
    with pytest.raises(ValueError, match="None"):
        page("sections", title=None, **values)


Colour = tuple[float, float, float]


def _variables(block: str) -> dict[str, Colour]:
    """The colours of a ``:root`` of the style, as shares of red, green and blue."""
    found: dict[str, Colour] = {}
    for name, value in re.findall(r"--([a-z0-9]+): ([^;]+);", block):
        digits = value.removeprefix("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(part) for part in value.split(",")] if "," in value else list(bytes.fromhex(digits))
        found[name] = (parts[0] / 255, parts[1] / 255, parts[2] / 255)
    return found


def _contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: Colour) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _over(colour: Colour, ground: Colour, alpha: float) -> Colour:
    red, green, blue = (alpha * above + (1 - alpha) * below for above, below in zip(colour, ground, strict=True))
    return red, green, blue


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_and_curves_can_be_told_from_their_ground(mode: str) -> None:
    """AA of WCAG 2.2: 4.5 for texts, also on coloured words and cells, and 3 for graphics."""
    style = (Path(seqclf.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)[:2]
    colours = _variables(light) | (_variables(dark) if mode == "dark" else {})
    for ground in (colours["ground"], colours["raised"]):
        for name in ("ink", "muted", "link"):
            assert _contrast(colours[name], ground) >= 4.5, name
        for name, prefix in (("towards", "t"), ("against", "a"), ("heat", "h")):
            alphas = re.findall(rf"\.{prefix}[0-9] {{ background: rgba\(var\(--{name}\), (\.\d+)\)", style)
            assert len(alphas) >= 4
            for alpha in map(float, alphas):
                assert _contrast(colours["ink"], _over(colours[name], ground, alpha)) >= 4.5, (name, alpha)
    for name in (*(f"s{number}" for number in range(1, 11)), "good", "bad", "even"):
        assert _contrast(colours[name], colours["ground"]) >= 3, name


# --- numbers, histories, cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.9184, "91.8"), (1.0, "100.0"), (0.9999, ">99.9"), (0.0, "0.0"), (0.0001, "<0.1"), (0.001, "0.1")],
)
def test_percent(share: float, shown: str) -> None:
    assert percent(share) == f"{shown}\u202f%"


def test_points_have_no_negative_zero() -> None:
    assert [points(value) for value in (0.013, -0.004, -0.0001, 0.0)] == ["1.3", "−0.4", "0.0", "0.0"]


def test_moments() -> None:
    assert moment("2026-11-27T04:58:50.5+01:00") == "2026-11-27 03:58 UTC"
    assert moment("yesterday") is None and moment(None) is None and moment(3) is None


def test_first_numbers_of_bins() -> None:
    assert [first_number(value) for value in ("1,200 to 3,000", "7", "long")] == [1200, 7, float("inf")]


def test_a_history_without_its_damaged_lines(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert read_history(path).epochs == ()
    lines: list[Any] = [
        {"type": "steps", "epoch": 1, "step": 10, "loss": 0.9, "learning_rate": 0.1},
        {
            "type": "epoch",
            "epoch": 1,
            "loss": 0.8,
            "val_loss": 0.7,
            "best": True,
            "tokens": 100,
            "tokens_per_second": 50,
        },
        {"type": "epoch", "epoch": "two", "loss": 0.8},
        {"type": "epoch", "epoch": 2, "loss": float("nan"), "val_loss": 0.6, "tokens": 300, "tokens_per_second": 300},
        ["not", "an", "object"],
    ]
    path.write_bytes("".join(json.dumps(line) + "\n" for line in lines).encode() + b'\xff{"type"')
    history = read_history(path)
    assert [one.number for one in history.epochs] == [1, 2]
    assert history.curve("loss") == ((1.0, 0.8),) and history.curve("val_loss") == ((1.0, 0.7), (2.0, 0.6))
    assert history.windows == ((1.0, 0.9),) and history.rates == ((1.0, 0.1),)
    assert history.validated == ("loss",)
    assert history.tokens_per_second == pytest.approx(400 / 3)


def test_long_histories_are_thinned_and_keep_the_last_window(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    rows = [{"type": "steps", "epoch": 1, "step": step, "loss": step} for step in range(1, 5_001)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    windows = read_history(path).windows
    assert 300 < len(windows) <= 400 and windows[-1] == (1.0, 5_000.0)


def test_energy_by_hand() -> None:
    """100 s of processor time at 12 W, and 2 GB at 0.3725 W for 60 s."""
    manifest = {"wall_seconds": 60.0, "processor_seconds": 100.0, "peak_memory_bytes": 2e9}
    found = energy(manifest)
    assert found is not None and not found.at_most
    assert found.watt_hours == pytest.approx((100 * 12 + 2 * 0.3725 * 60) / 3600)
    earlier = energy({"wall_seconds": 60.0, "machine": {"cpus": 4}})
    assert earlier is not None and earlier.at_most and earlier.watt_hours == pytest.approx(60 * 4 * 12 / 3600)
    assert energy({"wall_seconds": 60.0}) is None and energy({}) is None


def test_the_energy_of_an_ensemble_is_that_of_its_members(tmp_path: Path) -> None:
    entry = {"members": [{"name": "a-1", "weight": 0.5}, {"name": "a-2", "weight": 0.5}]}
    run = made_run(tmp_path, "a-ensemble-1", validation=None, ensemble=entry, wall_seconds=1e6)
    assert energy_of(run, run.manifest) is None, "the members are gone"
    spent = {"status": "finished", "wall_seconds": 60.0, "processor_seconds": 100.0, "peak_memory_bytes": 2e9}
    for place in range(2):
        part = member_folder(run, place)
        part.folder.mkdir(parents=True)
        write_json(part.folder / "manifest.json", spent)
    one, found = energy(spent), energy_of(run, run.manifest)
    assert one is not None and found is not None and not found.at_most
    assert found.watt_hours == pytest.approx(2 * one.watt_hours) and found.processor_seconds == 200

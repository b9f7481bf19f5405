"""What a model card says of a model's limits: by the answers for measured texts, and without the texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_examples import HOSTILE, evidence_of, full_run, language_model_run

from seqclf.cli.exported_classifier import about, card
from seqclf.config import checked_config
from seqclf.evaluation.evidence.content import Lengths, SliceAccuracy
from seqclf.evaluation.evidence.store import read_evidence, write_evidence
from seqclf.export.card import About
from seqclf.export.card_limits import MeasuredLimits, Part, given_languages, measured_limits
from seqclf.export.hub_card import Given, hub_card
from seqclf.labels import NO_LABELS, Labels
from seqclf.metrics.counts import LabelMetrics
from seqclf.runs import Run

ABC = Labels(("a", "b", "c"))
SHORT, LONG = "11 to 22", "65 to 1,090"
LESS_OFTEN, UNKNOWN, LONGER = "is right less often", "does not know", "longer than"


def _run(folder: Path, labels: Labels = ABC, *, splits: tuple[str, ...] = ("test",), **parts: Any) -> Run:
    """A run that is right on about two thirds of its texts, with evidence of each split; ``parts`` of the evidence."""
    run = full_run(folder, labels, splits=splits)
    for split in splits:
        _rewrite(run, split, labels, **parts)
    return run


def _rewrite(run: Run, split: str, labels: Labels, *, origin: dict[str, Any] | None = None, **parts: Any) -> None:
    found = evidence_of(run, labels, HOSTILE, split)
    where = replace(found.origin, **{"data": "reviews.csv", **(origin or {})})
    write_evidence(run, replace(found, origin=where, **({"slices": _slices(labels)} | parts)))


def _slices(labels: Labels) -> dict[str, tuple[SliceAccuracy, ...]]:
    return {
        "length": (
            SliceAccuracy(LONG, 40, 0.25, 0.15, 0.35),
            SliceAccuracy(SHORT, 45, 0.3, 0.2, 0.4),
            SliceAccuracy("1 to 10", 40, 0.6, 0.4, 0.95),
            SliceAccuracy("23 to 64", 3, 0.0, 0.0, 0.2, small=True),
        ),
        "label": (
            SliceAccuracy(labels[0], 50, 0.2, 0.15, 0.3),
            SliceAccuracy("private of the test texts", 50, 0.0, 0.0, 0.1),
            SliceAccuracy(labels[1], 50, 0.9, 0.8, 0.95),
        ),
        "column:customer": (SliceAccuracy("Ann Example of Leeds", 50, 0.1, 0.0, 0.2),),
    }


def _limits(text: str) -> str:
    return text.partition("## Limits\n")[2].partition("\n## ")[0]


def test_the_worst_parts_come_first_and_small_and_usual_ones_are_left_out(tmp_path: Path) -> None:
    run = _run(tmp_path)
    overall = f"against {100 * run.measured('test')['test'].metrics.accuracy:.1f} % of all."
    said = _limits(card(run, "onnx", None)).splitlines()
    first = said.index("- It is right less often on some of the test texts (in brackets: 95 % intervals):")
    assert said[first + 1 : first + 4] == [
        f"  - Texts with the label `a`: 20.0 % are right (15.0 to 30.0), {overall}",
        f"  - Texts of 65 to 1,090 tokens, which it reads in part: 25.0 % are right (15.0 to 35.0), {overall}",
        f"  - Texts of 11 to 22 tokens: 30.0 % are right (20.0 to 40.0), {overall}",
    ]
    assert not said[first + 4].startswith(" ")
    assert "- 4 test texts are longer than the 64 tokens that it reads (6.7 % of 60)." in said
    assert "- Its tokenizer does not know 0.4 % of the tokens of the test texts." in said


def test_with_several_labels_all_of_them_must_be_right(tmp_path: Path) -> None:
    labels = Labels(("a", "b", "c"), multi=True)
    none = {"label": (SliceAccuracy("(no label)", 40, 0.05, 0.01, 0.1), SliceAccuracy("a", 40, 0.1, 0.02, 0.12))}
    said = _limits(card(_run(tmp_path, labels, slices=none), "onnx", None))
    assert "  - Texts without labels: 5.0 % get exactly their labels (1.0 to 10.0), against " in said
    assert "  - Texts with the label `a`: 10.0 % get exactly their labels (2.0 to 12.0), against " in said


def test_the_test_texts_are_preferred_and_else_the_validation_texts(tmp_path: Path) -> None:
    run = _run(tmp_path, splits=("validation", "test"))
    assert f"{LESS_OFTEN} on some of the test texts" in card(run, "onnx", None)
    run.evidence_file("test").unlink()
    said = card(run, "onnx", None)
    assert f"{LESS_OFTEN} on some of the validation texts" in said and "longer than the 64" in said


def _without_file(run: Run) -> None:
    run.evidence_file("test").unlink()


def _of_other_weights(run: Run) -> None:
    run.onnx.write_bytes(b"other weights")


def _malformed(run: Run) -> None:
    run.evidence_file("test").write_text('{"origin": 3}', encoding="utf-8")


def _cut_short(run: Run) -> None:
    path = run.evidence_file("test")
    path.write_bytes(path.read_bytes()[:1000])


def _of_other_texts(run: Run) -> None:
    _rewrite(run, "test", run.labels, origin={"data": "others.csv"})


def _of_more_texts(run: Run) -> None:
    _rewrite(run, "test", run.labels, origin={"texts": 61})


def _without_metrics(run: Run) -> None:
    (run.folder / "metrics.json").unlink()


@pytest.mark.parametrize(
    "spoil",
    [_without_file, _of_other_weights, _malformed, _cut_short, _of_other_texts, _of_more_texts, _without_metrics],
)
def test_without_evidence_of_this_model_the_card_is_whole_and_says_nothing(
    spoil: Callable[[Run], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _run(tmp_path)
    before = card(run, "onnx", None)
    spoil(run)
    after = card(run, "onnx", None)
    assert not [words for words in (LESS_OFTEN, UNKNOWN, LONGER) if words in after]
    whole = [line for line in before.splitlines() if line.startswith("## ")]
    assert [line for line in after.splitlines() if line.startswith("## ")] == whole
    assert "- The model may reproduce the biases of its training texts." in after
    warned = " ".join(capsys.readouterr().err.split())
    assert ("warning: the card will lack" in warned and "seqclf eval --split test" in warned) == (
        spoil in (_malformed, _cut_short)
    )


@pytest.mark.parametrize("multi", [False, True])
def test_no_card_has_texts_or_values_of_columns(multi: bool, tmp_path: Path) -> None:
    labels = Labels(ABC.names, multi)
    run = _run(tmp_path, labels)
    run.update_manifest(data="reviews.csv")
    by_length = SliceAccuracy("Ann Example of Leeds", 50, 0.1, 0.0, 0.2)
    _rewrite(run, "test", labels, slices=_slices(labels) | {"length": (by_length,)})
    cards = [card(run, "onnx", None), hub_card(about(run), ("onnx",), Given("hf:ann/x"))]
    for text in cards:
        assert "It is right less often" in text
        assert "Leeds" not in text and "private" not in text and "customer" not in text
        assert not [one for one in HOSTILE if one in text]


def test_a_card_of_a_hub_says_the_same_and_names_the_given_languages(tmp_path: Path) -> None:
    run = _run(tmp_path)
    said = _limits(hub_card(about(run), ("onnx",), Given("hf:ann/x", languages=("en", "de"))))
    for line in _limits(card(run, "onnx", None)).splitlines():
        assert line in said
    assert "- Its texts are in `en`, `de`, says who shared it" in said
    assert "Its texts are in" not in _limits(hub_card(about(run), ("onnx",), Given("hf:ann/x")))


def test_the_card_of_a_language_model_names_the_given_languages(tmp_path: Path) -> None:
    layers = [{"type": "lstm", "units": 4}]
    config = checked_config(
        {"task": {"type": "language_model", "tied": False}, "data": {"source": "sample"}, "layers": layers}
    )
    manifest = language_model_run(tmp_path).manifest | {"seed": 7}
    card_of = About("lm-1", config, NO_LABELS, manifest, {})
    assert "Its texts are in `en`" in hub_card(card_of, ("onnx",), Given("hf:ann/x", languages=("en",)), {})


def test_a_quantized_model_was_measured_before(tmp_path: Path) -> None:
    found = _run(tmp_path)
    limits = about(found).limits
    said = "\n".join(measured_limits(limits, quantized=True))
    assert f"{LESS_OFTEN} on some of the test texts, before its weights were quantized (" in said


def _label(recall: float | None, support: int) -> LabelMetrics:
    return LabelMetrics(None, recall, None, support)


def test_labels_that_are_hardly_ever_found_are_named_with_their_texts() -> None:
    labels = {"a": _label(0.05, 40), "b": _label(0.0, 8), "c": _label(0.1, 99), "d": _label(0.0, 4)}
    labels |= {"e": _label(None, 0), "f\n": _label(0.0004, 5000)}
    part = Part("label", "a", 40, 0.05, 0.0, 0.1)
    (said,) = measured_limits(MeasuredLimits("test", 5200, 0.9, labels, (part,)))
    assert said == (
        "- It hardly ever finds some labels of the test texts: `b` (0.0 % of 8 texts), "
        "`f\\n` (less than 0.1 % of 5,000 texts), `a` (5.0 % of 40 texts)."
    )
    many = {str(number): _label(0.0, 10 + number) for number in range(14)}
    (said,) = measured_limits(MeasuredLimits("validation", 200, 0.9, many))
    assert said.endswith("`4` (0.0 % of 14 texts) and 4 more.") and "`13` (0.0 % of 23 texts)" in said


def test_many_worse_parts_are_counted() -> None:
    parts = tuple(Part("length", str(number), 50, number / 100, 0.0, 0.2) for number in range(1, 10))
    said = list(measured_limits(MeasuredLimits("test", 500, 0.5, {}, parts)))
    assert said[1].startswith("  - Texts of 1 token: 1.0 % are right")
    assert len(said) == 7 and said[-1] == "  - And 4 more parts by length or label."


def test_one_longer_text_is_one() -> None:
    (said,) = measured_limits(MeasuredLimits("test", 1, 0.5, {}, limit=1024, longer=1))
    assert said == "- 1 test text is longer than the 1,024 tokens that it reads (100.0 % of 1)."


def test_lengths_without_a_limit_and_runs_without_lengths_say_nothing_of_it(tmp_path: Path) -> None:
    run = _run(tmp_path, lengths=None)
    assert LONGER not in card(run, "onnx", None)
    _rewrite(run, "test", ABC, lengths=Lengths((), 2.0, 2.0, 3, 100, 0))
    assert LONGER not in card(run, "onnx", None) and UNKNOWN not in card(run, "onnx", None)


@given(
    st.lists(
        st.builds(
            Part,
            st.just("length"),
            st.just(SHORT),
            st.integers(30, 10**6),
            *[st.floats(0, 1, allow_nan=False)] * 3,
        ),
        max_size=9,
    ),
    st.floats(0, 1),
)
def test_only_parts_whose_interval_is_below_the_accuracy_are_named(parts: list[Part], accuracy: float) -> None:
    said = list(measured_limits(MeasuredLimits("test", 100, accuracy, {}, tuple(parts))))
    worse = sum(part.high < accuracy for part in parts)
    assert len(said) == (0 if not worse else 1 + min(worse, 5) + (worse > 5))


def test_nothing_is_known_without_facts() -> None:
    assert not list(measured_limits(None)) and not list(given_languages(()))


@pytest.mark.parametrize("fixture", ["three_label_run", "several_label_run"])
def test_a_trained_run_has_evidence_that_its_card_can_read(fixture: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(fixture)
    has_evidence = read_evidence(run, "validation") is not None
    limits = about(run).limits
    assert (limits is not None) == has_evidence
    if limits is not None:
        assert limits.split == "validation" and limits.texts == run.metrics["validation"]["texts"]
        assert limits.tokens > 0 and limits.limit

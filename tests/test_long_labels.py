"""Labels of any length and characters in tables, lines and cards."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_screens import metrics_of, printed

from seqclf.cli.columns import table
from seqclf.cli.commands.predict import _line
from seqclf.cli.label_counts import counts_of_labels
from seqclf.cli.wrap import wrapped
from seqclf.errors import InputError
from seqclf.inference.prediction import Prediction
from seqclf.labels import on_one_line

LABELS = ["x" * 600, "line one\nline two", 'tab\tand "quotes"', "\u2028|\x1b[31m"]


@given(label=st.text(max_size=700))
def test_a_label_for_people_is_one_short_line(label: str) -> None:
    shown = on_one_line(label)
    assert shown.isprintable() and len(shown) <= 60
    assert shown == label or not label.isprintable() or len(label) > 60
    assert on_one_line(label, None) == label or not label.isprintable()


@pytest.mark.parametrize("width", [60, 80, None])
def test_tables_of_counts_have_a_line_for_each_label(width: int | None) -> None:
    counts = {"train": (dict.fromkeys(LABELS, 5), 20)}
    lines = table(counts_of_labels(counts, 30, shares=True), width)
    assert len(lines) == 1 + len(LABELS)
    assert max(map(len, lines)) <= (width or 80)
    assert all(line.endswith("5 (25.0%)") and line.isprintable() for line in lines[1:])


@pytest.mark.parametrize("width", [60, 80, 200])
def test_tables_of_scores_have_a_line_for_each_label(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    confusion = [[5 if i == j else 1 for j in range(len(LABELS))] for i in range(len(LABELS))]
    lines = printed(metrics_of(confusion, LABELS), width, monkeypatch).splitlines()
    assert max(map(len, lines)) <= width
    start = next(place for place, line in enumerate(lines) if line.startswith("label"))
    assert lines[start + len(LABELS) + 1] == ""
    assert all("\x1b" not in line for line in lines)


def test_a_prediction_is_one_line() -> None:
    for chosen in LABELS:
        probabilities = dict.fromkeys(LABELS, 0.1) | {chosen: 0.7}
        for multi in (True, False):
            line = _line("a\ntext", Prediction((chosen,) if multi else chosen, probabilities), top=3)
            assert len(line.splitlines()) == 1 and line.endswith("  a text")
            assert line.startswith(on_one_line(chosen, None))
    short = _line("a", Prediction("y", {"y": 0.7, "x" * 600: 0.3}), top=0)
    assert len(short) < 80, "a long label does not move all others"


def test_messages_name_labels_on_one_line() -> None:
    from seqclf.data.label_balance import uneven_warning
    from seqclf.data.label_sets import some_of
    from seqclf.labels import Unknown

    for message in (
        some_of(LABELS[:2]),
        uneven_warning({LABELS[0]: 1_000, LABELS[1]: 1}) or "",
        Unknown(tuple(LABELS[:2]), 3, True).summary_of("test"),
    ):
        assert r"line one\nline two" in message and message.isprintable() and len(message) < 250


def test_errors_and_warnings_about_odd_labels_are_lines() -> None:
    from dataclasses import replace

    import numpy as np

    from seqclf.data.label_sets import all_the_same, label_ids
    from seqclf.data.label_spelling import spelling_note
    from seqclf.data.normal_forms import same_label_warning
    from seqclf.data.weight_statistics import ShareStatistics, WeightStatistics
    from seqclf.labels import Labels
    from seqclf.sources.texts import LabelledTexts

    odd = LABELS[1]
    texts = LabelledTexts(["a\x1b[1m", "b"], [odd, "other"], "t.csv")
    weighted = WeightStatistics.of(replace(texts, weights=np.array([1, 0], np.float32)))
    unweighted = WeightStatistics.of(replace(texts, weights=np.array([0, 1], np.float32)))
    shares = np.array([[0, 1], [0, 1]], np.float32)
    soft = ShareStatistics.of(replace(texts, shares=shares, label_names=(odd, "other")))
    assert weighted is not None and unweighted is not None and soft is not None
    assert weighted.heaviest == r"a\x1b[1m"
    with pytest.raises(InputError) as unknown:
        label_ids(texts, Labels((odd.title(), "other")))
    for message in (
        all_the_same([odd], multi=False),
        all_the_same([odd, "other"], multi=True),
        spelling_note({odd: "1"}),
        same_label_warning([f"{odd}\u00e9", f"{odd}e\u0301"]) or "",
        *weighted.problems("train", multi=False),
        *unweighted.warnings(),
        *soft.warnings(2),
        str(unknown.value),
    ):
        assert r"line one\nline two" in message and message.isprintable()
    assert r"Line One\nLine Two" in str(unknown.value)


WORDS = st.text(alphabet="ab '\"$\\{}=é-", max_size=12)


@given(words=st.lists(WORDS, max_size=8), width=st.integers(20, 60), prose=st.sampled_from(["", "- try this: ", "  "]))
def test_a_command_that_is_broken_can_be_pasted(words: list[str], width: int, prose: str) -> None:
    command = shlex.join(["seqclf", "train", *words])
    broken = wrapped(f"{prose}{command}", width)
    pasted = broken[broken.index("seqclf") :].replace("\\\n", "")  # as a shell does
    assert shlex.split(pasted) == ["seqclf", "train", *words]
    longest = max(map(len, re.findall(r"\S+", command)), default=0)
    if " " not in "".join(words):
        assert all(len(line) <= max(width, longest + 4) for line in broken.split("\n"))


def test_a_shell_reads_a_broken_command_as_one() -> None:
    sentence = "- n-grams often help: seqclf train 'my config.yaml' --set ngrams={} --set training.epochs=5"
    broken = wrapped(sentence, 40)
    assert broken.split("\n") == [
        "- n-grams often help:",
        "  seqclf train 'my config.yaml' --set \\",
        "  ngrams={} --set training.epochs=5",
    ]
    script = f"seqclf() {{ printf '%s\\n' \"$@\"; }}; {broken[broken.index('seqclf') :]}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["train", "my config.yaml", "--set", "ngrams={}", "--set", "training.epochs=5"]
    assert wrapped("Next        seqclf predict", 20) == "Next\n  seqclf predict"

"""The parts of the evidence that are about texts: which are wrong, how they are shortened, lengths, equal texts."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.data.encoded import Beside, EncodedTexts
from seqclf.data.equal_texts import text_digests
from seqclf.evaluation.evidence.content import LabelCount, Origin, SplitEvidence, Word
from seqclf.evaluation.evidence.data_facts import duplicates, label_counts, length_bins
from seqclf.evaluation.evidence.make import find, with_texts
from seqclf.evaluation.evidence.mistakes import Judged, doubtful_labels, wrong_texts
from seqclf.evaluation.evidence.shortened import MOST_CHARACTERS, shortened
from seqclf.evaluation.evidence.source import SplitTexts
from seqclf.labels import Labels, Unknown
from seqclf.sources.texts import LabelledTexts

PETS = Labels(("cat", "dog"))
THREE = Labels(("a", "b", "c"))
TAGS = Labels(("x", "y", "z"), multi=True)


def _texts(labels: Any, **more: Any) -> EncodedTexts:
    """Texts of 1, 2, 3, ... tokens."""
    labels = np.array(labels)
    ids = [np.full(1 + place, 2, np.int32) for place in range(len(labels))]
    return EncodedTexts.collect(ids, labels, 10, **more)


def _judged(labels: Labels, given: Any, probabilities: Any, thresholds: Any = None, **more: Any) -> Judged:
    return Judged(labels, _texts(given, **more), np.array(probabilities, float), thresholds)


def test_the_most_confidently_wrong_come_first() -> None:
    second = np.array([0.9, 0.2, 0.99, 0.4, 0.7])
    found = wrong_texts(_judged(PETS, [0, 1, 0, 0, 1], np.stack([1 - second, second], axis=1)))
    assert (found.places, found.all) == ((2, 0, 1), 3)
    first = found.items[0]
    assert (first.labels, first.predicted) == (("cat",), ("dog",))
    assert first.probabilities == pytest.approx({"dog": 0.99, "cat": 0.01})
    assert first.loss == pytest.approx(-np.log(0.01))


def test_a_threshold_decides_what_is_wrong() -> None:
    found = wrong_texts(_judged(PETS, [0, 1], [[0.6, 0.4], [0.6, 0.4]], (0.3,)))
    assert found.places == (0,) and found.items[0].predicted == ("dog",)


def test_only_so_many_are_kept() -> None:
    found = wrong_texts(_judged(PETS, [0] * 50, [[0.1, 0.9]] * 50), 20)
    assert (found.places, found.all) == (tuple(range(20)), 50)


def test_with_several_labels_the_largest_loss_comes_first() -> None:
    truth = [[True, False, False], [False, True, False], [False, False, False], [True, True, False]]
    probabilities = [[0.9, 0.6, 0.1], [0.9, 0.01, 0.1], [0.1, 0.1, 0.1], [0.4, 0.3, 0.2]]
    found = wrong_texts(_judged(TAGS, np.array(truth), probabilities, (0.5, 0.5, 0.5)))
    assert (found.places, found.all) == ((1, 3, 0), 3)
    assert [one.predicted for one in found.items] == [("x",), (), ("x", "y")]
    assert found.items[1].labels == ("x", "y") and set(found.items[1].probabilities) == {"x", "y"}
    assert found.items[0].loss == pytest.approx(-np.log([0.1, 0.01, 0.9]).sum())


def test_texts_of_weight_0_and_labels_that_the_model_lacks_are_not_shown() -> None:
    beside = Beside(weights=np.array([0, 1, 1], np.float32))
    unknown = Unknown(("bird\ud800",), 1, dropped=False)
    judged = _judged(PETS, [0, 2, 1], [[0.1, 0.9]] * 3, beside=beside, unknown=unknown)
    assert (wrong_texts(judged).places, wrong_texts(judged).all) == ((), 1)
    assert doubtful_labels(judged).places == ()
    assert label_counts(judged.texts, PETS, {"cat": 7}) == (
        LabelCount("cat", 1, 7),
        LabelCount("dog", 1, 0),
        LabelCount("bird\ufffd", 1, 0),
    )


def test_wrong_texts_whose_lacking_labels_the_model_does_not_have_are_shown_without_scores() -> None:
    unknown = Unknown(("new",), 2, dropped=False)
    given = np.array([[False, False, False, True], [True, False, False, True], [False, True, False, False]])
    judged = _judged(TAGS, given, [[0.1, 0.1, 0.1], [0.9, 0.1, 0.1], [0.2, 0.1, 0.1]], (0.5,) * 3, unknown=unknown)
    asked = []

    def explain(text: str, label: str, beside: Any) -> list[Word]:
        asked.append((text, label))
        return [Word(0, 1, 0.5)]

    source: Any = SimpleNamespace(
        texts=SimpleNamespace(texts=["only new", "x and new", "lacks y"]),
        check=lambda number: None,
        beside=lambda place: {},
        origins=lambda places: dict.fromkeys(places, ("a.csv", 1)),
    )
    empty = SplitEvidence(Origin("a.csv", "test", 3, "", "eval", ""))
    found = with_texts(empty, find(judged, 5), judged.texts, source, truncate="tail", explain=explain)
    assert {one.shown.text: one.target for one in found.wrong} == {"only new": None, "x and new": None, "lacks y": "y"}
    assert asked == [("lacks y", "y")]


@pytest.mark.parametrize("kind", [object, str])
def test_values_of_columns_beside_the_text_are_pythons_own(kind: type) -> None:
    extra = {"price": np.array([1.5, 2.5]), "country": np.array(["de", "fr"], kind)}
    read = LabelledTexts(["a", "b"], [0, 1], ("cat", "dog"), extra=extra)
    corpus: Any = None
    found = SplitTexts(corpus, "test", PETS, lambda: read).beside(1)
    assert found == {"price": 2.5, "country": "fr"}
    assert [type(value) for value in found.values()] == [float, str]


def test_doubtful_labels_name_what_the_model_suggests() -> None:
    probabilities = [[0.9, 0.1]] * 5 + [[0.1, 0.9]] * 5 + [[0.02, 0.98]]
    found = doubtful_labels(_judged(PETS, [0] * 5 + [1] * 5 + [0], probabilities))
    assert (found.places, found.all) == ((10,), 1)
    only = found.items[0]
    assert (only.given, only.suggested) == ("cat", "dog")
    assert (only.given_probability, only.suggested_probability) == pytest.approx((0.02, 0.98))
    assert only.score == pytest.approx(0.98)


def test_doubtful_labels_of_several_are_there_or_lacking() -> None:
    truth = np.array([[True, False, False]] * 6 + [[False, True, False]] * 5)
    probabilities = np.where(truth, 0.9, 0.1)
    truth[0, 0], truth[9, 0] = False, True
    found = doubtful_labels(Judged(TAGS, _texts(truth), probabilities, (0.5,) * 3))
    assert set(zip(found.places, [(one.given, one.suggested) for one in found.items], strict=True)) == {
        (0, (None, "x")),
        (9, ("x", None)),
    }


def test_labels_that_the_model_hardly_finds_are_not_doubted() -> None:
    """It finds "x" in four texts and "y" in none; of "z", one text lacks it and one has it wrongly."""
    truth = np.zeros((40, 3), np.bool_)
    truth[:5] = True
    truth[5, 2] = True
    probabilities = np.where(truth, 0.9, 0.1)
    probabilities[:, 1] = probabilities[:, 1].clip(0, 0.4)
    probabilities[0, :2] = probabilities[5, 2] = 0.02
    probabilities[6, 2] = 0.95
    found = doubtful_labels(Judged(TAGS, _texts(truth), probabilities, (0.5,) * 3))
    assert {(one.given, one.suggested) for one in found.items} == {("z", None), (None, "z")}
    assert sorted(found.places) == [5, 6] and found.all == 2


def test_texts_are_counted_once_however_many_labels_are_doubted() -> None:
    truth = np.zeros((20, 3), np.bool_)
    truth[:8] = True
    probabilities = np.where(truth, 0.9, 0.1)
    probabilities[0] = 0.02
    found = doubtful_labels(Judged(TAGS, _texts(truth), probabilities, (0.5,) * 3), most=2)
    assert (found.places, len(found.items), found.all) == ((0, 0), 2, 1)


@pytest.mark.parametrize(
    "judged",
    [
        _judged(PETS, [0], [[0.5, 0.5]]),
        _judged(PETS, [1, 1], [[0.5, 0.5]] * 2),
        _judged(THREE, [0, 0, 0], [[1.0, 0.0, 0.0]] * 3),
        _judged(THREE, [2], [[1.0, 0.0, 0.0]]),
        _judged(TAGS, np.zeros((2, 3), np.bool_), np.zeros((2, 3)), (0.5,) * 3),
        _judged(TAGS, np.ones((2, 3), np.bool_), np.zeros((2, 3)), (0.5,) * 3),
        _judged(PETS, [0, 1], [[0.5, 0.5]] * 2, beside=Beside(weights=np.array([2, 1], np.float32))),
        _judged(PETS, [2, 2], [[0.5, 0.5]] * 2, unknown=Unknown(("new",), 2, dropped=False)),
    ],
)
def test_degenerate_texts_have_no_nan_and_no_undefined_curve(judged: Judged) -> None:
    found = find(judged, 5)
    assert set(found.slices) == {"length", "label"}
    for curve in found.curves:
        assert bool(curve.roc) == (curve.roc_auc is not None)
    assert np.isfinite([one.loss for one in found.wrong.items]).all()


def test_no_label_is_doubted_that_the_model_was_trained_on_or_that_is_a_probability() -> None:
    wrong = [[0.9, 0.1]] * 5 + [[0.1, 0.9]] * 6
    judged = _judged(PETS, [0] * 5 + [1] * 5 + [0], wrong)
    assert find(judged, 5).label_errors is not None
    assert find(judged, 5, trained_on=True).label_errors is None
    soft = Beside(shares=np.full((11, 2), 0.5, np.float32))
    assert find(_judged(PETS, [0] * 5 + [1] * 5 + [0], wrong, beside=soft), 5).label_errors is None


def test_short_texts_stay_whole_but_for_lone_surrogates() -> None:
    word = Word(0, 1, 0.5)
    shown, words = shortened("a\ud800\x00<b>\u202e", [word])
    assert shown.text == "a\ufffd\x00<b>\u202e" and words == (word,)
    assert (shown.cut_before, shown.cut_after) == (0, 0)


@pytest.mark.parametrize(("truncate", "before"), [("tail", False), ("middle", False), ("head", True)])
def test_without_scores_the_part_that_the_model_reads_is_shown(truncate: Any, before: bool) -> None:
    text = " ".join(f"word{number}" for number in range(2_000))
    shown, _ = shortened(text, truncate=truncate)
    assert (shown.cut_before > 0, shown.cut_after > 0) == (before, not before)
    assert text[shown.cut_before : len(text) - shown.cut_after] == shown.text
    assert MOST_CHARACTERS - 100 < len(shown.text) <= MOST_CHARACTERS
    assert set(shown.text.split()) <= set(text.split())


def test_the_words_with_the_largest_scores_are_shown() -> None:
    text = "word " * 200_000
    words = [Word(start, start + 4, 0.01) for start in range(0, len(text), 5)]
    words[150_000] = Word(words[150_000].start, words[150_000].end, -3.0)
    shown, inside = shortened(text, words)
    strongest = min(inside, key=lambda word: word.score or 0.0)
    assert strongest.score == -3.0 and shown.text[strongest.start : strongest.end] == "word"
    assert all(shown.text[word.start : word.end] == "word" for word in inside)
    assert shown.cut_before + len(shown.text) + shown.cut_after == len(text)


@pytest.mark.parametrize(
    "cluster", ["e\u0301\u0323", "👩\u200d👩\u200d👧", "👍🏽", "🇩🇪", "\u1112\u1161\u11ab", "\r\n", "❤\ufe0f"]
)
@pytest.mark.parametrize("shift", range(9))
def test_no_cluster_is_cut(cluster: str, shift: int) -> None:
    text = "x" * shift + cluster * 1_500
    shown, _ = shortened(text)
    assert not (len(shown.text) - shift) % len(cluster) and len(shown.text) > MOST_CHARACTERS - 100


@given(st.text(min_size=2_001, max_size=2_600), st.lists(st.floats(-5, 5), max_size=20))
def test_what_is_shown_is_a_part_of_the_text(text: str, scores: list[float]) -> None:
    words = [Word(100 * place, 100 * place + 60, score) for place, score in enumerate(scores)]
    shown, inside = shortened(text, words)
    assert text[shown.cut_before : len(text) - shown.cut_after] == shown.text
    assert 0 < len(shown.text) <= MOST_CHARACTERS
    assert all(0 <= word.start < word.end <= len(shown.text) for word in inside)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=200))
def test_bins_have_no_gaps_and_count_every_text(lengths: list[int]) -> None:
    bins = length_bins(np.array(lengths))
    assert (bins[0].low, bins[-1].high) == (min(lengths), max(lengths))
    assert all(after.low == before.high + 1 for before, after in itertools.pairwise(bins))
    assert [one.texts for one in bins] == [sum(one.low <= length <= one.high for length in lengths) for one in bins]
    assert len(bins) <= 30


def test_equal_texts_are_counted_however_they_are_written() -> None:
    digests = text_digests(["A b", "a  B", "c", "c", "d", ""])
    found = duplicates(digests, np.array([0, 1, 1, 1, 0, 0]), text_digests(["D ", "c"]))
    assert (found.repeated, found.contradictory, found.in_training) == (2, 1, 3)
    several = np.array([[1, 0], [1, 0], [0, 1], [1, 1], [0, 0], [0, 0]], np.bool_)
    found = duplicates(digests, several)
    assert (found.repeated, found.contradictory, found.in_training) == (2, 1, None)
    assert duplicates(digests[:0], several[:0]).repeated == 0

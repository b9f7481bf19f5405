"""Labels judged by models that have not seen the texts, and what is read for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import write_csv
from numpy.typing import NDArray
from suspect_texts import FLIPPED, places_of, read_config, sentiments

from seqclf.config import checked_config
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources.base import TableColumns
from seqclf.sources.table.reader import TableSource
from seqclf.sources.texts import LabelledTexts
from seqclf.sources.tfds import TfdsSource
from seqclf.suspects.find import find_suspects
from seqclf.suspects.linear import LinearModels
from seqclf.suspects.splits import examined_texts

pytestmark = pytest.mark.usefixtures("own_cache")


class Noted:
    """A model that knows nothing, and notes what it was given."""

    key = "noted"

    def __init__(self, before: Callable[[int], None] = lambda call: None) -> None:
        self.train: list[LabelledTexts] = []
        self.held: list[LabelledTexts] = []
        self._before = before

    def announcement(self, times: int, texts: int) -> str:
        return f"{times} times {texts}"

    def probabilities(self, train: LabelledTexts, held: LabelledTexts, labels: Labels) -> NDArray[np.float32]:
        self._before(len(self.train))
        self.train.append(train)
        self.held.append(held)
        return np.full((len(held), len(labels)), 1 / len(labels), np.float32)


# --- what is found ----------------------------------------------------------------------------------------------------


def test_flipped_labels_are_the_first_suspects(tmp_path: Path) -> None:
    found = find_suspects(read_config(tmp_path, sentiments()), LinearModels())
    assert sorted(places_of(found)[: len(FLIPPED)]) == list(FLIPPED)
    first = found.errors[0]
    assert first.score == pytest.approx(first.suggested_probability - first.probability) and first.score > 0.2
    assert {first.given, first.suggested} == {("neg",), ("pos",)} and first.about is None
    assert found.pairs[("neg", "pos")] + found.pairs[("pos", "neg")] == len(found.errors)
    assert found.judged == 100 and found.agreement > 0.9 and 0.5 <= found.majority < 0.6


def test_missing_and_surplus_labels_of_several_are_found(tmp_path: Path) -> None:
    rows = []
    for number, (text, label) in enumerate(sentiments(120, ())):
        names = ["pos"] * (label == "pos") + ["other"] * (number % 3 == 0)
        rows.append((f"{text} third" if number % 3 == 0 else text, "|".join(names)))
    rows[11], rows[40] = (rows[11][0], ""), (rows[40][0], "pos")
    found = find_suspects(read_config(tmp_path, rows, label_separator="|"), LinearModels())
    of_pos = [error for error in found.errors if error.about == "pos"]
    assert sorted(error.place for error in of_pos[:2]) == [11, 40]
    missing = next(error for error in of_pos if error.place == 11)
    assert (missing.given, missing.suggested, missing.pair) == ((), ("pos",), (None, "pos"))
    surplus = next(error for error in of_pos if error.place == 40)
    assert (surplus.given, surplus.suggested, surplus.pair) == (("pos",), (), ("pos", None))
    assert missing.probability + missing.suggested_probability == pytest.approx(1)


def test_of_probabilities_the_most_probable_label_is_judged(tmp_path: Path) -> None:
    rows = [(text, *(("0.3", "0.7") if label == "pos" else ("0.9", "0.1"))) for text, label in sentiments()]
    config = read_config(tmp_path, rows, ("text", "p_neg", "p_pos"), label={"neg": "p_neg", "pos": "p_pos"})
    assert sorted(places_of(find_suspects(config, LinearModels()))[: len(FLIPPED)]) == list(FLIPPED)


def test_a_text_whose_label_no_other_fold_has_is_not_judged(tmp_path: Path) -> None:
    rows = [
        *sentiments(),
        ("only one of its kind", "rare"),
        ("lovely great superb", "twice"),
        ("lovely great", "twice"),
    ]
    found = find_suspects(read_config(tmp_path, rows), LinearModels())
    assert found.unknown == {"rare": 1} and found.judged == 102
    assert 100 not in places_of(found)


def test_texts_of_weight_0_neither_teach_nor_are_judged(tmp_path: Path) -> None:
    rows = [(text, label, "0" if place == 3 else "2") for place, (text, label) in enumerate(sentiments())]
    model = Noted()
    config = read_config(tmp_path, rows, ("text", "label", "importance"), weight="importance")
    found = find_suspects(config, model)
    assert found.judged == 99
    assert all(rows[3][0] not in list(part.texts) for part in model.train + model.held)
    assert 3 not in places_of(find_suspects(config, LinearModels()))


@pytest.mark.parametrize("label", ["one", "other"])
def test_one_label_for_all_texts_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(InputError, match=f'every text has the label "{label}"'):
        find_suspects(read_config(tmp_path, [("a", label), ("b", label)]), LinearModels())


def test_more_folds_than_texts_are_refused(tmp_path: Path) -> None:
    rows = [("a", "x"), ("A", "y"), ("b", "y"), ("c", "x")]
    with pytest.raises(
        InputError, match="5 folds need a set of texts .* each, but there are only 3; use at most --folds 3"
    ):
        find_suspects(read_config(tmp_path, rows), LinearModels())
    with pytest.raises(InputError, match="4 folds need a text each, but there are only 3"):
        find_suspects(read_config(tmp_path, rows[1:]), LinearModels(), folds=4)


@pytest.mark.parametrize(("rows", "why"), [
    ([("a b c", "x"), ("A b c", "x"), ("d e f", "x")], 'every text has the label "x"'),
    ([("a b c", "x"), ("A b c", "y")], "all texts are equal"),
])  # fmt: skip
def test_duplicates_are_found_where_no_label_can_be_judged(
    tmp_path: Path, rows: list[tuple[str, ...]], why: str
) -> None:
    noted = Noted()
    found = find_suspects(read_config(tmp_path, rows), noted)
    assert found.why_not is not None and why in found.why_not and not noted.train
    assert [len(group.members) for group in found.groups] == [2]
    assert (found.judged, found.errors, found.only_compared) == (0, (), {"train": len(rows)})


def test_language_models_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("some text\n" * 20, encoding="utf-8")
    config = checked_config(
        {"task": "language_model", "data": {"source": "text", "train": str(tmp_path / "a.txt")}}
        | {"layers": [{"type": "lstm", "units": 4}], "embedding": {"dim": 4}}
    )
    with pytest.raises(InputError, match="language models have no labels to judge"):
        find_suspects(config, LinearModels())


# --- folds ------------------------------------------------------------------------------------------------------------


def test_no_model_has_seen_the_texts_that_it_judges_nor_equal_ones(tmp_path: Path) -> None:
    rows = sentiments(40, ())
    rows += [(text.upper(), label) for text, label in rows[:10]]
    model = Noted()
    find_suspects(read_config(tmp_path, rows), model, folds=4)
    assert sorted(text for part in model.held for text in part.texts) == sorted(text for text, _ in rows)
    for train, held in zip(model.train, model.held, strict=True):
        assert len(train) + len(held) == 50
        assert not {text.lower() for text in train.texts} & {text.lower() for text in held.texts}


@pytest.mark.parametrize("validation", [0, 0.2])
def test_texts_of_a_group_are_in_one_fold(tmp_path: Path, validation: float) -> None:
    rows = [(text, label, f"author {place % 10}") for place, (text, label) in enumerate(sentiments(60))]
    model = Noted()
    find_suspects(read_config(tmp_path, rows, ("text", "label", "by"), group="by", validation=validation), model)
    author = {text: by for text, _, by in rows}
    of_fold = [{author[text] for text in part.texts} for part in model.held]
    assert sum(map(len, of_fold)) == len(set.union(*of_fold)) == 10


def test_labels_are_spread_over_folds(tmp_path: Path) -> None:
    model = Noted()
    find_suspects(read_config(tmp_path, sentiments()), model, folds=5)
    assert [len(part) for part in model.held] == [20] * 5
    assert all(8 <= list(part.labels).count("pos") <= 12 for part in model.held)


def test_an_interrupted_call_goes_on_with_the_next_fold(tmp_path: Path) -> None:
    config = read_config(tmp_path, sentiments())

    def stop(call: int) -> None:
        if call == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_suspects(config, Noted(stop))
    said: list[str] = []
    rest = Noted()
    find_suspects(config, rest, say=said.append)
    assert len(rest.held) == 3
    assert "Fold 2 of 5 (from an earlier call)" in said and "3 times 80" in said
    assert re.fullmatch(r"Fold 4 of 5; about \d\.\d s left", said[said.index("Fold 3 of 5") + 1])
    done = Noted()
    find_suspects(config, done)
    assert not done.held


def test_changed_texts_labels_and_folds_are_judged_again(tmp_path: Path) -> None:
    rows = sentiments()
    find_suspects(read_config(tmp_path, rows), Noted())
    for changed, folds in (([*rows[:-1], ("new", "pos")], 5), ([*rows[:-1], (rows[-1][0], "neg")], 5), (rows, 4)):
        again = Noted()
        find_suspects(read_config(tmp_path, changed), again, folds=folds)
        assert len(again.held) == folds


# --- splits -----------------------------------------------------------------------------------------------------------


def test_drawn_validation_texts_are_judged_and_drawn_test_texts_are_not(tmp_path: Path) -> None:
    config = read_config(tmp_path, sentiments(), validation=0.2, test=0.3)
    examined = examined_texts(config)
    by_name = {split.name: split for split in examined.splits}
    assert len(examined.texts) == 70
    assert set(examined.places) == set(by_name["train"].places) | set(by_name["validation"].places)
    for place, split, text in zip(examined.places, examined.split_of, examined.texts.texts, strict=True):
        found = examined.splits[split]
        assert found.texts.texts[int(np.searchsorted(found.places, place))] == text
    assert set(by_name["test"].texts.labels) == {""} and not by_name["test"].labelled
    found = find_suspects(config, LinearModels())
    assert not set(places_of(found)) & set(by_name["test"].places.tolist())


def test_a_test_file_needs_no_labels(tmp_path: Path) -> None:
    rows = sentiments()
    test = write_csv(tmp_path / "test.csv", [("text",), (rows[0][0],), ("another text",)])
    validation = write_csv(tmp_path / "dev.csv", [("text", "label"), (rows[1][0], "neg")])
    config = read_config(tmp_path, rows, test=str(test), validation=str(validation))
    found = find_suspects(config, LinearModels())
    assert found.judged == 101, "the validation text, too"
    assert found.only_compared == {"test": 2}
    joined = [[found.splits[number].name for number in group.splits] for group in found.groups]
    assert joined == [["train", "validation"], ["train", "test"]]  # the first has different labels


def test_texts_of_a_validation_file_are_judged_by_a_model_of_all_others(tmp_path: Path) -> None:
    rows, dev = sentiments(), sentiments(40, (7, 22), seed=9)
    equal = (rows[0][0].upper(), "neg")
    path = write_csv(tmp_path / "dev.csv", [("text", "label"), *dev, equal, ("a text", "other")])
    config = read_config(tmp_path, rows, validation=str(path))
    noted, stages = Noted(), list[str]()
    find_suspects(config, noted, folds=3, say=stages.append)
    *folds, train = noted.train
    assert len(folds) == 3 and list(train.texts) == [text for text, _ in rows[1:]], "without the equal one"
    assert list(noted.held[-1].texts) == [text for text, _ in (*dev, equal)]
    assert "Judging the validation texts by a model of all training texts" in stages
    find_suspects(config, noted, folds=3, say=stages.append)
    assert len(noted.train) == 4 and stages[-2].endswith("(from an earlier call)")
    found = find_suspects(config, LinearModels())
    assert (found.judged, found.unknown, found.only_compared) == (141, {"other": 1}, {})
    of_dev = [error.place for error in found.errors if found.splits[error.split].name == "validation"]
    assert sorted(of_dev[:2]) == [7, 22]


class Weak:
    """Knows a label well, and another hardly at all."""

    key = "weak"

    def announcement(self, times: int, texts: int) -> str:
        return "weak"

    def probabilities(self, train: LabelledTexts, held: LabelledTexts, labels: Labels) -> NDArray[np.float32]:
        found = np.zeros((len(held), len(labels)), np.float32)
        for place, (text, names) in enumerate(zip(held.texts, held.labels, strict=True)):
            number = int(text.split()[0])
            found[place, labels.names.index("known")] = 0.9 if ("known" in names) != (number == 5) else 0.1
            some = 0.9 if number % 40 == 1 else 0.001 + number / 100_000
            found[place, labels.names.index("weak")] = some if "weak" in names else 0.02
        return found


def test_a_label_that_the_model_knows_badly_does_not_fill_the_list(tmp_path: Path) -> None:
    rows = [(f"{number} word", "weak|known" if number % 2 else "known|other") for number in range(400)]
    rows += [(f"{number} more", "other") for number in range(400, 800)]
    found = find_suspects(read_config(tmp_path, rows, label_separator="|"), Weak())
    listed = found.pairs
    assert listed[("weak", None)] == 20, "a tenth of its 200 texts"
    assert found.left_out > 100
    assert found.unknown == {"other": 600} and found.judged == 2 * 800
    assert found.majority == pytest.approx((400 + 600) / 1_600), "of the decisions on weak and known alone"
    assert (listed[("known", None)], found.errors[0].about) == (1, "weak")
    shares = [error.share for error in found.errors]
    assert shares == sorted(shares) and all(error.score == pytest.approx(1 - error.share) for error in found.errors)


def test_equal_labels_of_other_files_may_be_spelled_differently(tmp_path: Path) -> None:
    rows = [(text, str(int(label == "pos"))) for text, label in sentiments()]
    validation = tmp_path / "dev.jsonl"
    same = [{"text": text, "label": float(label)} for text, label in rows[:2]]
    validation.write_text("".join(json.dumps(row) + "\n" for row in same), encoding="utf-8")
    found = find_suspects(read_config(tmp_path, rows, validation=str(validation)), LinearModels())
    assert len(found.groups) == 2 and not any(group.contradictory for group in found.groups)


# --- real data --------------------------------------------------------------------------------------------------------


def _with_wrong_labels(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[tuple[str, str]], set[int]]:
    """Rows in which 5 % of the labels, of two, are the other one, and the places of these."""
    first, second = sorted(set(labels))
    wrong = set(np.random.default_rng(7).choice(len(texts), len(texts) // 20, replace=False).tolist())
    other = {first: second, second: first}
    rows = zip(texts, labels, strict=True)
    return [(text, other[label] if place in wrong else label) for place, (text, label) in enumerate(rows)], wrong


@pytest.mark.real
def test_a_quarter_of_the_first_suspects_of_sst2_are_wrong_labels(real_data: Path, tmp_path: Path) -> None:
    """Of 500 texts taken by chance, a twentieth would be."""
    train = TableSource("sentence", "label").read(str(real_data / "data" / "sst2" / "train.tsv"))
    rows, wrong = _with_wrong_labels(train.texts, train.labels)
    found = find_suspects(read_config(tmp_path, rows), LinearModels(), similarity=None)
    assert len(wrong & set(places_of(found)[:500])) >= 125


@pytest.mark.real
@pytest.mark.soak
def test_half_of_the_first_suspects_of_imdb_are_wrong_labels(real_data: Path, tmp_path: Path) -> None:
    train = TfdsSource("imdb_reviews", None, str(real_data / "tfds"), TableColumns("text", "label")).read("train")
    rows, wrong = _with_wrong_labels(train.texts, train.labels)
    found = find_suspects(read_config(tmp_path, rows), LinearModels(), similarity=None)
    assert len(wrong & set(places_of(found)[:500])) >= 250

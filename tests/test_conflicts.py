"""Texts with conflicting labels are shown by ``check``, those of the test split only counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import write_csv, written_config

from seqclf.config import read_config
from seqclf.data.corpus import Corpus
from seqclf.data.statistics import text_statistics, text_warnings
from seqclf.sources.texts import LabelledTexts
from seqclf.training.examine import _report_of_texts


def _warning(texts: list[str], labels: list[Any], *, multi: bool = False) -> str:
    data = LabelledTexts(texts, labels, "", multi=multi)
    found = text_warnings({"train": text_statistics(data, shows_texts=True)}, {})
    return next(one.message for one in found if " with " in one.message and "suspects" in one.message)


def test_the_first_texts_are_shown_with_their_labels() -> None:
    long = "a film  of\nmany words " + "and more " * 20
    texts = ["fine", long, "Fine ", "new", long, "third", "third", "new"]
    labels = ["pos", "neg", "neg", "pos", "odd\n", "pos", "neg", "pos"]
    assert _warning(texts, labels) == (
        '3 texts occur with more than one label, such as "fine" (neg; pos) and "a film of many words and more and more '
        'and more a…" (neg; odd\\n); `seqclf suspects CONFIG` lists them'
    )


def test_sets_of_labels_are_told_apart() -> None:
    message = _warning(["fine\x1fa"] * 3, [("joy", "love"), (), ("joy", "love")], multi=True)
    assert message.startswith('1 text occurs with different sets of labels: "fine | a" (no label; joy, love); `')


def test_no_test_text_is_shown(tmp_path: Path) -> None:
    rows = [("text", "label"), *((f"words {number}", "ab"[number % 2]) for number in range(40))]
    twice = [("text", "label"), ("the same", "a"), ("the same", "b")]
    train = write_csv(tmp_path / "train.csv", [*rows, *twice[1:]])
    loaded = read_config(written_config(tmp_path, train, data__test=str(write_csv(tmp_path / "test.csv", twice))))
    corpus = Corpus(loaded.config)
    report = _report_of_texts(loaded, {name: corpus.texts(name) for name in ("train", "test")})
    assert [str(one) for one in report.splits["train"].conflicts] == ['"the same" (a; b)']
    assert report.splits["test"].contradictory == 1 and not report.splits["test"].conflicts

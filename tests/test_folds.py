"""Folds: the split of the texts, and its consequences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import prepare
from seqclf.data.splits import folded, partition
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts


def _texts(labels: list[str]) -> LabelledTexts:
    return LabelledTexts([str(i) for i in range(len(labels))], labels, "here")


@given(
    sizes=st.lists(st.integers(7, 40), min_size=1, max_size=4),
    folds=st.integers(2, 5),
    test=st.sampled_from([0.0, 0.2]),
    seed=st.integers(0, 99),
)
def test_folds_split_all_texts_evenly(sizes: list[int], folds: int, test: float, seed: int) -> None:
    labels = [f"label {i}" for i, size in enumerate(sizes) for _ in range(size)]
    names = np.array(labels)
    cut = [folded(_texts(labels), fold, folds, validation=0.1, test=test, seed=seed) for fold in range(1, folds + 1)]
    in_test = partition(_texts(labels), validation=0.1, test=test, seed=seed)["test"]
    for splits in cut:
        assert np.array_equal(splits["test"], in_test), "the test texts are those of a training without folds"
        together = np.concatenate([splits[name] for name in ("train", "validation", "test")])
        assert sorted(together) == list(range(len(labels))), "each text is in one split of each fold"
        assert set(names[splits["train"]]) == set(labels)
    validated = np.concatenate([splits["validation"] for splits in cut])
    assert sorted([*validated, *in_test]) == list(range(len(labels))), "each text validates once"
    parts = [Counter(names[splits["validation"]]) for splits in cut]
    for label in set(labels):
        counts = [part[label] for part in parts]
        assert max(counts) - min(counts) <= 1
    totals = [part.total() for part in parts]
    assert max(totals) - min(totals) <= 1
    again = folded(_texts(labels), folds, folds, validation=0.1, test=test, seed=seed)
    assert all(np.array_equal(again[name], cut[-1][name]) for name in again)


def test_folds_of_multi_label_data_split_every_label() -> None:
    draw = np.random.default_rng(3)
    lists = [tuple(name for name in "abcd" if draw.random() < 0.3) for _ in range(200)]
    texts = LabelledTexts([str(i) for i in range(200)], lists, "here", multi=True)
    parts = [folded(texts, fold, 4, validation=0.1, test=0.2, seed=1)["validation"] for fold in range(1, 5)]
    in_test = partition(texts, validation=0.1, test=0.2, seed=1)["test"]
    assert sorted(np.concatenate([*parts, in_test])) == list(range(200))
    for name in "abcd":
        counts = [sum(name in lists[i] for i in part) for part in parts]
        assert max(counts) - min(counts) <= 2


def test_the_seed_decides_who_is_in_which_fold() -> None:
    labels = ["a", "b"] * 50
    first, second = (folded(_texts(labels), 1, 5, validation=0.1, test=0, seed=seed)["validation"] for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_the_rarest_label_bounds_the_folds() -> None:
    labels = ["many"] * 20 + ["few"] * 3
    assert folded(_texts(labels), 3, 3, validation=0.1, test=0, seed=0)["validation"].size
    with pytest.raises(
        InputError, match='4 folds need 4 texts of every label, but "few" has 3 .*; use at most 3 folds'
    ):
        folded(_texts(labels), 1, 4, validation=0.1, test=0, seed=0)
    with pytest.raises(InputError, match='"few" has 1 training text; add texts of that label'):
        folded(_texts(["many"] * 20 + ["few"]), 1, 2, validation=0.1, test=0, seed=0)


def test_each_fold_trains_its_own_tokenizer(tmp_path: Path) -> None:
    """A word that occurs only in one fold's validation texts is not in that fold's vocabulary."""
    rows = [(f"only{'abcdefghij'[i]}word " * 3, "xy"[i % 2]) for i in range(10)]
    table = write_csv(tmp_path / "t.csv", [("text", "label"), *rows])
    for fold in (1, 2):
        config = checked_config(
            small_config(data={"source": "table", "train": str(table), "folds": 2, "fold": fold}, tokenizer={})
        )
        corpus, data = Corpus(config), prepare(config)
        assert (len(data.train), len(data.validation or ())) == (5, 5)
        pieces = set(data.tokenizer.pieces)
        for split, known in (("train", True), ("validation", False)):
            words = {text.split()[0] for text in corpus.texts(split).texts}
            assert all((word in pieces) == known for word in words), split


def test_folds_differ_in_their_fingerprints_and_leave_others_alone(three_labels_csv: Path) -> None:
    def fingerprints(**folds: int) -> dict[str, str]:
        config = checked_config(small_config(data__train=str(three_labels_csv)))
        corpus = Corpus(config.model_copy(update={"data": config.data.model_copy(update=folds)}))
        return {split: corpus.fingerprint(split) for split in ("train", "validation")}

    found = [
        fingerprints(),
        fingerprints(folds=2, fold=1),
        fingerprints(folds=2, fold=2),
        fingerprints(folds=3, fold=1),
    ]
    assert len({one["train"] for one in found}) == len({one["validation"] for one in found}) == 4

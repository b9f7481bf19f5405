"""Labels of two files that only differ in case are reported as such."""

from __future__ import annotations

import pytest

from seqclf.data.label_sets import label_ids, what_to_do
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts


def test_the_error_names_similar_labels() -> None:
    texts = LabelledTexts(["a", "b"], ["Good", "BAD"], "d.csv")
    with pytest.raises(InputError) as raised:
        label_ids(texts, Labels(("bad", "good"), False))
    assert '"BAD" and "bad", "Good" and "good" differ only in case: use the same case' in str(raised.value)


def test_dissimilar_labels_are_left_to_the_option() -> None:
    assert what_to_do(["maybe"], ["no", "yes"]).startswith("set data.unknown_labels to wrong")

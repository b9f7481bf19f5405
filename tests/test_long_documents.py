"""Documents of many million characters are read in parts, with the result of reading them at once."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqclf.data.equal_texts import normalised
from seqclf.text import white_space
from seqclf.text.kinds import char
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.white_space import joined_white_space, number_of_words

texts = st.text(st.sampled_from("abcdÉ \t\n\u3000\x1c")) | st.text()


@pytest.fixture(params=[1, 2, 3])
def _short_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(white_space, "_A_PART", request.param)


@pytest.mark.usefixtures("_short_parts")
@given(texts)
@example("  a  b  ")
@example("ab    ")
def test_white_space_is_that_of_split(text: str) -> None:
    assert joined_white_space(text) == " ".join(text.split())
    assert number_of_words(text) == len(text.split())
    if text.isascii():
        assert normalised(text) == " ".join(text.lower().split()).encode()


@pytest.mark.parametrize(("ngram", "stride"), [(1, 1), (3, 1), (3, 2), (2, 3), (9, 4)])
@given(st.lists(texts, max_size=4))
def test_ids_of_characters_are_those_of_a_short_text(ngram: int, stride: int, many: list[str]) -> None:
    options = {"ngram": ngram, "stride": stride}
    tokenizer = CharTokenizer.learn(["abcdabcdé ab", *many], vocab_size=99, min_frequency=1, **options)  # type: ignore[arg-type]
    at_once = [ids.tolist() for ids in tokenizer.encode_all(many)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(char, "_CHARACTERS_A_BLOCK", 5)
        in_parts = list(tokenizer.encode_all(many))
    assert [ids.tolist() for ids in in_parts] == at_once
    assert all(ids.dtype == np.int32 for ids in in_parts)


def test_a_long_document_takes_little_more_than_its_ids() -> None:
    text = "a film, and another one. " * 320_000
    tokenizer = CharTokenizer.learn([text[:1_000]], vocab_size=99)
    tracemalloc.start()
    try:
        (ids,) = tokenizer.encode_all([text])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(ids) == len(text) - 1
    assert peak < 20 * len(text), "with arrays of all characters: more than 30 bytes for each"

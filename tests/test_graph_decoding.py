"""Token ids to text in the exported graph: the same parts, and the same allowed ids, as those of each decoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from test_decoding import ENCODERS, KINDS, texts, words_of_lines

from seqclf.config.schema.tokenizers import TOKENIZERS
from seqclf.errors import InputError
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.kinds.byte import ByteTokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.utf8 import Utf8Characters, utf8_states
from seqclf.token_ids import PAD_ID

pytestmark = pytest.mark.usefixtures("graphs_as_traced")

TEXT = (
    "The film's plot: naïve 日本 👍\n\tgood, not bad. GATTACA! \"Don't 'do' it\" - (3.5 - 10,000) the_dogs' [x] 8/10 "
    "... ** -- \u0e01\u0e49\u0e02 = \u0338 \u0301 q \u1161\u11ab 10:30 \u0663,\u0664\u0664\u0664 I\u0307 \u0130\u240a"
    + " don t s ll re ".join(["a" * 230, "\u0e01" * 120, ""])
)
_TRIED = ("subword", "subword_lines", "subword_earlier", "word_lines", "word_earlier", "char", "overlapping", "byte")
_KNOWN: dict[str, Tokenizer] = {kind: learn_tokenizer([TEXT], **KINDS[kind]) for kind in _TRIED}
_KNOWN["encoder"] = ENCODERS[0]
_KNOWN["odd pieces"] = SubwordTokenizer(
    ["[PAD]", "##s", "[CLS]", "film", "Film", "[UNK]", "the", ".", "##", "\u240a", "##.", "##\u240a", "a b"],
    lowercase=True,
    normalize="none",
    line_breaks=True,
)
_KNOWN["trigram"] = CharTokenizer(["[PAD]", "[UNK]", "abc", "cde", "def", "bcx", "ab"], ngram=3, lowercase=False)
_KNOWN |= {f"{kind} in fields": FieldTokenizer(_KNOWN[kind], ["a", "b", "c"]) for kind in ("subword", "byte")}
_KNOWN["trigram in fields"] = FieldTokenizer(_KNOWN["trigram"], ["a", "b", "c"], separator_id=4)

Parts = Callable[[Sequence[Sequence[int]]], tuple[list[list[str]], np.ndarray, np.ndarray]]


def test_every_kind_of_tokenizer_is_tried() -> None:
    tried = {KINDS[kind].get("type", "subword") for kind in _TRIED}
    assert tried | {"subword_file"} == set(TOKENIZERS), "a subword_file gives subword or subword_text_encoder"


def _graph(tokenizer: Tokenizer) -> Parts:
    """What the graph makes of rows of ids: the text of each token and the rest, the ids allowed before each token and
    after the last, and which texts may end."""
    import tensorflow as tf

    from seqclf.text.graph import texts_of

    module = texts_of(tokenizer)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False)
    def run(ids: Any) -> Any:
        rows, time = tf.shape(ids)[0], tf.shape(ids)[1]
        columns = [tf.TensorArray(dtype, time + 1, element_shape=shape) for dtype, shape in kinds]

        def further(place: Any, state: Any, parts: Any, allowed: Any) -> Any:
            allowed = allowed.write(place, _all_rows(module.allowed(state), rows))
            text, state = module.add(state, ids[:, place])
            return place + 1, state, parts.write(place, text), allowed

        loop = (0, module.start(rows), *columns)
        _, state, parts, allowed = tf.while_loop(lambda place, *_: place < time, further, loop)
        parts = parts.write(time, module.finish(state)).stack()
        return parts, allowed.write(time, _all_rows(module.allowed(state), rows)).stack(), module.complete(state)

    def _all_rows(allowed: Any, rows: Any) -> Any:
        return tf.broadcast_to(allowed, [rows, tokenizer.vocabulary_size])

    kinds = ((tf.string, [None]), (tf.bool, [None, tokenizer.vocabulary_size]))

    def parts(rows: Sequence[Sequence[int]]) -> tuple[list[list[str]], np.ndarray, np.ndarray]:
        found = [one.numpy() for one in run(tf.constant(np.array(rows, np.int32, ndmin=2)[: len(rows)]))]
        return [[part.decode("utf-8") for part in row] for row in found[0].T], found[1], found[2]

    parts.module = module  # type: ignore[attr-defined]  # its tables live as long as it does
    return parts


@pytest.fixture(scope="module", params=_KNOWN)
def pair(request: pytest.FixtureRequest) -> tuple[Tokenizer, Parts]:
    tokenizer = _KNOWN[request.param]
    return tokenizer, _graph(tokenizer)


def _assert_equal(tokenizer: Tokenizer, graph: Parts, rows: Sequence[Sequence[int]]) -> None:
    width = max(map(len, rows))
    parts, allowed, complete = graph([[*row, *[PAD_ID] * (width - len(row))] for row in rows])
    for number, row in enumerate(rows):
        decoder = tokenizer.decoder()
        for place, token in enumerate(row):
            np.testing.assert_array_equal(allowed[place][number], decoder.allowed())
            assert parts[number][place] == decoder.add(token), (row, place)
        np.testing.assert_array_equal(allowed[-1][number], decoder.allowed())
        assert complete[number] == decoder.complete
        assert parts[number][-1] == decoder.finish(), row
        assert not any(parts[number][len(row) : -1])


@settings(max_examples=8)
@given(st.lists(texts | words_of_lines | st.just(TEXT), min_size=1, max_size=4))
@example([TEXT, ""])
@example(["= \u0338 don ' t", "\u0e01" * 240 + "\u0301", "'" * 7, "10 , 000 . 5 \u0663 , \u0664\u0664\u0664"])
def test_ids_of_texts_give_the_parts_of_the_decoder(pair: tuple[Tokenizer, Parts], batch: list[str]) -> None:
    tokenizer, graph = pair
    _assert_equal(tokenizer, graph, [tokenizer.encode(text.replace("|", "\x1f")) for text in batch])


@settings(max_examples=8)
@given(data=st.data())
def test_any_ids_give_the_parts_of_the_decoder(pair: tuple[Tokenizer, Parts], data: st.DataObject) -> None:
    tokenizer, graph = pair
    ids = st.integers(0, tokenizer.vocabulary_size - 1) | st.sampled_from([PAD_ID, tokenizer.unknown_id])
    if tokenizer.separator_id is not None:
        ids |= st.just(tokenizer.separator_id)
    _assert_equal(tokenizer, graph, data.draw(st.lists(st.lists(ids, max_size=12), min_size=1, max_size=4)))


@settings(max_examples=6)
@given(data=st.data())
def test_allowed_ids_give_the_parts_of_the_decoder(pair: tuple[Tokenizer, Parts], data: st.DataObject) -> None:
    tokenizer, graph = pair
    decoder, ids = tokenizer.decoder(), list[int]()
    for _ in range(data.draw(st.integers(0, 15))):
        ids.append(data.draw(st.sampled_from(np.flatnonzero(decoder.allowed()).tolist())))
        decoder.add(ids[-1])
    _assert_equal(tokenizer, graph, [ids, ids[:3]])


def test_a_batch_may_be_empty() -> None:
    assert _graph(_KNOWN["byte in fields"])([])[0] == []


def test_the_states_of_utf8_are_those_of_the_decoder() -> None:
    states = utf8_states()
    assert states.allowed.shape == (8, 256)
    for text in ("a", "é", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "👍"):
        characters, state = Utf8Characters(), 0
        for byte in text.encode():
            np.testing.assert_array_equal(states.allowed[state], characters.following())
            characters.add(byte)
            state = states.after[state, byte]
        assert state == 0


def test_tokens_without_text_are_an_error() -> None:
    from seqclf.text.graph import texts_of

    class Hashes(ByteTokenizer):
        kind = "hashes"
        decoder = Tokenizer.decoder

    with pytest.raises(InputError, match=r"tokens of the hashes tokenizer have no text"):
        texts_of(Hashes())

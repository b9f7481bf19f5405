"""Layout as tokens: line breaks of words and subwords, white space of characters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st
from learnt_tokenizers import learn_tokenizer
from pydantic import TypeAdapter

from seqclf.config.schema import TokenizerConfig
from seqclf.errors import InputError
from seqclf.text.chunks import LINE_BREAK
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer

POEM = "Tyger Tyger,  burning bright,\n\tIn the forests\r\n\r\nof the night;\r"
LINES = {
    kind: learn_tokenizer([POEM], type=kind, min_frequency=1, vocab_size=100, line_breaks=True)
    for kind in ("word", "subword")
}
KEEP = learn_tokenizer([POEM], type="char", min_frequency=1, white_space="keep")
PLAIN: dict[str, dict[str, Any]] = {
    "word": {"type": "word"},
    "subword": {"type": "subword"},
    "char": {"type": "char"},
}


def _spelt(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.pieces[number] for number in tokenizer.encode(text)]


@pytest.mark.parametrize("kind", LINES)
def test_every_line_break_is_one_token(kind: str) -> None:
    found = _spelt(LINES[kind], POEM)
    assert found.count(LINE_BREAK) == 4
    assert found[-1] == LINE_BREAK
    for written in ("the\nnight", "the\r\nnight", "the\rnight", "the \n\t night", f"the{LINE_BREAK}night"):
        assert _spelt(LINES[kind], written).count(LINE_BREAK) == 1
        assert LINES[kind].encode(written) == LINES[kind].encode("the\nnight")
    assert LINES[kind].encode("\n") != [LINES[kind].unknown_id]
    assert LINE_BREAK not in _spelt(LINES[kind], "the\x0bnight\x0c\x85\u2028of"), "white space as before"
    assert LINES[kind].decode(LINES[kind].encode(POEM)).count("\n") == 4


def test_all_white_space_is_kept_but_a_line_ends_in_one_way() -> None:
    assert "".join(_spelt(KEEP, POEM)) == POEM.lower().replace("\r\n", "\n").replace("\r", "\n")
    assert _spelt(KEEP, " \n") == [" ", "\n"]
    assert KEEP.encode("") == [KEEP.unknown_id]
    assert KEEP.decode(KEEP.encode(POEM)) == "".join(_spelt(KEEP, POEM))


@pytest.mark.parametrize("kind", PLAIN)
def test_without_the_options_nothing_changes(kind: str, tmp_path: Path) -> None:
    """What is saved, the digests and the keys of caches are those of versions that had no such options."""
    tokenizer = learn_tokenizer([POEM], **PLAIN[kind])
    assert not {"line_breaks", "white_space"} & tokenizer.content().keys()
    assert tokenizer.encode(POEM) == tokenizer.encode(" ".join(POEM.split()))
    tokenizer.save(tmp_path)
    saved = (tmp_path / "tokenizer.json").read_text(encoding="utf-8")
    assert not {"line_breaks", "white_space"} & json.loads(saved).keys()
    assert LINE_BREAK not in saved
    assert load_tokenizer(tmp_path).fingerprint == tokenizer.fingerprint
    options: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(PLAIN[kind])
    assert not {"line_breaks", "white_space"} & options.decisive().keys()


def test_set_options_are_saved_and_are_part_of_the_keys_of_caches(tmp_path: Path) -> None:
    for name, tokenizer in {**LINES, "char": KEEP}.items():
        tokenizer.save(tmp_path / name)
        loaded = load_tokenizer(tmp_path / name)
        assert loaded.fingerprint == tokenizer.fingerprint
        assert loaded.encode(POEM) == tokenizer.encode(POEM)
        assert loaded.decode(loaded.encode(POEM)) == tokenizer.decode(tokenizer.encode(POEM))
    for given_options, name, value in (
        ({"type": "word", "line_breaks": True}, "line_breaks", True),
        ({"type": "subword", "line_breaks": True}, "line_breaks", True),
        ({"type": "char", "white_space": "keep"}, "white_space", "keep"),
    ):
        options: TokenizerConfig = TypeAdapter(TokenizerConfig).validate_python(given_options)
        assert options.decisive()[name] == value


@given(text=st.lists(st.sampled_from(["\n", "\r", " ", "\t", LINE_BREAK, "the", "night", ",", "\u0301"])).map("".join))
@example(text=POEM)
def test_the_saved_file_gives_the_same_ids_in_tokenizers(text: str) -> None:
    tokenizer = LINES["subword"]
    ids = tokenizers.Tokenizer.from_str(tokenizer.document()).encode(text, add_special_tokens=False).ids
    assert tokenizer.encode(text) == (ids or [tokenizer.unknown_id])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"type": "word", "lowercase": True, "line_breaks": "yes"}, "expected true or false, found 'yes'"),
        (
            {"type": "char", "lowercase": True, "ngram": 1, "stride": 1, "white_space": "all"},
            "expected join or keep as white_space, found 'all'",
        ),
    ],
)
def test_malformed_values_are_rejected(content: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps({**content, "pieces": ["[PAD]", "[UNK]"]}), encoding="utf-8")
    (tmp_path / "known_chunks.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_tokenizer(tmp_path)

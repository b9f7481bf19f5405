"""Stop texts that cannot occur are said to the user, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from made_up_models import LETTERS, write_model

from seqclf.cli import cli
from seqclf.cli.generated import stop_warning
from seqclf.generation.stops import unwritten
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.kinds.byte import ByteTokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.subword import SubwordTokenizer
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.tokenizer import Tokenizer

TEXTS = ["A good film, really.", "one\ntwo lines", "a bad one"]
TOKENIZERS: list[Tokenizer] = [
    CharTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1),
    CharTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1, lowercase=False, white_space="keep"),
    CharTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1, ngram=3),
    WordTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1),
    WordTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1, line_breaks=True),
    SubwordTokenizer.learn(TEXTS, vocab_size=60),
    ByteTokenizer(),
    FieldTokenizer(WordTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1), ["title", "body"]),
]


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda one: one.kind)
@given(data=st.data())
def test_a_text_has_only_characters_that_are_not_called_unwritten(tokenizer: Tokenizer, data: st.DataObject) -> None:
    usable = tokenizer.decoder().usable.nonzero()[0].tolist()
    ids = data.draw(st.lists(st.sampled_from(usable), max_size=20))
    assert unwritten(tokenizer.decode(ids), tokenizer) == ""


def test_line_ends_are_written_where_the_tokenizer_has_them() -> None:
    found = [unwritten("\n|", tokenizer) for tokenizer in TOKENIZERS]
    assert found == ["\n|", "|", "\n|", "\n|", "|", "\n|", "", "|"]


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ("\\n", "is text with a backslash, which the model never writes; for line ends and tabs, type --stop $'\\n'"),
        ("a\\n\\n", "type --stop $'a\\n\\n' in bash or zsh"),
        ("|", "never ends the text: the model does not write '|'"),
        ("\n", "the model does not write '\\n'"),
        ("GOOD", "the model does not write 'GOD'; it writes small letters: --stop 'good'"),
        ("good", None),
    ],
)
def test_the_warning_says_what_to_type(stop: str, said: str | None) -> None:
    warning = stop_warning(stop, TOKENIZERS[0])
    assert (warning is None) if said is None else (said in str(warning))


def test_bytes_write_everything_but_a_typed_escape_is_noticed() -> None:
    assert stop_warning("|", ByteTokenizer()) is None
    assert stop_warning("\\newline", ByteTokenizer()) is None
    assert stop_warning("\\n", ByteTokenizer()) == (
        "Warning: --stop '\\n' is text with a backslash; for line ends and tabs, type --stop $'\\n' in bash or zsh"
    )


def test_generate_warns_and_still_writes(tmp_path: Path) -> None:
    write_model(tmp_path / "letters-1")
    call = ["generate", "--runs", str(tmp_path), "--temperature", "0", "--stop", "|", "--stop", LETTERS.pieces[4]]
    done = CliRunner().invoke(cli, call)
    assert (done.exit_code, done.stdout) == (0, "".join(LETTERS.pieces[2:4]) + "\n")
    assert done.stderr.count("Warning") == 1
    assert "--stop '|' never ends the text" in done.stderr

"""What a language model does not know is counted and named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from untrained_language_models import Pair

from seqclf.cli import cli
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import join_fields
from seqclf.text.kinds.byte import ByteTokenizer
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.kinds.word import WordTokenizer
from seqclf.text.unknown_parts import UnknownTally, listed, unknown_parts

CHARACTERS = CharTokenizer(("[PAD]", "[UNK]", *"abcd "))
WORDS = WordTokenizer.learn(["a good film", "a bad film"], vocab_size=9, min_frequency=1)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(tmp_path_factory.mktemp("runs") / "chars-1", CHARACTERS)


def _call(pair: Pair, *arguments: str, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(cli, ["predict", "--score", "--run", str(pair.folder), *arguments], input=stdin)
    assert done.exit_code == 0, done.output
    return done


@given(st.lists(st.text("abcdxyz日 ", max_size=9), max_size=8))
def test_the_tally_counts_texts_with_unknown_characters(texts: list[str]) -> None:
    tally = UnknownTally(CHARACTERS)
    for text in texts:
        tally.add(text, CHARACTERS.encode(text).count(CHARACTERS.unknown_id))
    strange = [set(text) & set("xyz日") for text in texts]
    assert (tally.texts, tally.affected) == (len(texts), sum(map(bool, strange)))
    assert set(tally.parts) == set().union(*strange)
    assert (tally.warning() is None) == (tally.affected == 0)


def test_each_part_is_named_once_and_many_are_cut() -> None:
    assert list(unknown_parts("yes a good no yes", WORDS)) == ["yes", "no"]
    assert list(unknown_parts("日本", ByteTokenizer())) == []
    fields = FieldTokenizer(WORDS, ["title", "body"])
    assert list(unknown_parts(join_fields(["a play", "bad play or film"]), fields)) == ["play", "or"]
    assert listed(["x" * 40, *"abcdef"]) == f"'{'x' * 30}...', 'a', 'b', 'c', 'd' and 2 more"
    tally = UnknownTally(CHARACTERS)
    tally.add("efghijklm", 9)
    assert "'e', 'f', 'g', 'h', 'i' and others, which the text contains" in str(tally.warning())


def test_scores_on_the_screen_have_names_and_the_unknown_ones_a_warning(pair: Pair) -> None:
    done = _call(pair, "日本", "abc", "abxa")
    first, known, third = done.stdout.splitlines()
    assert all(line.startswith("log-probability -") for line in (first, known, third))
    assert "  unknown 2 of 2  日本" in first
    assert "unknown" not in known
    assert "  unknown 1 of 4  abxa" in third
    assert "Warning: the model does not know '日', '本', 'x', which 2 of 3 texts contain" in done.stderr
    assert "Warning" not in _call(pair, "abc", "").stderr


def test_objects_and_files_have_the_count(pair: Pair, tmp_path: Path) -> None:
    assert json.loads(_call(pair, "日本a", "--json").stdout)["unknown"] == 2
    source, target = tmp_path / "in.txt", tmp_path / "out.csv"
    source.write_text("abc\nxax\n", encoding="utf-8")
    done = _call(pair, "--input", str(source), "--output", str(target))
    with target.open(encoding="utf-8", newline="") as file:
        assert [row["unknown"] for row in csv.DictReader(file)] == ["0", "2"]
    assert "Warning: the model does not know 'x', which 1 of 2 texts contain" in done.stderr


def test_lines_can_be_sorted_by_their_eighth_word(pair: Pair) -> None:
    lines = _call(pair, "-", stdin="abcd\naaaa\n日\n").stdout.splitlines()
    bits = [float(line.split()[7]) for line in lines]
    assert bits == pytest.approx(
        [pair.scorer.score(text).bits_per_character for text in ("abcd", "aaaa", "日")], abs=1e-4
    )

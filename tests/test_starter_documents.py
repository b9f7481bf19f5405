"""What a document of a user's text file is: guessed by ``init`` and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.config import read_config
from seqclf.data.corpus import Corpus
from seqclf.starter.documents import guessed

TUNE = "T: The Dandy Bonnet {}\nM: 6/8\ne | cAA A2 E | Ace f2 d |\n\n"
SPEECH = ["First Citizen:\nSpeak, speak.\n\n", "All:\nWe know't.\n\n", "Marcius:\nThanks.\n\n"]
VERSE = "The sun of number {} is the sun of love\nand all the summer days are fair with it,\n"


def of(text: str) -> str | None:
    guess = guessed([text.splitlines(keepends=True)])
    return None if guess is None else guess.documents


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("".join(TUNE.format(number) for number in range(30)), "blank_line"),
        ("".join(f"{number}.\nOnce upon a time\nthere was a king\n\n" for number in range(30)), "blank_line"),
        ("".join(TUNE.format(number) for number in range(10)), None),
        ("".join(SPEECH[number % 3] for number in range(60)), None),
        ("".join(f"This is paragraph {number}, wrapped\nat its end.\n\n" for number in range(60)), None),
        ("".join(VERSE.format(number) for number in range(100)), None),
        ("".join(f"{number} {number + 2} {number + 4}\n" for number in range(150)), "line"),
        ("".join(f"It took {number} hours to get a table.\n" for number in range(150)), "line"),
        ('He said: "It took an hour."\n' * 150, "line"),
        ("It took an hour.\n" * 50, None),
        ("It took an hour.\n\n" * 150, None),
        ("12\n" * 150, None),
        ("", None),
    ],
)
def test_a_guess_needs_clear_signs(text: str, documents: str | None) -> None:
    assert of(text) == documents


@given(st.lists(st.text(st.sampled_from("aT:. \n1"), max_size=30), max_size=40))
def test_any_text_gets_an_answer(parts: list[str]) -> None:
    assert of("".join(parts)) in (None, "line", "blank_line")


def made(tmp_path: Path, text: str) -> tuple[str, dict[str, list[str]], str]:
    """``data.documents``, the texts of each split, and what ``init`` said."""
    path = tmp_path / "own.txt"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", "--task", "language_model", "--from", str(path)])
    assert done.exit_code == 0, done.output
    config = read_config("written.yaml", (), done.stdout).config
    corpus = Corpus(config)
    texts = {split: list(corpus.texts(split).texts) for split in ("train", "validation", "test")}
    return config.data.documents, texts, " ".join(done.stderr.split())  # type: ignore[attr-defined]


def test_blocks_that_begin_alike(tmp_path: Path) -> None:
    documents, texts, said = made(tmp_path, "".join(TUNE.format(number) for number in range(40)))
    assert documents == "blank_line" and sum(map(len, texts.values())) == 40 and all(texts.values())
    assert all(text.startswith("T: The Dandy Bonnet") for split in texts.values() for text in split)
    assert 'documents: each block between blank lines is a text of its own, because nearly all begin with "T:"' in said


def test_lines_that_are_sentences(tmp_path: Path) -> None:
    documents, texts, said = made(tmp_path, "".join(f"It took {number} hours to cook.\n" for number in range(200)))
    assert documents == "line" and {split: len(found) for split, found in texts.items()} == {
        "train": 180, "validation": 10, "test": 10
    }  # fmt: skip
    assert "because nearly all end like a sentence (data.documents: file reads them as one)" in said


def test_verse_is_one_text(tmp_path: Path) -> None:
    documents, _, said = made(tmp_path, "".join(VERSE.format(number) for number in range(100)))
    assert documents == "file" and "documents:" not in said

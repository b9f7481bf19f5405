"""Odd prompts, options and models given to ``seqclf generate``: an answer, a warning, or one clear error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_models import LETTERS, write_model

from seqclf.cli import cli
from seqclf.text.kinds.char import CharTokenizer

ALPHABET = "".join(LETTERS.pieces[2:])
THREES = CharTokenizer.learn(
    ["abcabcabdabdxyzxyz"] * 3, vocab_size=50, min_frequency=1, ngram=3, stride=3, lowercase=False
)


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("runs") / "letters-1")


@pytest.fixture(scope="module")
def threes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("runs") / "threes-1", tokenizer=THREES)


def _call(run: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["generate", "--run", str(run), *arguments], input=stdin)


@pytest.mark.parametrize(
    ("prompt", "unread"),
    [("abc", ""), ("abcabd", ""), ("abca", "a"), ("abcabdxy", "xy"), ("abc a\n", " a"), ("abc \n", ""), ("", "")],
)
def test_the_end_of_a_prompt_that_is_no_complete_token_is_named(prompt: str, unread: str, threes: Path) -> None:
    done = _call(threes, prompt, "--seed", "1", "--tokens", "2")
    assert done.exit_code == 0, done.stderr
    said = f"Warning: the model does not read {unread!r} at the end of the prompt"
    assert (said in " ".join(done.stderr.split())) == bool(unread)
    assert ("does not read" in done.stderr) == bool(unread)


def test_tokens_of_one_character_read_all_of_a_prompt(lm: Path) -> None:
    assert "does not read" not in _call(lm, ALPHABET[:2], "--seed", "1").stderr


def test_a_prompt_shorter_than_a_token_is_an_error(threes: Path) -> None:
    refused = _call(threes, "ab")
    assert refused.exit_code == 2
    assert "the prompt has no token that the model knows: 'ab'" in refused.stderr


ODD_PROMPTS = [
    b"",
    b"\n",
    b"\r\n",
    b"   ",
    b"\t\t\n\n",
    b"a\0b",
    b"a\x1b[31m",
    b"\xef\xbb\xbfa",
    b"a\xff\xfe",
    "ba\u0301\u200d\U0001f600".encode(),
    b"a" * 300_000,
    b"a\n" * 1_000,
]
UNKNOWN_ONLY = [b"\xff\xfe", b"\0", b"ZZZ", b"\xed\xa0\x80", "日本".encode()]


@pytest.mark.parametrize("prompt", ODD_PROMPTS, ids=lambda prompt: ascii(prompt[:8]))
def test_odd_prompts_are_continued(prompt: bytes, lm: Path) -> None:
    done = _call(lm, "-", "--seed", "1", "--tokens", "3", "--json", stdin=prompt)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["tokens"] <= 3
    assert found["ending"] in ("tokens", "end of text")


@pytest.mark.parametrize("prompt", UNKNOWN_ONLY, ids=ascii)
def test_prompts_without_a_known_token_are_an_error(prompt: bytes, lm: Path) -> None:
    refused = _call(lm, "-", stdin=prompt)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Error: the prompt has no token that the model knows" in refused.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--tokens", "9" * 20),
        ("--top-k", "9" * 25),
        ("--temperature", "1e-320"),
        ("--temperature", "1e300"),
        ("--top-p", "1e-320"),
        ("--seed", f"{2**32 - 1}"),
        ("--stop", "\udcff"),
        ("--stop", "z" * 100_000),
        ("--threads", "2"),
    ],
    ids=" ".join,
)
def test_extreme_options_give_a_text(options: tuple[str, str], lm: Path) -> None:
    done = _call(lm, "a", "--json", *options)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    # A random draw may be the end of the text at once, above all at a high temperature.
    assert found["tokens"] >= 1 or found["ending"] == "end of text"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seed", f"{2**32 - 1}", "--samples", "2"), "--seed: the last sample would have a seed above 4294967295"),
        (("--seed", "-1"), "-1: expected from 0 to"),
        (("--threads", "0"), "0: expected from 1 to"),
        (("--threads", "auto"), "'auto': expected a whole number"),
        (("--num-threads", "2"), "Did you mean --threads?"),
        (("--greedy",), "Did you mean --temperature 0?"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_options_that_no_text_can_have(options: tuple[str, ...], message: str, lm: Path) -> None:
    refused = _call(lm, "a", *options)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert message in refused.stderr


@pytest.mark.parametrize("option", ["--greedy", "--argmax"])
def test_greedy_decoding_is_a_temperature(option: str, lm: Path) -> None:
    assert f"seqclf generate --run {lm} a --temperature 0" in _call(lm, "a", option).stderr


@pytest.mark.parametrize(
    "about",
    [
        {"end_id": "x"},
        {"end_id": None},
        {"end_id": 3},
        {"end_id": -1},
        {"end_id": float("inf")},
        {"end_id": [1]},
        {"states": []},
        {"states": 5},
        {"states": [{"input": "count"}]},
        {"states": ["count"]},
        {"states": [{"input": "other", "output": "count_after", "units": 1}]},
        {"states": [{"input": "count", "output": "count_after", "units": 2}]},
        {"states": [{"input": "count", "output": "count_after", "units": 10**12}]},
        {"states": [{"input": "count", "output": "count_after", "units": float("nan")}]},
        {"states": [{"input": "count", "output": "logits", "units": 1}]},
        {"direction": "up"},
        {"task": "translation"},
        {"task": ["language_model"]},
        {"labels": ["a", "b"]},
    ],
    ids=str,
)
def test_a_model_that_describes_itself_wrongly(about: dict[str, Any], tmp_path: Path) -> None:
    refused = _call(write_model(tmp_path / "odd-1", **about), "a", "--seed", "1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"Error: {tmp_path / 'odd-1' / 'model.onnx'}: ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.onnx", b""),
        ("model.onnx", bytes(1_000)),
        ("model.onnx", None),
        ("tokenizer/tokenizer.json", b"{}"),
        ("tokenizer/tokenizer.json", b"[]"),
        ("tokenizer/tokenizer.json", b'{"kind": "char", "pieces": [1]}'),
        ("tokenizer/tokenizer.json", None),
        ("manifest.json", b"[]"),
        ("manifest.json", b"\xff"),
    ],
)
def test_a_run_with_a_broken_file_names_it(name: str, content: bytes | None, lm: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(lm, tmp_path / "odd-1"))
    (run / name).unlink() if content is None else (run / name).write_bytes(content)
    refused = _call(run, "a", "--seed", "1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"Error: {run / name}: ")


def test_a_tokenizer_of_another_run(lm: Path, threes: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(lm, tmp_path / "odd-1"))
    shutil.rmtree(run / "tokenizer")
    shutil.copytree(threes / "tokenizer", run / "tokenizer")
    refused = _call(run, "a")
    assert refused.exit_code == 2
    assert "model.onnx: does not belong to tokenizer/ beside it" in refused.stderr


def test_a_model_that_is_no_model_leaves_standard_output_alone(lm: Path, tmp_path: Path) -> None:
    """ONNX Runtime would print there that it tries again."""
    run = Path(shutil.copytree(lm, tmp_path / "odd-1"))
    content = (run / "model.onnx").read_bytes()
    (run / "model.onnx").write_bytes(content.replace(b"start", b"sta\xeft"))
    refused = _call(run, "a")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "model.onnx: cannot be read as a model" in refused.stderr

"""Suggested commands are complete: they mend every wrong option, repeat none, and fit the user's config."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.cli.split_settings import split_by_shell
from seqclf.config.typed import is_key, meant_key
from seqclf.config.walk import homes_of

LANGUAGE_MODEL = """
task: language_model
data: {source: text, train: poems.txt}
embedding: {dim: 128}
layers: [{type: lstm, units: 128}]
"""


def said(*words: str) -> str:
    done = CliRunner().invoke(cli, list(words))
    assert done.exit_code == 2, done.output
    return done.stderr.splitlines()[-1]


def line(text: str) -> str:
    return said(*shlex.split(text))


@pytest.mark.parametrize("task", ["--task language_model", "--task=language_model", "--tasks language_model"])
@pytest.mark.parametrize("command", ["train poems", "train poems.yaml", "check poems.yaml"])
def test_the_task_is_a_setting(command: str, task: str) -> None:
    assert line(f"{command} {task}").endswith(f"type: seqclf {command} --set task=language_model")


def test_a_type_has_our_name() -> None:
    assert line("train c.yaml --task lm").endswith("--set task=language_model")
    assert line("train c.yaml --optimizer adam").endswith("--set training.optimizer.type=adam")


@given(st.one_of(st.text(max_size=20), st.sampled_from("task tasks head heads training initialize init".split())))
def test_any_word_has_one_key_or_none(word: str) -> None:
    key = meant_key(word)
    assert key is None or is_key(key) or homes_of(key.rpartition(".")[2])


@pytest.mark.parametrize(
    ("wrong", "instead"),
    [
        ("predict --modl r --oputput o.csv -i a.csv", "predict --run r --output o.csv -i a.csv"),
        ("train c.yaml --epochs 3 --output-dir out", "train c.yaml --runs out --set training.epochs=3"),
        ("train --config c.yaml --lr 1 --out o", "train c.yaml --runs o --set training.optimizer.learning_rate=1"),
        ("generate Once --temp 0.5 --n_predict 9 --model m", "generate Once --temperature 0.5 --tokens 9 --run m"),
        ("export --onnx --out o --int8", "export --format onnx --to o --quantize"),
    ],
)
def test_the_command_mends_all_wrong_options(wrong: str, instead: str) -> None:
    assert line(wrong).endswith(f": seqclf {instead}")


def test_an_option_without_meaning_among_others_is_named() -> None:
    shown = line("predict --model m --zzz hi")
    assert "--zzz is not an option, either. Options of predict" in shown


def test_an_option_that_is_typed_is_not_suggested() -> None:
    for wrong in ("predict --score --sort hi", "predict --score --scor hi", "predict --sort hi"):
        assert "Did you mean --score" not in line(wrong)
    assert "Did you mean --score?" in line("predict --scor hi")
    assert "--column c" in line("predict -i a.csv --column b --colum c"), "it may be repeated"


def test_the_window_of_a_language_model_is_that_of_its_task(tmp_path: Path) -> None:
    config = tmp_path / "poems.yaml"
    config.write_text(LANGUAGE_MODEL, encoding="utf-8")
    assert said("train", str(config), "--window", "50").endswith("--set task.window=50")
    assert line("train c.yaml --window 5").endswith("--set 'layers[0].kernel_size=5'")


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "layers=[type: lstm]", "layers=[units: 32]"),
        ("--set=layers=[type: lstm]", "layers=[units: 32]"),
        ("--set", "layers=[{type:", "lstm,", "units:", "32}]"),
    ],
)
def test_a_setting_that_the_shell_has_split_is_put_in_quotes(words: tuple[str, ...]) -> None:
    shown = said("train", "c.yaml", *words, "--name", "n")
    assert "put it in quotes" in shown
    assert "layers=[{type: lstm, units: 32}]" in shlex.split(shown)[-3].removeprefix("--set=")
    assert shlex.split(shown)[-2:] == ["--name", "n"]


@pytest.mark.parametrize(
    "words", [("--set", "a=1", "--set", "a=2"), ("c.yaml", "--set", "a=[1"), ("a=b", "a=c"), ("--set", "a={b: 1}", "x")]
)
def test_other_words_are_not_split(words: tuple[str, ...]) -> None:
    assert split_by_shell(words) is None

"""Wrong values of options and unknown commands: the error says what to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.cli.command_hints import _COMMANDS, _OF_RUNS
from seqclf.cli.value_types import OneOf, Real, Whole


def said(line: str) -> str:
    done = CliRunner().invoke(cli, shlex.split(line))
    assert done.exit_code == 2, done.output
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("generate --temperature 0,5", "'0,5': expected a number such as 0.5"),
        ("generate --temperature hot", "'hot': expected a number such as 0.5"),
        ("generate --temperature -1", "-1: expected 0 or more"),
        ("generate --temperature nan", "'nan': expected a finite number, 0 or more"),
        ("generate --top-p 1.5", "1.5: expected more than 0, and 1 at most"),
        ("predict --threshold 50% a", "'50%': expected a number such as 0.5"),
        ("calibrate --abstain 5%", "'5%': expected a number such as 0.05"),
        ("calibrate --abstain %", "'%': expected a number such as 0.5"),
        ("predict --threshold 2 a", "2: expected from 0 to 1"),
        ("generate --tokens 2.5", "'2.5': expected a whole number, 1 or more"),
        ("export --format savedmodel", "'savedmodel' is not one of 'saved_model', 'onnx', 'keras'; did you mean "
         "saved_model?"),
        ("export --format ONNX", "did you mean onnx?"),
        ("export --format h5", "did you mean keras?"),
        ("eval --split valid", "did you mean validation?"),
        ("eval --split dev", "did you mean validation?"),
        ("runs list --task lm", "did you mean language_model?"),
        ("init --task lm", "did you mean language_model?"),
        ("predict -i a.txt --output-format json", "did you mean jsonl?"),
        ("train c.yaml --on-nan zzz", "'zzz' is not one of 'stop', 'rewind'."),
    ],
)  # fmt: skip
def test_wrong_values_say_what_is_expected(line: str, message: str) -> None:
    assert message in said(line)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("runs delete a-1 --yes", "runs rm a-1 --yes"),
        ("runs ls", "runs list"),
        ("ls", "runs list"),
        ("list --task language_model", "runs list --task language_model"),
        ("rm a-1", "runs rm a-1"),
        ("evaluate --run a-1", "eval --run a-1"),
        ("resume a-1", "train --resume a-1"),
    ],
)
def test_commands_of_other_tools_are_ours(line: str, instead: str) -> None:
    assert said(line).endswith(f"Type: seqclf {instead}")


def test_an_unknown_command_without_meaning_has_no_hint() -> None:
    assert said("zzz").endswith("No such command 'zzz'.")
    assert "Type" not in said("runs zzz")
    assert "Type" not in said("config ls")


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command)


def test_all_options_have_these_types_and_all_hints_exist() -> None:
    for command in _commands(cli):
        for parameter in command.params:
            if isinstance(parameter.type, click.IntRange | click.FloatRange | click.Choice):
                assert isinstance(parameter.type, Whole | Real | OneOf), (command.name, parameter.name)
    runs = cli.commands["runs"]
    assert isinstance(runs, click.Group)
    assert set(_OF_RUNS.values()) <= set(runs.commands) and not set(_OF_RUNS) & set(runs.commands)
    assert {one.split()[0] for one in _COMMANDS.values()} <= set(cli.commands)
    assert not set(_COMMANDS) & set(cli.commands)


@given(st.text(max_size=12), st.sampled_from([Real(0, 1), Real(min=0), Whole(1, 9), Whole(max=3)]))
def test_any_text_is_in_the_range_or_an_error(text: str, kind: Real | Whole) -> None:
    try:
        number = kind.convert(text, None, None)
    except click.BadParameter as error:
        assert "expected" in error.message
    else:
        assert (kind.min is None or number >= kind.min) and (kind.max is None or number <= kind.max)

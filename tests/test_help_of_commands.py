"""The help of commands names both kinds of model."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from seqclf.cli import cli


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["eval", "--help"]], ids=" ".join)
def test_help_names_language_models(arguments: list[str]) -> None:
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 0
    assert "language model" in " ".join(shown.output.split())


@pytest.mark.parametrize(("command", "end"), [("train", "model from a config or data."), ("eval", "perplexity.")])
def test_their_summaries_are_not_cut_off(command: str, end: str) -> None:
    listed = [
        line for line in CliRunner().invoke(cli, ["--help"]).output.splitlines() if line.startswith(f"  {command} ")
    ]
    assert len(listed) == 1 and listed[0].endswith(end)

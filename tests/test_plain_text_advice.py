"""Plain text where a config or a table is expected: the messages say how a language model reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli

VERSES = "From fairest creatures we desire increase,\n\nThat thereby beauty's rose might never die,\nBut as the riper\n"
TABLE = "data: {{source: table, train: '{}'}}\nlayers: [{{type: pool}}]\n"


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--runs", "runs"] if arguments[0] == "train" else list(arguments))


def _said(refused: Result) -> str:
    assert refused.exit_code == 2, refused.output
    return " ".join(refused.stderr.split())


@pytest.mark.parametrize("command", [["init", "--from"], ["train"], ["check"]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    "text",
    [VERSES, "one line without marks\n", VERSES * 5000, "Chapter: one\nhe said, [so\n"],
    ids=["commas", "a line", "large", "almost YAML"],
)
def test_plain_text_is_for_language_models(
    text: str, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("verses.txt").write_text(text, encoding="utf-8")
    said = _said(_call(*command, "verses.txt"))
    assert "Plain text, without labels, can train a language model" in said
    assert "`seqclf init --from verses.txt --task language_model -o FILE` writes a config" in said


def test_a_table_config_that_names_plain_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my verses.txt").write_text(VERSES, encoding="utf-8")
    Path("a.yaml").write_text(TABLE.format("my verses.txt"), encoding="utf-8")
    said = _said(_call("check", "a.yaml"))
    assert "set data.format to csv" in said
    assert "--from 'my verses.txt' --task language_model" in said


@pytest.mark.parametrize("name", ["config.txt", "config.yaml"])
def test_a_config_with_an_error_is_not_taken_for_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("data: {source: sample\nlayers: [pool]\n", encoding="utf-8")
    said = _said(_call("check", name))
    assert "not YAML" in said
    assert "Plain text" not in said

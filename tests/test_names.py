"""Whatever files, columns and labels are called: the config of `init` loads, and contains their names."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.config import checked_config, load_config, read_config
from seqclf.config.loading import config_text
from seqclf.config.problems import ConfigError
from seqclf.config.yaml_core import read_yaml
from seqclf.starter.make import starter
from seqclf.starter.request import Request
from seqclf.starter.write import config_text as starter_text
from seqclf.starter.write import name_after, scalar

ODD = [
    *"2020 010 1e3 1_000 0x1F .5 .inf .NaN -.inf null ~ true No on y - ? : #x a:b ' {a} [a] !a &a *a % @ ` | >".split(),
    *"= << -- --- ... .. données 🙂 日本 \\ \\n $HOME a*b a?b 2020-01-01 1:30".split(),
    *('"', "a: b", "a #b", "a, b", "a\tb", "a\nb", "a\x85b", "a\u2028b", " a ", "data [1]", "\x1b[1m", "\ufeffa"),
    unicodedata.normalize("NFD", "données"),
    "x" * 200,
]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
NAMES = st.one_of(st.sampled_from(ODD), TEXT)
FILES = NAMES.filter(lambda name: "/" not in name and name not in (".", "..") and len(name.encode()) < 240)
COLUMNS = NAMES.filter(lambda name: name.strip() != "" and "\r" not in name and not name.startswith("\ufeff"))
LABELS = st.lists(COLUMNS, min_size=2, max_size=2, unique_by=lambda name: name.strip().casefold())


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
@settings(max_examples=200)
def test_names_read_back_as_they_were_written(names: list[str]) -> None:
    """By seqclf's reader and by one of YAML 1.1; as values, in lists and as keys."""
    values = {"value": names[0], "list": names, "mapping": {name: name for name in names}}
    for text in (f"a: {scalar(values)}\n", starter_text({"a": values}, names)):
        document = read_yaml(text)
        assert document.value == {"a": values}
        assert not document.problems
        assert not document.words
        assert yaml.safe_load(text) == {"a": values}


@given(name=FILES)
@settings(max_examples=200)
def test_the_name_of_a_run_is_valid(name: str) -> None:
    made = name_after(f"folder/{name}.csv")
    config = checked_config({"name": made, "data": {"source": "sample"}, "layers": [{"type": "pool"}]})
    assert read_config("c.yaml", text=config_text(config)).config == config


@pytest.mark.parametrize("path", ["reviews/*.csv", "reviews/**/*.csv.gz", "reviews/*/train.csv", "other/reviews-*.csv"])
def test_the_files_of_a_pattern_have_its_words_or_their_folder_as_name(path: str) -> None:
    assert name_after(path) == "reviews"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("names")


@given(file=FILES, columns=st.lists(COLUMNS, min_size=2, max_size=2, unique=True), labels=LABELS)
@settings(max_examples=40)
def test_the_config_of_a_table_has_its_names(file: str, columns: list[str], labels: list[str], folder: Path) -> None:
    path = folder / f"{file}.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([columns, *((f"a text of number {i} here", labels[i % 2]) for i in range(24))])
    text, label = columns
    try:
        made = starter(Request(str(path), text=(text,), label=(label,), guess_separator=False, header=()))
        config = read_config("c.yaml", text=made.text).config
        data: dict[str, Any] = config.data.model_dump()
        assert (data["train"], data["text"], data["label"]) == (str(path), text, label)
        assert set(config.data.open().read(str(path)).labels) == {one.strip() for one in labels}
    finally:
        path.unlink()


@pytest.mark.parametrize("name", ["2020", "données", "a\nb", " ", "*", "data [1]", "..", "-"])
def test_the_config_of_a_folder_has_its_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root = Path("texts", f"{name}.d", name) if name == ".." else Path(f"{name} texts")
    for i in range(24):
        label = root / (f"{name}{i % 2}" if name != ".." else f"x{i % 2}")
        label.mkdir(parents=True, exist_ok=True)
        (label / f"{i}.txt").write_text(f"a text of number {i}", encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", "--from", str(root), "-o", "c.yaml"])
    assert done.exit_code == 0, done.output
    config = load_config("c.yaml")
    assert config.data.model_dump()["train"] == str(root)
    assert len(config.data.open().read(str(root))) == 24


def test_numbers_are_names_of_runs_and_need_quotes_elsewhere() -> None:
    text = "name: 2020\ndata: {source: table, train: a.csv, text: 1, label: 0}\nlayers: [{type: pool}]\n"
    with pytest.raises(ConfigError) as caught:
        read_config("c.yaml", text=text)
    assert 'found 1; write it with quotes: "1"' in str(caught.value)
    assert 'found 0; write it with quotes: "0"' in str(caught.value)
    config = read_config("c.yaml", text=text.replace("text: 1, label: 0", 'text: "1", label: "0"')).config
    assert config.name == "2020"
    with pytest.raises(ConfigError, match="name: expected a string, found 1.5"):
        read_config("c.yaml", text=text.replace("2020", "1.5"))

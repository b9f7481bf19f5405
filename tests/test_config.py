"""The config: what is accepted, what is refused, and where the message points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from conftest import small_config

from seqclf.config import checked_config, load_config, parse_override, write_config
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))


def _write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


MINIMAL = "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_are_valid_and_survive_being_written(path: Path, tmp_path: Path) -> None:
    config = load_config(path)
    write_config(tmp_path / "config.yaml", config)
    assert load_config(tmp_path / "config.yaml") == config


def test_every_default_is_filled_in_when_written(tmp_path: Path) -> None:
    config = load_config(_write(tmp_path, MINIMAL))
    write_config(tmp_path / "full.yaml", config)
    full = yaml.safe_load((tmp_path / "full.yaml").read_text(encoding="utf-8"))
    assert full["layers"][0] == {
        "units": 4,
        "bidirectional": False,
        "return_sequences": False,
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
        "type": "lstm",
    }
    assert full["training"]["optimizer"]["learning_rate"] == 1e-3


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (MINIMAL + "sed: 3\n", 4, 1, 'sed: unknown option; did you mean "seed"?'),
        (MINIMAL + "seed: x\n", 4, 1, 'seed: expected a whole number, found the text "x"'),
        (MINIMAL + "seed: 1.5\n", 4, 1, "seed: expected a whole number, found 1.5"),
        (MINIMAL + "seed: true\n", 4, 1, "seed: expected a whole number, found true"),
        (MINIMAL + "name: a/b\n", 4, 1, "name: expected letters, digits, dots, dashes and underscores"),
        (MINIMAL + "embedding: {dim: 0}\n", 4, 13, "embedding.dim: expected greater than 0, found 0"),
        (MINIMAL + "embedding: 3\n", 4, 1, "embedding: expected options (name: value), found 3"),
        (MINIMAL + "  - {type: lstn, units: 3}\n", 4, 6, 'layers[1].type: unknown value "lstn"; did you mean "lstm"?'),
        (MINIMAL + "  - {units: 3}\n", 4, 5, "layers[1]: needs type (one of lstm, gru, simple_rnn, dropout, pool)"),
        (MINIMAL + "  - {type: gru, unitz: 3}\n", 4, 5, "layers[1].units: is missing"),
        (MINIMAL + "  - {type: gru, unitz: 3}\n", 4, 17, 'layers[1].unitz: unknown option; did you mean "units"?'),
        (
            MINIMAL + "  - {type: gru, units: 3, bidirectional: on}\n",
            4,
            27,
            'expected true or false, found the text "on"',
        ),
        (
            MINIMAL + "head: [{type: dense, units: 2, activation: rlu}]\n",
            4,
            32,
            'unknown value "rlu"; did you mean "relu"?',
        ),
        (
            MINIMAL + "training: {optimizer: {type: adm}}\n",
            4,
            24,
            'training.optimizer.type: unknown value "adm"; did you mean "adam"?',
        ),
        (MINIMAL + "training: {optimizer: {type: sgd, beta_1: 0.5}}\n", 4, 35, "beta_1: unknown option"),
        (MINIMAL + "training: {optimizer: {type: adam, learning_rate: .inf}}\n", 4, 36, "finite"),
        (MINIMAL + "seed: 1\nseed: 2\n", 5, 1, '"seed" stands here a second time (first on line 4)'),
        (MINIMAL + "\tseed: 1\n", 4, 1, "not YAML"),
        (MINIMAL + "embedding: {dim: 3\n", 5, 1, "not YAML"),
        ("- 1\n" + MINIMAL, 2, 1, "not YAML"),
        (MINIMAL + "seed: &a [*a]\n", 4, 7, "an alias stands inside what it names"),
        ("layers: [{type: lstm, units: 4}]\n", 1, 1, "data: is missing"),
        ("data: {source: smaple}\nlayers: [{type: lstm, units: 4}]\n", 1, 8, 'did you mean "sample"?'),
        (
            "data: {source: table, train: x, validation: 0.5, test: 0.5}\nlayers: [{type: pool}]\n",
            1,
            33,
            "data.validation: validation and test take 1 of the training texts",
        ),
        ("data: {source: sample}\nlayers: []\n", 2, 1, "layers: expected at least 1, found none"),
        ("data: {source: sample}\nlayers: [{type: dropout, rate: 0.1}]\n", 2, 1, "nothing makes one vector of a text"),
        (
            "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4, return_sequences: false}\n"
            "  - {type: gru, units: 4}\n",
            3,
            28,
            "layers[0].return_sequences: is false, but a later layer reads a vector for every token",
        ),
        (
            "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4, return_sequences: true}\n",
            3,
            28,
            "layers[0].return_sequences: is true, but no layer after this one",
        ),
        (
            "data: {source: sample}\nlayers:\n  - {type: pool}\n  - {type: gru, units: 4}\n",
            4,
            5,
            "layers[1]: gru has nothing to read",
        ),
        (
            "data: {source: sample, validation: 0}\nlayers: [{type: pool}]\ntraining: {early_stopping: {}}\n",
            3,
            12,
            "needs validation data",
        ),
    ],
)
def test_errors_say_where_and_what(tmp_path: Path, text: str, line: int, column: int, message: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    lines = str(caught.value).splitlines()
    assert any(shown.startswith(f"{path}:{line}:{column}: ") and message in shown for shown in lines), lines


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    path = _write(tmp_path, "data: {source: sample, x: 1}\nseed: a\nlayers: [{type: lstm}]\nembedding: {dim: -1}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-3", 1e-3), ("1E3", 1000.0), (".5", 0.5), ("2", 2), ("+1.5e+2", 150.0)],
)
def test_numbers_are_numbers(tmp_path: Path, written: str, value: float) -> None:
    text = MINIMAL + f"training: {{optimizer: {{type: adam, learning_rate: {written}}}}}\n"
    assert load_config(_write(tmp_path, text)).training.optimizer.learning_rate == value


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "n", "2020-01-01", "1:30"])
def test_words_stay_words(tmp_path: Path, word: str) -> None:
    config = load_config(_write(tmp_path, f"data: {{source: table, train: {word}}}\nlayers: [{{type: pool}}]\n"))
    assert config.data.train == word  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", b"- 1\n", b"3\n", b"\xff\xfe\x00", b"a: \x00\n", b"x" * 2_000_000]
)
def test_what_is_no_config_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(str(path))):
        load_config(path)


def test_a_folder_or_nothing_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.yaml"):
        with pytest.raises(InputError, match="cannot be read"):
            load_config(path)


def test_overrides_change_the_config(tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL)
    settings = ["layers[0].units=7", "training.optimizer.learning_rate=1e-2", "name=other", "data.validation=0.25"]
    config = load_config(path, [parse_override(setting) for setting in settings])
    assert config.layers[0].units == 7  # type: ignore[union-attr]
    assert config.training.optimizer.learning_rate == 1e-2
    assert (config.name, config.data.validation) == ("other", 0.25)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("layers[0].unitz=7", '--set layers[0].unitz: unknown option; did you mean "units"?'),
        ("layers[3].units=7", "--set layers[3].units: there is no 3 in layers, which is a list of 1"),
        ("layers[0].type=lst", '--set layers[0].type: unknown value "lst"; did you mean "lstm"?'),
        ("data.source=csv", '--set data.source: unknown value "csv" (known: sample, tfds, table, folder)'),
        ("seed.x=7", "--set seed.x"),
        ("seed", "expected key=value"),
        ("=3", "expected key=value"),
        ("layers[x].units=3", "expected key=value"),
        ("seed=[1", "not YAML"),
    ],
)
def test_bad_overrides_are_named(tmp_path: Path, setting: str, message: str) -> None:
    path = _write(tmp_path, MINIMAL)
    with pytest.raises(InputError) as caught:
        load_config(path, [parse_override(setting)])
    assert message in str(caught.value)


def test_return_sequences_follows_from_the_next_layer() -> None:
    config = checked_config(
        small_config(
            data__train="x.csv",
            layers=[
                {"type": "lstm", "units": 2},
                {"type": "dropout", "rate": 0.1},
                {"type": "gru", "units": 2},
                {"type": "pool"},
            ],
        )
    )
    assert [getattr(layer, "return_sequences", None) for layer in config.layers] == [True, None, True, None]

"""``initialize`` on the command line and in files that extend others; without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import small_config, written_config

from seqclf.cli import cli
from seqclf.config import checked_config, parse_override, read_config
from seqclf.config.problems import ConfigError
from seqclf.data.unknown_tokens import unknown_to_a_run

LAYERS = [{"type": "lstm", "units": 8}, {"type": "pool"}]

SETTINGS: list[tuple[list[str], Any, list[int] | None]] = [
    (["initialize=other"], ("other",), None),
    (["initialize.from=other"], ("other",), [0]),
    (["initialize.layers=[1]"], ("lm",), [1]),
    (["initialize.from={forward: a, backward: b}"], ("a", "b"), [0]),
    (["initialize=null"], None, None),
]


@pytest.mark.parametrize(("settings", "origins", "layers"), SETTINGS, ids=str)
@pytest.mark.parametrize("form", ["lm", {"from": "lm", "layers": [0]}], ids=str)
def test_options_and_other_files_change_the_short_form_too(
    settings: list[str], origins: Any, layers: Any, form: Any, sample_csv: Path, tmp_path: Path
) -> None:
    base = written_config(tmp_path, sample_csv, initialize=form, tokenizer={}, layers=LAYERS)
    file = tmp_path / "top.yaml"
    file.write_text(f"extends: {base.name}\n", encoding="utf-8")
    found = read_config(file, [parse_override(setting) for setting in settings]).config.initialize
    if origins is None:
        assert found is None
        return
    assert found is not None
    assert found.origins == origins
    whole = settings[0].startswith("initialize=")
    assert found.layers == (layers if layers == [1] or (isinstance(form, dict) and not whole) else None)


@pytest.mark.parametrize("arguments", [["--init-from", "lm"], ["--set", "initialize=lm"]], ids=str)
def test_data_need_a_run_that_exists_to_start_from(arguments: list[str], sample_csv: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["train", str(sample_csv), "--runs", str(tmp_path), *arguments])
    assert done.exit_code == 2
    assert "no run lm in" in done.stderr.replace("\n", " ")


def test_presets_are_no_models_of_a_run(sample_csv: Path, tmp_path: Path) -> None:
    config = written_config(tmp_path, sample_csv, initialize="lm")
    done = CliRunner().invoke(cli, ["train", str(config), "--presets"])
    assert done.exit_code == 2
    assert "omit --presets, or initialize" in done.stderr


def test_many_unknown_tokens_are_a_reason_to_grow() -> None:
    options = [
        checked_config(small_config(data__train="a.csv", tokenizer={"type": one})).tokenizer for one in ("word", "byte")
    ]
    shares = {"train": 0.2, "validation": 0.01}
    found = [list(map(str, unknown_to_a_run(shares, one))) for one in options]
    start = "initialize.tokenizer: 20.0% of the train tokens are unknown to the run: "
    assert found[0] == [f"{start}grow adds tokens for them, up to tokenizer.vocab_size"]
    assert found[1] == [f"{start}a model of these texts alone would know more"]


def test_no_advice_changes_the_tokenizer_of_a_run(sample_csv: Path) -> None:
    from seqclf.baseline.comparison import what_to_try

    values = small_config(data__train=str(sample_csv), layers=LAYERS)
    configs = [checked_config(values), checked_config(values | {"initialize": "lm"})]
    advice = [" ".join(what_to_try(config, vocabulary=300)) for config in configs]
    assert ["tokenizer.vocab_size" in one for one in advice] == [True, False]


@pytest.mark.parametrize(
    ("options", "option", "types"),
    [
        ({"vocab_size": 63}, "vocab_size", "`type: char` or `type: word`"),
        ({"ngram": 1}, "ngram", "`type: char`"),
    ],
    ids=str,
)
def test_options_of_the_run_without_its_type_name_the_types_that_have_them(
    options: dict[str, Any], option: str, types: str
) -> None:
    """Which type the run has is not known when a config is loaded."""
    values = small_config(data__train="a.csv", initialize={"from": "lm", "tokenizer": "grow"}, tokenizer=options)
    cure = f"; if the run of initialize has such a tokenizer, add {types}"
    with pytest.raises(ConfigError) as raised:
        checked_config(values)
    [problem] = raised.value.problems
    assert problem.path == ("tokenizer", option)
    assert problem.message.endswith(cure)
    checked_config(values | {"tokenizer": {**options, "type": "char"}})
    for other in (values | {"initialize": None}, values | {"tokenizer": {**options, "type": "subword"}}):
        with pytest.raises(ConfigError) as raised:
            checked_config(other)
        assert "if the run of initialize" not in str(raised.value)
    with pytest.raises(ConfigError) as raised:
        checked_config(values | {"tokenizer": {"ngrams": 1, "vocab_size": 0}})
    assert "if the run of initialize" not in str(raised.value), "no type has these options"

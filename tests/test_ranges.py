"""Ranges in a config: what they say, where they are wrong, and that their values are those of the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from conftest import POOLED, written_config
from hypothesis import given
from hypothesis import strategies as st

from seqclf.cli import cli
from seqclf.config import checked_config, parse_override, read_config
from seqclf.config.json_schema import json_schema
from seqclf.config.problems import ConfigError
from seqclf.config.ranges import Range, read_range, with_values
from seqclf.config.validation import validate
from seqclf.tuning.space import default_space

START = "data: {source: sample}\nlayers: [{type: lstm, units: 8}]\n"


def _problems(text: str, *, search: bool = True) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config("a.yaml", text=text, search=search)
    return [str(problem).removeprefix("a.yaml:") for problem in caught.value.problems]


def _optimizer(rate: str) -> str:
    return f"{START}training:\n  optimizer:\n    learning_rate: {rate}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{search: {low: 1, high: 0.1}}", "5:30: search.low: is 1, but must be less than"),
        ("{search: {low: 1, high: 1}}", "5:30: search.low: is 1, but must be less than"),
        ("{search: {lo: 1, low: 2, high: 3}}", "5:30: search.lo: unknown option of a range; did you mean low?"),
        ("{search: {low: 2, high: 3, zzz: 1}}", "5:47: search.zzz: unknown option of a range (known: low, high, log, "),
        ("{search: {low: 2}}", "5:21: search: needs high, such as {search: {low: 1e-4, high"),
        ("{search: {low: x, high: 3}}", '5:30: search.low: expected a number, found the string "x"'),
        ("{search: {low: 1, high: .inf}}", "5:38: search.high: expected a finite number, found inf"),
        ("{search: {low: 1, high: 2, log: 3}}", "5:47: search.log: expected true or false, found 3"),
        ("{search: {low: 0, high: 2, log: true}}", "5:30: search.low: is 0, but a range with log: true"),
        ("{search: {low: 1, high: 2, step: 3}}", "5:47: search.step: is 3, but must be above 0 and at most"),
        ("{search: {low: 1, high: 2, step: 1, log: true}}", "5:47: search.step: has no effect with log"),
        ("{search: [1, 2]}", "5:21: search: expected {low: ..., high: ...}, found a list of 2"),
        ("{choices: 3}", "5:21: choices: expected a list of values, found 3"),
        ("{choices: [3]}", "5:21: choices: expected two values or more, found 1"),
        ("{choices: [3, 2, 3]}", "5:37: choices[2]: is listed twice"),
        ("{choices: [1, {choices: [1, 2]}]}", "5:34: choices[1]: is a range itself"),
        # Values that the option rejects.
        ("{search: {low: -1, high: 2}}", "5:30: search.low: expected more than 0, found -1.0"),
        ("{choices: [1, x]}", '5:34: choices[1]: expected a number, or auto, found the string "x"'),
    ],
)  # fmt: skip
def test_a_wrong_range_is_an_error_at_its_place(written: str, expected: str) -> None:
    found = [line.replace("training.optimizer.learning_rate.", "") for line in _problems(_optimizer(written))]
    assert len(found) == 1 and found[0].startswith(expected), found


def test_all_problems_are_reported_at_once() -> None:
    text = START.replace("units: 8", "units: {search: {low: 0, high: 100_000}}") + "seed: -1\n"
    found = _problems(text)
    assert [line.split(": ")[1] for line in found] == [
        "layers[0].units.search.low",
        "layers[0].units.search.high",
        "seed",
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("name: {choices: [a, b]}", "name: a range has no effect on a score; write one value"),
        ("seed: {search: {low: 1, high: 9}}", "seed: each value draws other validation texts, whose scores"),
        ("data: {validation: {search: {low: 0.1, high: 0.3}}}", "data.validation: scores on other validation texts"),
        ("data: {split_seed: {choices: [1, 2]}}", "data.split_seed: scores on other validation texts"),
        ("training: {baseline: {choices: [auto, false]}}", "training.baseline: a range has no effect on a score: tri"),
        ("training: {keep_checkpoints: {choices: [true, false]}}", "training.keep_checkpoints: a range has no effect"),
    ],
)  # fmt: skip
def test_options_whose_scores_cannot_be_compared_are_not_searched(written: str, expected: str) -> None:
    section, _, content = written.partition(": ")
    start = {"data": {"source": "sample", "validation": 0.2}, "layers": [{"type": "lstm", "units": 8}]}
    given = yaml.safe_load(content)
    start[section] = start[section] | given if section == "data" else given
    found = _problems(yaml.safe_dump(start))
    assert len(found) == 1 and expected in found[0]


def test_seed_and_training_texts_are_searched_where_the_validation_texts_stay() -> None:
    fixed = "data: {source: sample, split_seed: 3, validation: 0.2}\nlayers: [{type: pool}]\nseed: {choices: [1, 2]}\n"
    assert [one.name for one in read_config("a.yaml", text=fixed, search=True).ranges] == ["seed"]
    files = "data: {source: table, train: {choices: [a.csv, b.csv]}, validation: c.csv}\nlayers: [{type: pool}]\n"
    assert [one.name for one in read_config("a.yaml", text=files, search=True).ranges] == ["data.train"]


def test_a_value_that_only_another_option_forbids_is_named() -> None:
    text = START + "training:\n  optimizer: {type: sgd, nesterov: true, momentum: {choices: [0.9, 0.0]}}\n"
    (found,) = _problems(text)
    assert "choices[1]: with 0, training.optimizer.nesterov: has no effect without momentum" in found


def test_training_a_range_says_what_to_type(tmp_path: Path) -> None:
    (path := tmp_path / "config.yaml").write_text(_optimizer("{choices: [0.1, 0.2]}"), encoding="utf-8")
    result = CliRunner().invoke(cli, ["train", str(path)])
    assert result.exit_code == 2
    assert (
        f"{path}:5:5: training.optimizer.learning_rate: is a range; `seqclf tune {path}` searches it" in result.stderr
    )


def test_a_setting_replaces_a_range() -> None:
    text = _optimizer("{choices: [0.1, 0.2]}")
    loaded = read_config("a.yaml", [parse_override("training.optimizer.learning_rate=0.3")], text)
    assert loaded.config.training.optimizer.rate == 0.3
    given = parse_override("layers[0].units={choices: [4, 8]}")
    assert [str(one) for one in read_config("a.yaml", [given], START, search=True).ranges] == ["layers[0].units: 4, 8"]


@pytest.mark.parametrize(
    ("written", "start", "shown"),
    [
        ("{search: {low: 1e-4, high: 1e-2, log: true}}", 1e-3, "0.0001 to 0.01, log"),
        ("{search: {low: 1e-2, high: 1, log: true}}", 0.1, "0.01 to 1, log"),
        ("{search: {low: 1, high: 3}}", 2.0, "1 to 3"),
        ("{search: {low: 1, high: 2, step: 0.25}}", 1.5, "1 to 2, in steps of 0.25"),
        ("{choices: [0.5, 0.001]}", 0.001, "0.5, 0.001"),
        ("{choices: [0.5, auto]}", 0.5, "0.5, auto"),
    ],
)
def test_a_search_starts_from_the_default_or_the_middle(written: str, start: float, shown: str) -> None:
    loaded = read_config("a.yaml", text=_optimizer(written), search=True)
    assert loaded.config.training.optimizer.learning_rate == pytest.approx(start)
    assert [str(one) for one in loaded.ranges] == [f"training.optimizer.learning_rate: {shown}"]


def test_an_option_of_integers_is_searched_in_integers() -> None:
    text = START.replace("units: 8", "units: {search: {low: 4, high: 9}}")
    (one,) = read_config("a.yaml", text=text, search=True).ranges
    assert one.whole
    (other,) = read_config("a.yaml", text=_optimizer("{search: {low: 1, high: 4}}"), search=True).ranges
    assert not other.whole


def test_whole_sections_can_be_chosen() -> None:
    text = "data: {source: sample}\nlayers: {choices: [[{type: pool}], [{type: lstm, units: 4}, {type: pool}]]}\n"
    (one,) = read_config("a.yaml", text=text, search=True).ranges
    assert one.path == ("layers",) and len(one.choices) == 2


_NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(low=_NUMBERS, high=_NUMBERS, log=st.booleans(), step=st.none() | st.floats(-10, 1e6))
def test_every_range_is_read_or_has_problems(low: float, high: float, log: bool, step: float | None) -> None:
    content: dict[str, Any] = {"low": low, "high": high, "log": log} | ({} if step is None else {"step": step})
    found, problems = read_range(("seed",), {"search": content})
    assert (found is None) == bool(problems)
    if found is not None:
        assert found.low <= found.middle <= found.high
        assert found.low in found
        assert all(problem.path[0] == "seed" for problem in problems)


@given(st.lists(st.integers(-5, 5) | st.text(max_size=3) | st.booleans(), max_size=6))
def test_choices_are_two_or_more_different_values(values: list[Any]) -> None:
    found, _ = read_range(("seed",), {"choices": values})
    different = all(one not in values[:place] for place, one in enumerate(values))
    assert (found is not None) == (len(values) > 1 and different)
    if found is not None:
        assert all(value in found for value in values)


@given(st.floats(0.01, 0.6), st.floats(0.61, 0.98), st.floats(0, 1))
def test_each_value_between_two_valid_ends_is_valid(low: float, high: float, share: float) -> None:
    values = yaml.safe_load(START)
    made = with_values(values, {("embedding", "dropout"): low + share * (high - low)})
    assert validate(made)[0] is not None
    assert "embedding" not in values, "the values themselves do not change"


def test_the_json_schema_takes_ranges() -> None:
    validator = jsonschema.Draft7Validator(json_schema())
    for rate in ("{search: {low: 1e-4, high: 1.0e-2, log: true}}", "{choices: [0.1, 0.2]}", "0.1", "auto"):
        value = yaml.safe_load(_optimizer(rate).replace("1e-4", "1.0e-4"))
        assert not list(validator.iter_errors(value)), rate
    for rate in ("{search: {low: 1}}", "{search: {low: 1, high: 2, hi: 3}}", "{choices: [1]}", "{choices: 1}", "x"):
        assert list(validator.iter_errors(yaml.safe_load(_optimizer(rate)))), rate


def test_check_says_what_would_be_searched(sample_csv: Path, tmp_path: Path) -> None:
    path = written_config(tmp_path, sample_csv, layers=POOLED, training__batch_size={"choices": [8, 16]})
    result = CliRunner().invoke(cli, ["check", str(path)])
    assert result.exit_code == 0, result.output
    assert f"Searched by `seqclf tune {path}`" in result.stdout
    assert "- training.batch_size: 8, 16" in result.stdout


def _space(text: str, *, all_: bool = False) -> dict[str, Range]:
    loaded = read_config("a.yaml", text=text)
    return {one.name: one for one in default_space(loaded.config, loaded.written.value, all_=all_)}


def test_the_default_space_follows_from_the_layers() -> None:
    text = (
        "data: {source: sample}\nlayers: [{type: lstm, units: 12}, {type: pool, method: max}]\n"
        "head: [{type: dropout, rate: 0.7}]\ntraining: {optimizer: {type: sgd, learning_rate: 3}}\n"
    )
    space = _space(text, all_=True)
    assert set(space) == {
        "training.optimizer.learning_rate", "embedding.dropout", "embedding.word_dropout", "layers[0].units",
        "layers[0].dropout", "layers[1].method", "head[0].rate",
    }  # fmt: skip
    assert space["layers[0].units"].choices == (6, 12, 24)
    assert space["head[0].rate"].high == 0.7, "a range has the value that the config has"
    assert (space["training.optimizer.learning_rate"].low, space["training.optimizer.learning_rate"].high) == (1e-3, 3)


def test_what_the_user_has_set_stays_as_set() -> None:
    space = _space(START + "embedding: {dropout: 0.3}\n")
    assert "layers[0].units" not in space and "embedding.dropout" not in space
    assert {"layers[0].dropout", "embedding.word_dropout", "training.optimizer.learning_rate"} <= set(space)


def test_the_score_that_decides_may_choose_the_epoch_as_well() -> None:
    text = START + "training: {early_stopping: {patience: 3}}\n"
    loaded = read_config("a.yaml", text=text)
    values = loaded.written.value
    (monitor,) = [one for one in default_space(loaded.config, values, metric="accuracy") if "monitor" in one.name]
    assert monitor.choices == ("val_loss", "val_accuracy")
    assert not [one for one in default_space(loaded.config, values, metric="loss") if "monitor" in one.name]
    without = read_config("a.yaml", text=START)
    assert not [one for one in default_space(without.config, {}, metric="accuracy") if "monitor" in one.name]


def test_each_end_of_the_default_space_is_valid() -> None:
    for config in sorted((Path(__file__).parents[1] / "configs").glob("*.yaml")):
        loaded = read_config(config)
        values = loaded.written.value
        for one in default_space(loaded.config, values, all_=True):
            for _, end in one.ends:
                checked_config(with_values(values, {one.path: end}))

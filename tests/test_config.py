"""The config: what is accepted, what is refused, and where the message points."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from broken_configs import BROKEN, BY_KIND, MINIMAL, POOL
from conftest import small_config
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqclf.config import checked_config, load_config, parse_override, read_config, write_config
from seqclf.config.checks import CHECKS, WARNINGS
from seqclf.config.json_schema import json_schema
from seqclf.config.loading import config_text
from seqclf.config.problems import ConfigError
from seqclf.config.reference import reference
from seqclf.config.yaml_core import dump_yaml, read_yaml
from seqclf.errors import InputError

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))


def _write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(error: ConfigError, path: Path) -> list[str]:
    return [str(problem).removeprefix(f"{path}:") for problem in error.problems]


# --- what is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_are_valid_and_survive_being_written(path: Path, tmp_path: Path) -> None:
    loaded = read_config(path)
    assert loaded.warnings == []
    write_config(tmp_path / "config.yaml", loaded.config)
    assert load_config(tmp_path / "config.yaml") == loaded.config


def test_every_default_is_filled_in_when_written(tmp_path: Path) -> None:
    config = load_config(_write(tmp_path, MINIMAL))
    write_config(tmp_path / "full.yaml", config)
    full = yaml.safe_load((tmp_path / "full.yaml").read_text(encoding="utf-8"))
    assert full["layers"][0] == {
        "type": "lstm",
        "units": 4,
        "bidirectional": False,
        "return_sequences": False,
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
    }
    assert next(iter(full["layers"][0])) == "type"
    assert full["training"]["optimizer"]["learning_rate"] == 1e-3


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-3", 1e-3), ("1E3", 1000.0), (".5", 0.5), ("2", 2), ("+1.5e+2", 150.0), ("010", 10), ("1_000", 1000)],
)
def test_numbers_are_numbers(tmp_path: Path, written: str, value: float) -> None:
    text = MINIMAL + f"training: {{optimizer: {{type: adam, learning_rate: {written}}}}}\n"
    assert load_config(_write(tmp_path, text)).training.optimizer.learning_rate == value


@pytest.mark.parametrize("word", ['"on"', "'no'", "y", "n", "2020-01-01", "1:30", "~x", "0x10", "=", "1e-3x"])
def test_words_stay_words(tmp_path: Path, word: str) -> None:
    config = load_config(_write(tmp_path, f"data: {{source: table, train: {word}}}\n{POOL}"))
    assert config.data.train == word.strip("\"'")  # type: ignore[union-attr]


def test_return_sequences_follows_from_the_next_layer() -> None:
    layers = [
        {"type": "lstm", "units": 2},
        {"type": "dropout", "rate": 0.1},
        {"type": "gru", "units": 2},
        {"type": "max_pool1d", "size": 2},
        {"type": "gru", "units": 2},
    ]
    config = checked_config(small_config(data__train="x.csv", layers=layers))
    assert [getattr(layer, "return_sequences", None) for layer in config.layers] == [True, None, True, None, False]


@example({"\x85": "\u2028"})
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_plain_values_survive_yaml(value: Any) -> None:
    text = dump_yaml(value)
    document = read_yaml(text)
    assert not document.words, "what is written needs no readers that know YAML 1.2"
    if not document.problems:  # "<<" as a key
        assert document.value == value


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), BROKEN, ids=[f"{i}" for i in range(len(BROKEN))])
def test_broken_configs(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert _lines(caught.value, path) == expected


def test_there_are_many_broken_configs_and_every_check_has_one() -> None:
    """A check that no broken config meets could be dropped, and nothing would fail."""
    assert len(BROKEN) >= 120
    said = "\n".join(line for _, lines in BROKEN for line in lines)
    for check, words in {
        "shares_leave_training_texts": "leave nothing to train on",
        "vocabulary_holds_more_than_special_tokens": "two pieces are special tokens",
        "readers_have_a_sequence": "has nothing to read",
        "return_sequences_fits_the_next_layer": "is true, but no layer after",
        "one_vector_is_left": "leaves one vector a token",
        "windows_fit_the_longest_text": "what the longest text has",
        "early_stopping_has_validation": "needs validation texts",
        "nesterov_has_momentum": "does nothing without momentum",
        "shares_are_numbers": "expected a share as a number",
        "text_and_label_are_two": "expected another name than data.text's",
    }.items():
        assert check in {known.__name__ for known in CHECKS}
        assert words in said
    assert len(CHECKS) == 10


def test_the_line_is_quoted_with_a_mark(tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL + "embedding: {dim: 0}\nname: " + "x" * 300 + "/\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    shown = str(caught.value).splitlines()
    assert shown[1:3] == ["    4 | embedding: {dim: 0}", "      |             ^"]
    assert max(map(len, shown[3:])) < 200
    assert shown[4].startswith("    5 | name: xxx")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = _write(
        tmp_path, "data: {source: sample, x: 1}\nseed: a\nlayers: [{type: lstm}]\nembedding: {dim: -1}\nseed: 2\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [line.split(":")[0] for line in _lines(caught.value, path)] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": expected options (name: value), found nothing"),
        (b"# nothing\n", ": expected options (name: value), found nothing"),
        (b"- 1\n", ": expected options (name: value), found '- 1'"),
        (b"3\n", ": expected options (name: value), found '3'"),
        (b"\x89PNG\x00", ": is no text (it holds NUL bytes)"),
        ("a: ä".encode("utf-16"), ": is no text (it holds NUL bytes)"),
        ("seed: 1\nname: ä".encode("latin-1"), ":2: not UTF-8 text (byte 15)"),
        (b"x" * 2_000_000, ": too large for a config (over 256 KiB)"),
    ],
)
def test_what_is_no_config_is_a_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_folder_nothing_and_data_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder, expected a YAML file"):
        load_config(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_config(tmp_path / "missing.yaml")
    with pytest.raises(InputError, match="seqclf init --from"):
        load_config(_write(tmp_path, 'text,label\n"a, b",c\n', "data.csv"))


def test_aliases_cannot_explode(tmp_path: Path) -> None:
    """Nine lines that would be a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    with pytest.raises(ConfigError, match=r":\d+:\d+: more than 20,000 values"):
        load_config(_write(tmp_path, "\n".join(lines)))
    deep = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 80)]
    with pytest.raises(ConfigError, match="nested deeper than 50 levels"):
        load_config(_write(tmp_path, "\n".join(deep)))
    with pytest.raises(ConfigError, match="nested deeper than 50 levels"):
        load_config(_write(tmp_path, "a: " + "[" * 100_000))


# --- mutated configs --------------------------------------------------------------------------------------------------

STRANGE = [None, True, False, 0, -1, 1, 10**400, 1e308, float("inf"), float("nan"), 0.5, "", "x", "on", "no", "1e-3"]
STRANGE += [
    [],
    {},
    [[]],
    [None],
    {"type": "lstm"},
    {"type": None},
    {"source": "table"},
    {"": {}},
    "\n",
    "\u2028",
    "ä" * 99,
]
MUTABLE = [path.read_text(encoding="utf-8") for path in CONFIGS] + [
    MINIMAL,
    "data: {source: table, train: a.csv, test: 0.2, text: t, label: l, format: csv}\n"
    "tokenizer: {max_tokens: 40}\nembedding: {vectors: g.txt, dim: 50, trainable: false}\n"
    "layers:\n  - {type: conv1d, filters: 4, kernel_size: 5}\n  - {type: max_pool1d, size: 4}\n"
    "  - {type: gru, units: 4, dropout: 0.1}\n  - {type: pool, method: max}\n"
    "head: [{type: dense, units: 3}, {type: dropout, rate: 0.5}]\n"
    "training: {optimizer: {type: sgd, momentum: 0.9, nesterov: true}, early_stopping: {monitor: val_accuracy}}\n",
]


def _mutated_value(value: Any, draw: random.Random) -> Any:
    """Somewhere in the value something is dropped, renamed, retyped, nested or repeated."""
    target = value
    while True:
        keys: list[Any] = list(target) if isinstance(target, dict) else list(range(len(target)))
        if not keys:
            return value
        key = draw.choice(keys)
        if isinstance(target[key], dict | list) and draw.random() < 0.7:
            target = target[key]
            continue
        break
    kind = draw.choice(["drop", "rename", "retype", "nest", "copy", "number"])
    if kind == "drop":
        del target[key]
    elif kind == "rename" and isinstance(target, dict):
        letters = list(key)
        letters[draw.randrange(len(letters) + 1) :] = draw.choice(["", "z", "_", "s", "type", "."])
        target["".join(letters)] = target.pop(key)
    elif kind == "nest":
        target[key] = draw.choice(
            [[target[key]], {"x": target[key]}, {"type": target[key]}, [target[key], copy.deepcopy(target[key])]]
        )
    elif kind == "copy" and isinstance(target, list):
        target.insert(draw.randrange(len(target) + 1), copy.deepcopy(target[key]))
    elif kind == "number":
        target[key] = draw.choice([0, 1, -1, 2, 10**9, 0.0, 1.0, 0.99])
    else:
        target[key] = copy.deepcopy(draw.choice(STRANGE))
    return value


def _mutated_text(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    lines = text.splitlines(keepends=True)
    line = draw.randrange(len(lines))
    return draw.choice(
        [
            text[:place] + draw.choice("\t \n:{}[]&*!|>'\"%@`#,-?\x00\x85\ufeff\ud800<~=") + text[place:],
            text[:place] + text[place + draw.randrange(1, 9) :],
            text[:place],
            "".join(lines[:line] + lines[line + 1 :]),
            "".join([*lines[:line], lines[line], *lines[line:]]),
            "".join([*lines[:line], " " + lines[line], *lines[line + 1 :]]),
        ]
    )


@settings(max_examples=5_000)
@given(base=st.sampled_from(MUTABLE), draw=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_mutated_configs_are_valid_or_a_message(
    base: str, draw: random.Random, times: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    value = read_yaml(base).value
    text = dump_yaml([_mutated_value(value, draw) for _ in range(times)][-1]) if draw.random() < 0.7 else base
    for _ in range(draw.choice([0, 0, 1, 2])):
        text = _mutated_text(text, draw) or "\n"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    count = len(text.splitlines())
    try:
        config = load_config(path)
    except ConfigError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.place is not None
            assert problem.place.line is None or 1 <= problem.place.line <= count + 1
            assert (problem.place.column or 1) >= 1
        assert str(path) in str(error)
    except InputError as error:
        assert str(path) in str(error)
    else:
        again = path.with_name("again.yaml")
        again.write_text(config_text(config), encoding="utf-8")
        assert load_config(again) == config


@given(st.lists(st.sampled_from([*"abl0.[]=: ", "seed", "layers", "[0]", ".units", "data", "on", "!", "&a", "*a"])))
def test_settings_are_valid_or_a_message(parts: list[str]) -> None:
    path = ROOT / "configs" / "quickstart.yaml"
    try:
        load_config(path, [parse_override("".join(parts))])
    except InputError as error:
        assert "--set" in str(error)


# --- --set, extends, variables ----------------------------------------------------------------------------------------


def test_overrides_change_the_config(tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL)
    changes = ["layers[0].units=7", "training.optimizer.learning_rate=1e-2", "name=other", "data.validation=0.25"]
    config = load_config(path, [parse_override(setting) for setting in changes])
    assert config.layers[0].units == 7  # type: ignore[union-attr]
    assert config.training.optimizer.learning_rate == 1e-2
    assert (config.name, config.data.validation) == ("other", 0.25)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("layers[0].unitz=7", '--set layers[0].unitz: unknown option; did you mean "units"?'),
        ("layers[3].units=7", "--set layers[3].units: there is no 3 in layers, which is a list of 1"),
        ("layers[0].type=lst", '--set layers[0].type: unknown value "lst"; did you mean "lstm"?'),
        ("layers=[{type: lstm}]", "--set layers: layers[0].units: is missing; it has no default"),
        ("data.source=csv", '--set data.source: unknown value "csv"; did you mean "table"?'),
        ("training.early_stopping.patience=0", "--set training.early_stopping.patience: expected at least 1, found 0"),
        ("name=no", "--set name: found no without quotes"),
        ("embedding.trainable=off", "--set embedding.trainable: expected true or false"),
        ("seed.x=7", "--set seed.x: seed: expected a whole number, found a mapping (x)"),
        ("extends=x.yaml", "--set extends: a file extends another by its own"),
        ("seed", "expected key=value"),
        ("=3", "expected key=value"),
        ("layers[x].units=3", "expected key=value"),
        ("seed=[1", '--set seed=[1: not YAML: no "]" closes what opens here'),
        ("seed={a: 1, a: 2}", "stands here a second time"),
    ],
)
def test_bad_overrides_are_named(tmp_path: Path, setting: str, message: str) -> None:
    path = _write(tmp_path, MINIMAL)
    with pytest.raises(InputError) as caught:
        load_config(path, [parse_override(setting)])
    assert message in str(caught.value)


def test_a_file_extends_another(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    _write(
        tmp_path / "shared", MINIMAL + "training: {epochs: 7, batch_size: 3}\ntokenizer: {max_tokens: 9}\n", "base.yaml"
    )
    _write(tmp_path, "extends: shared/base.yaml\ntraining: {epochs: 8}\n", "middle.yaml")
    top = "extends: middle.yaml\ndata: {source: table, train: x}\nlayers: [{type: pool}]\nname: top\n"
    config = load_config(_write(tmp_path, top))
    assert (config.name, config.training.epochs, config.training.batch_size) == ("top", 8, 3)
    assert (config.tokenizer.max_tokens, config.data.source, len(config.layers)) == (9, "table", 1)


def test_errors_name_the_file_they_stand_in(tmp_path: Path) -> None:
    base = _write(tmp_path, MINIMAL + "training: {epochs: 0, batch_size: 0}\nsede: 3\nname: no\n", "base.yaml")
    top = _write(tmp_path, "extends: base.yaml\ntraining: {epochs: -1}\nhaed: []\n", "top.yaml")
    with pytest.raises(ConfigError) as caught:
        load_config(top, [parse_override("seed=-1")])
    assert [str(problem).split(": ")[0] for problem in caught.value.problems] == [
        f"{top}:2:12",
        f"{top}:3:1",
        f"{base}:4:23",
        f"{base}:5:1",
        f"{base}:6:1",
        "--set seed",
    ]
    assert caught.value.problems[2].place.text == "training: {epochs: 0, batch_size: 0}"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: 3\n", "top.yaml:1:1: extends: expected the path of another config"),
        ("extends: none.yaml\n", "none.yaml: no such file"),
        ("extends: top.yaml\n", "in a circle"),
        ("seed: 1\nextends: circle.yaml\n", "circle.yaml:1:1: extends: top.yaml is extended by this file already"),
        ("extends: broken.yaml\n", "broken.yaml:1:1: not YAML: "),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, text: str, message: str) -> None:
    _write(tmp_path, "extends: top.yaml\n", "circle.yaml")
    _write(tmp_path, "'", "broken.yaml")
    with pytest.raises(InputError) as caught:
        load_config(_write(tmp_path, text, "top.yaml"))
    assert message in str(caught.value)


def test_a_long_chain_of_files_ends(tmp_path: Path) -> None:
    for number in range(30):
        _write(tmp_path, f"extends: {number + 1}.yaml\n", f"{number}.yaml")
    with pytest.raises(InputError, match="more than 10 files extend each other"):
        load_config(tmp_path / "0.yaml")


def test_a_variable_names_the_folder_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.data.tfds_source import TfdsSource

    path = _write(
        tmp_path, f"data: {{source: table, train: a.csv, test: /b.csv}}\nembedding: {{vectors: v.txt}}\n{POOL}"
    )
    assert load_config(path).data.train == "a.csv"  # type: ignore[union-attr]
    monkeypatch.setenv("SEQCLF_DATA", str(tmp_path / "data"))
    config = load_config(path)
    assert config.data.train == str(tmp_path / "data" / "a.csv")  # type: ignore[union-attr]
    assert config.data.test == "/b.csv"  # type: ignore[union-attr]
    assert config.embedding.vectors == str(tmp_path / "data" / "v.txt")
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    folder = tmp_path / "data" / "tiny" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text("{}")
    TfdsSource("tiny", None, None, "text", "label").check("train")


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        (
            "gpus_lose_their_fast_path",
            "data: {source: sample}\nlayers: [{type: lstm, units: 3, recurrent_dropout: 0.1}]\n",
            "2:33: layers[0].recurrent_dropout: 0.1 rules out cuDNN's fused kernel",
        ),
        (
            "gpus_lose_their_fast_path",
            "data: {source: sample}\nlayers: [{type: gru, units: 3, recurrent_activation: relu}]\n",
            "2:32: layers[0].recurrent_activation: relu rules out cuDNN's fused kernel",
        ),
        (
            "random_vectors_stay_random",
            MINIMAL + "embedding: {trainable: false}\n",
            "4:13: embedding.trainable: is false, but there are no embedding.vectors",
        ),
        (
            "patience_outlasts_training",
            MINIMAL + "training: {epochs: 2, early_stopping: {}}\n",
            "4:23: training.early_stopping.patience: 2 epochs without a better one cannot pass in 2",
        ),
    ],
)
def test_what_costs_something_is_a_warning(tmp_path: Path, check: str, text: str, expected: str) -> None:
    assert check in {known.__name__ for known in WARNINGS}
    assert len(WARNINGS) == 3
    path = _write(tmp_path, text)
    (warning,) = read_config(path).warnings
    assert str(warning).removeprefix(f"{path}:").startswith(expected)


# --- the schema for editors and people --------------------------------------------------------------------------------


def test_the_json_schema_accepts_what_seqclf_accepts() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    for text in MUTABLE:
        jsonschema.validate(read_yaml(text).value, schema)
    full = yaml.safe_load(config_text(checked_config(read_yaml(MINIMAL).value)))
    jsonschema.validate(full, schema)
    jsonschema.validate({"extends": "base.yaml", "data": {"train": "x"}, "training": {"epochs": 3}}, schema)


def test_the_json_schema_refuses_what_single_options_rule_out() -> None:
    """All but what stands across options, and YAML's own traps."""
    schema, accepted = json_schema(), []
    single = [case for kind, cases in BY_KIND.items() if kind not in ("across options", "not YAML") for case in cases]
    assert len(single) > 150
    for text, lines in single:
        value = read_yaml(text).value
        if not list(jsonschema.Draft7Validator(schema).iter_errors(value)):
            accepted.append((text, lines))
    # A float with a whole value is an integer to JSON Schema; unquoted words are texts to YAML 1.2.
    assert all(re.search(r"1e1|32\.0|: (no|on|Yes|\.nan|\.inf)\b", text) for text, _ in accepted), accepted
    for bad in ({"extends": "b.yaml", "sed": 3}, {"extends": "b.yaml", "training": {"epochs": 0}}, {"extends": 3}):
        assert list(jsonschema.Draft7Validator(schema).iter_errors(bad)), bad


def test_every_option_has_a_meaning_in_the_json_schema() -> None:
    def check(schema: Any) -> None:
        if isinstance(schema, dict):
            for name, option in schema.get("properties", {}).items():
                assert option.get("description"), name
            for below in schema.values():
                check(below)

    check(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_reference_page_is_fresh() -> None:
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    assert page == reference(), "write it again: seqclf schema --markdown > docs/config.md"

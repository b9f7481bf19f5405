"""Overrides of a config file: ``--set``, files that extend others, variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from broken_configs.beginnings import MINIMAL, POOL

from seqclf.config import load_config, parse_override
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError


def _write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


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
        ("layers[3].units=7", "--set layers[3].units: layers has 1 entry: layers[0]"),
        ("head[3].units=7", "--set head[3].units: there is no 3 in head, which is not a list or mapping"),
        ("training.class_weights={a: -1}", "--set training.class_weights: a: expected more than 0, found -1"),
        ("layers[0].type=lst", '--set layers[0].type: unknown value "lst"; did you mean "lstm"?'),
        ("layers=[{type: lstm}]", "--set layers: layers[0].units: is missing; it has no default"),
        ("data.source=csv", '--set data.source: unknown value "csv"; did you mean "table"?'),
        ("training.early_stopping.patience=0", "--set training.early_stopping.patience: expected at least 1, found 0"),
        ("name=no", "--set name: found no without quotes"),
        ("embedding.trainable=off", "--set embedding.trainable: expected true or false"),
        ("seed.x=7", "--set seed.x: seed: expected an integer, found a mapping (x)"),
        ("extends=x.yaml", "--set extends: extends can only be set in a file"),
        ("seed", "expected key=value"),
        ("=3", "expected key=value"),
        ("layers[x].units=3", "expected key=value"),
        ("seed=[1", '--set seed=[1: not YAML: missing "]" for the bracket that opens here'),
        ("seed={a: 1, a: 2}", 'duplicate "a"'),
    ],
)
def test_bad_overrides_are_reported(tmp_path: Path, setting: str, message: str) -> None:
    path = _write(tmp_path, MINIMAL)
    with pytest.raises(InputError) as caught:
        load_config(path, [parse_override(setting)])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("[]", "is an empty list"),
        ("[{type: pool}, {type: pool}]", r"has 2 entries: layers\[0\] and layers\[1\]"),
        ("[{type: pool}, {type: pool}, {type: pool}]", r"has 3 entries: layers\[0\] to layers\[2\]"),
    ],
)
def test_an_entry_that_a_list_lacks(layers: str, message: str, tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL)
    with pytest.raises(InputError, match=rf"--set layers\[7\].units: layers {message}$"):
        load_config(path, [parse_override(f"layers={layers}"), parse_override("layers[7].units=3")])


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
        ("extends: top.yaml\n", "circular extends"),
        (
            "seed: 1\nextends: circle.yaml\n",
            "circle.yaml:1:1: extends: circular extends: top.yaml already extends this file",
        ),
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
    with pytest.raises(InputError, match="more than 10 files in a chain of extends"):
        load_config(tmp_path / "0.yaml")


def test_a_variable_names_the_folder_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.sources.base import TableColumns
    from seqclf.sources.tfds import TfdsSource

    path = _write(
        tmp_path,
        f"data: {{source: table, train: a.csv, test: /b.csv}}\nembedding: {{vectors: v.txt}}\n{POOL}"
        "tokenizer: {type: subword_file, file: vocab.txt}\n",
    )
    assert load_config(path).data.train == "a.csv"  # type: ignore[union-attr]
    monkeypatch.setenv("SEQCLF_DATA", str(tmp_path / "data"))
    config = load_config(path)
    assert config.data.train == str(tmp_path / "data" / "a.csv")  # type: ignore[union-attr]
    assert config.data.test == "/b.csv"  # type: ignore[union-attr]
    assert config.embedding.vectors == str(tmp_path / "data" / "v.txt")
    assert config.tokenizer.file == str(tmp_path / "data" / "vocab.txt")  # type: ignore[union-attr]
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    folder = tmp_path / "data" / "tiny" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text("{}")
    TfdsSource("tiny", None, None, TableColumns("text", "label")).check("train")

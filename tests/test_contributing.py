"""CONTRIBUTING.md: what it names exists, and the examples of its recipes work."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def _files() -> dict[str, str]:
    """The recipes' modules by path, which is in the comment on their first line."""
    heads = [block.split("\n", 1) for block in _blocks("python")]
    return {head.removeprefix("# "): content for head, content in heads if ": in " not in head}


def _additions() -> Iterator[tuple[str, str, str]]:
    """The recipes' additions to classes: path, name of the class, lines."""
    for block in _blocks("python"):
        head, content = block.split("\n", 1)
        if ": in " in head:
            path, name = head.removeprefix("# ").split(": in ")
            yield path, name, content


def _with_lines(module: str, name: str, lines: str) -> str:
    """The module with lines at the end of a class."""
    (found,) = (node for node in ast.parse(module).body if isinstance(node, ast.ClassDef) and node.name == name)
    split = module.splitlines(keepends=True)
    return "".join([*split[: found.end_lineno], lines, *split[found.end_lineno :]])


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = {key: _merged(one[key], other[key]) if isinstance(other.get(key), dict) else one[key] for key in one}
    return other | merged


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package that has the files of all recipes, a config that uses them, and its texts."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "seqclf", folder / "seqclf")  # with what Python has compiled of it
    for path, content in _files().items():
        target = folder / path
        assert target.parent.is_dir(), f"{path}: a recipe is one file in a folder that exists"
        assert not target.exists(), f"{path}: a recipe adds a file, and changes none"
        target.write_text(content, encoding="utf-8")
    for path, name, lines in _additions():
        target = folder / path
        target.write_text(_with_lines(target.read_text(encoding="utf-8"), name, lines), encoding="utf-8")
    (folder / "reviews").mkdir()
    for label, word in (("positive", "good"), ("negative", "dull")):
        texts = [f"a {word} film , number {i} of {i % 7}" for i in range(60)]
        (folder / "reviews" / f"{label}.txt").write_text("\n".join(texts), encoding="utf-8")
    config: dict[str, Any] = {"name": "extended", "training": {"epochs": 8, "batch_size": 16, "baseline": False}}
    for block in _blocks("yaml"):
        config = _merged(yaml.safe_load(block), config)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


def _seqclf(folder: Path, *arguments: str) -> str:
    """The output of a command of the copy."""
    environment = os.environ | {"PYTHONPATH": str(folder), "SEQCLF_RUNS": str(folder / "runs")}
    command = [sys.executable, "-m", "seqclf", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_config_can_name_the_types_of_all_recipes(extended: Path) -> None:
    page = _seqclf(extended, "schema", "--markdown")
    used = yaml.safe_load((extended / "config.yaml").read_text(encoding="utf-8"))
    for section in ("`data`: `source: lines`", "`tokenizer`: `type: char_hash`", "`training.optimizer`: `type: lion`"):
        assert section in page
    filled = yaml.safe_load(_seqclf(extended, "config", "show", "config.yaml"))
    assert filled["data"]["unknown_labels"] == "error"
    assert filled["layers"][0] == {"type": "gate", "activation": "sigmoid"}
    assert filled["training"]["schedule"]["type"] == used["training"]["schedule"]["type"] == "polynomial"


def test_a_command_in_one_file_is_listed(extended: Path) -> None:
    assert "labels Print the labels of a run." in " ".join(_seqclf(extended, "--help").split())


def test_a_source_in_one_file_is_described_split_and_checked(extended: Path) -> None:
    _seqclf(extended, "split", "config.yaml", "--to", "splits")
    counts = {path.name: path.read_text(encoding="utf-8").count("film") for path in (extended / "splits").iterdir()}
    assert counts == {"train.csv": 90, "validation.csv": 30}
    environment = os.environ | {"PYTHONPATH": str(extended)}
    command = [sys.executable, "-m", "seqclf", "train", "config.yaml", "--set", "data.train=revews"]
    refused = subprocess.run(command, cwd=extended, env=environment, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "data.train" in refused.stderr
    assert "revews: contains no .txt file" in refused.stderr


def test_the_recipes_train_together_and_predict_without_tensorflow(extended: Path) -> None:
    _seqclf(extended, "train", "config.yaml")
    (history,) = extended.glob("runs/*/history.jsonl")
    epochs = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    assert [0 <= epoch["val_weighted_f1"] <= 1 for epoch in epochs if epoch["type"] == "epoch"] == [True] * 8
    assert _seqclf(extended, "labels").split() == ["negative", "positive"]
    answers = _seqclf(extended, "predict", "--json", "a good film", "a dull film").splitlines()
    assert [json.loads(answer)["label"] for answer in answers] == ["positive", "negative"]


def test_the_objective_adds_the_difference_of_two_passes() -> None:
    import tensorflow as tf

    from seqclf.tasks.classification.terms.base import Texts

    names: dict[str, Any] = {}
    exec(_files()["seqclf/tasks/classification/terms/agreement.py"], names)
    passes = iter([[[1.0, 2.0]], [[0.0, 4.0]]])
    texts = Texts(lambda token_ids: tf.constant(next(passes)), tf.constant([[5, 6]]), multi=False)  # type: ignore
    assert names["Term"](None)(texts).numpy().tolist() == [5.0]


def test_the_tokenizer_gives_equal_ids_in_the_graph() -> None:
    import tensorflow as tf

    names: dict[str, Any] = {}
    for room in ("seqclf/text/kinds", "seqclf/text/graph/kinds"):
        exec(_files()[f"{room}/char_hash.py"], names)
    tokenizer = names["CharHashTokenizer"](50)
    texts = ["a film", "É ß 日本 👍", "\ud800"]
    content = [text.encode("utf-8", "surrogatepass") for text in texts]
    ids = names["CharHashIds"](tokenizer)(tf.constant(content)).to_list()
    assert ids == [row.tolist() for row in tokenizer.encode_all(texts)]


def test_the_files_that_the_page_names_exist() -> None:
    paths = set(re.findall(r"`((?:tests|seqclf|docs)/[\w/.]+)`", PAGE))
    missing = {path for path in paths - _files().keys() if not (ROOT / path).exists()}
    assert not missing


def test_every_room_has_fast_tests() -> None:
    table = re.search(r"^## Fast tests of a room\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert table is not None
    rooms = {path.name for path in (ROOT / "seqclf").iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(re.findall(r"`(\w+)/`", table[1]))

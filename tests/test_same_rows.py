"""``seqclf eval --set``: options that leave the rows of a run's split alone, and those that do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_config, write_csv

from seqclf.config import Config, checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData, prepare, prepare_split
from seqclf.data.same_rows import as_trained
from seqclf.errors import InputError

COLUMNS = ("text", "label", "weight", "price", "title")
SPLITS = ("train", "validation", "test")


def _table(path: Path, rows: int = 80) -> Path:
    """Every fifth title is the same, so that splits by title differ from splits by text."""
    lines = [(f"text {i}", "ab"[i % 2], f"{1 + i % 3}", f"{i}", f"title {i % 5 and i}") for i in range(rows)]
    return write_csv(path, [COLUMNS, *lines])


def _config(table: Path, **data: Any) -> Config:
    options = {"source": "table", "train": str(table), "validation": 0.2, "test": 0.2, "weight": "weight"}
    return checked_config(small_config(data={**options, **data}))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _table(tmp_path_factory.mktemp("rows") / "t.csv")


@pytest.fixture(scope="module")
def trained(table: Path) -> tuple[Config, TrainingData]:
    config = _config(table)
    return config, prepare(config)


def _split(config: Config, split: str, trained: tuple[Config, TrainingData]) -> EncodedTexts:
    own, data = trained
    return prepare_split(config, split, data.tokenizer, data.labels, data.fingerprints, trained=own)


@pytest.mark.parametrize("split", SPLITS)
def test_weights_leave_the_rows_of_a_random_split_alone(
    split: str, table: Path, trained: tuple[Config, TrainingData]
) -> None:
    weighted, plain = _split(trained[0], split, trained), _split(_config(table, weight=None), split, trained)
    assert weighted.weights is not None and plain.weights is None
    assert (weighted.labels == plain.labels).all() and (weighted.offsets == plain.offsets).all()
    assert [weighted[i].tolist() for i in range(len(plain))] == [plain[i].tolist() for i in range(len(plain))]


def test_the_table_may_be_elsewhere_and_read_without_weights(
    trained: tuple[Config, TrainingData], tmp_path: Path
) -> None:
    moved = _table(tmp_path / "moved.csv")
    assert _split(_config(moved, weight=None), "test", trained).weights is None
    fewer = _config(_table(tmp_path / "fewer.csv", 79), weight=None)
    for split in SPLITS:
        with pytest.raises(InputError, match="fewer.csv: has changed since the run was trained"):
            _split(fewer, split, trained)


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"text": "title"}, "data.text"),
        ({"test": 0.3}, "data.test"),
        ({"test": 0.3, "weight": None}, "data.test, data.weight"),
        ({"group": "title"}, "data.group"),
        ({"folds": 5, "fold": 1}, "data.folds, data.fold"),
    ],
)
def test_options_that_change_the_rows_are_named(
    changes: dict[str, Any], option: str, table: Path, trained: tuple[Config, TrainingData]
) -> None:
    with pytest.raises(InputError) as raised:
        _split(_config(table, **changes), "validation", trained)
    assert str(raised.value) == (
        f"{option}: not as in the run's config, and so the validation split has other rows than the run's, perhaps "
        "some that it was trained on; keep the run's value, or give a file with --data"
    )


def test_validation_texts_of_their_own_are_not_those_that_were_drawn(
    table: Path, trained: tuple[Config, TrainingData]
) -> None:
    with pytest.raises(InputError, match="data.validation: not as in the run's config"):
        _split(_config(table, validation=str(table)), "validation", trained)


def test_a_validation_file_read_without_weights(table: Path, tmp_path: Path) -> None:
    own = _config(table, validation=str(_table(tmp_path / "v.csv", 20)), test=None)
    trained = own, prepare(own)
    plain = own.model_copy(update={"data": own.data.model_copy(update={"weight": None})})
    assert len(_split(plain, "validation", trained)) == 20


def test_files_and_unknown_labels_stay_those_of_the_new_config(table: Path) -> None:
    own, new = _config(table), _config(Path("elsewhere.csv"), weight=None, unknown_labels="drop", test="test.csv")
    found = as_trained(new, own).data
    assert found.columns().weight == "weight" and found.unknown_labels == "drop"
    assert found.parts() == {"train": "elsewhere.csv", "validation": 0.2, "test": 0.2}
    assert Corpus(as_trained(_config(table, weight=None), own)).fingerprint("test") == Corpus(own).fingerprint("test")

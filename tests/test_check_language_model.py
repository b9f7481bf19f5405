"""``seqclf check`` of a language model: what it counts, encodes and shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from language_models import lm_config

from seqclf.cli import cli
from seqclf.training.estimate import Estimate, LayerRow


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Texts of which the test file repeats two, one of them twice."""
    for name, lines in {
        "train": [f"The {n}. line." for n in range(60)],
        "validation": ["Another line.", "The 3. line."],
        "test": ["THE  4. line.", "The 5. line.", "The 5. line.", "New \u00e9."],
    }.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    data = {"source": "text", "documents": "line"}
    data |= {name: str(tmp_path / f"{name}.txt") for name in ("train", "validation", "test")}
    path = tmp_path / "lm.yaml"
    path.write_text(yaml.safe_dump(lm_config(data=data, tokenizer={"type": "char"})), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _timed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Building and timing the model is tested elsewhere."""
    row = LayerRow("layers_0_gru", "GRU", (None, None, 8), 432)
    monkeypatch.setattr("seqclf.training.examine.measure", lambda *_: ([row], Estimate(9, 1.0, 9.0, 10**9)))
    monkeypatch.setattr("seqclf.training.examine.check_memory", lambda *_: None)
    monkeypatch.setattr("seqclf.tensorflow_startup.start_tensorflow", lambda *_: None)


def _check(*arguments: object) -> Result:
    done = CliRunner().invoke(cli, ["check", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done


def test_test_texts_are_compared_with_the_others_but_not_encoded(config: Path, own_cache: Path) -> None:
    done = _check(config, "--json")
    stages = [line for line in done.stderr.splitlines() if line.startswith("Encoding")]
    assert stages == ["Encoding 60 train texts", "Encoding 2 validation texts"]
    splits = json.loads(done.stdout)["splits"]
    assert splits["validation"]["also_in_splits_before"] == {"texts": 1, "rows": 1, "contradictory": 0}
    assert splits["test"]["also_in_splits_before"] == {"texts": 2, "rows": 3, "contradictory": 0}
    assert {name for name, split in splits.items() if "tokens" in split} == {"train", "validation"}


def test_the_report_speaks_of_streams(config: Path, own_cache: Path) -> None:
    done = _check(config)
    assert "streams, any, 8" in done.stdout
    warning = "3 of 4 texts (2 distinct) are also training or validation texts"
    assert warning in " ".join(done.output.split())


def test_one_text_is_no_texts(config: Path, own_cache: Path) -> None:
    stages = _check(config, "--set", "data.documents=file", "--set", "data.test=null").stderr.splitlines()
    assert stages[1:4] == [
        "Training the tokenizer on 1 text",
        "Encoding 1 train text",
        "Encoding 1 validation text",
    ]

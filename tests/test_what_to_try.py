"""``seqclf check``: what to try next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from conftest import POOLED, small_config, write_csv

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.config.problems import Problem
from seqclf.data.statistics import TextStatistics, TokenStatistics
from seqclf.data.weight_statistics import WeightStatistics
from seqclf.sources.texts import LabelledTexts
from seqclf.training.examined import Report
from seqclf.training.what_to_try import what_to_try

STOPPING = {"monitor": "val_loss"}


def _texts(labels: dict[str, int]) -> TextStatistics:
    return TextStatistics(sum(labels.values()), labels, False, 0, 0, 0, 0)


def _found(train: dict[str, int], validation: int = 500, unknown: float = 0.0, **changes: Any) -> list[str]:
    changes = {"data__train": "t.csv", "ngrams": {}, "training__baseline": "auto", **changes}
    config = checked_config(small_config(**changes))
    splits = {"train": _texts(train), "validation": _texts({"a": validation})}
    tokens = {"validation": TokenStatistics(0.0, (0.0,) * 7, (), 0.0, unknown)}
    return what_to_try(config, Report("t.csv", splits, {}, [], [], 12, 300, tokens), "my config.yaml")


def test_weights_leave_fewer_validation_texts() -> None:
    config = checked_config(small_config(data__train="t.csv", ngrams={}, training__baseline="auto"))
    weights = WeightStatistics.of(
        LabelledTexts(["a", "b"] * 100, ["x", "y"] * 100, "t", weights=np.array([1.0] * 25 + [0.0] * 175, np.float32))
    )
    validation = replace(_texts({"a": 200}), weights=weights)
    splits = {"train": _texts({"a": 500, "b": 400}), "validation": validation}
    (sentence,) = what_to_try(config, Report("t.csv", splits, {}, [], [], 12, 300, {}), "c.yaml")
    assert "with 25 effective validation texts, each counts 4.0 points of accuracy" in sentence


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [
        ("--set training.class_weights=balanced", {"train": {"a": 1000, "b": 100}}),
        (
            "--set training.class_weights=balanced --set training.early_stopping.monitor=val_macro_f1",
            {"train": {"a": 1000, "b": 100}, "validation": 1_000, "training__early_stopping": STOPPING},
        ),
        ("with 50 validation texts, each counts 2.0 points of accuracy", {"validation": 50}),
        ("--set training.baseline=auto", {"training__baseline": False}),
        ("--set 'ngrams={}'", {"ngrams": None}),
        (
            "--set tokenizer.vocab_size=600",
            {"unknown": 0.02, "tokenizer": {"type": "word", "vocab_size": 300, "max_tokens": 12}},
        ),
        (
            "the vocabulary is full (300 n-grams)",
            {"unknown": 0.02, "tokenizer": {"type": "char", "ngram": 3, "vocab_size": 300, "max_tokens": 12}},
        ),
    ],
)
def test_each_fact_has_its_sentence(wanted: str, facts: dict[str, Any]) -> None:
    facts = {"train": {"a": 500, "b": 400}, **facts}
    assert _found({"a": 500, "b": 400}) == [], "none without a reason"
    (sentence,) = _found(**facts)
    assert wanted in sentence
    assert "seqclf train 'my config.yaml' --" in sentence


def test_pieces_and_bytes_spell_what_a_full_vocabulary_lacks() -> None:
    for tokenizer in ({"type": "subword", "vocab_size": 300}, {"type": "byte"}):
        assert _found({"a": 500, "b": 400}, unknown=0.02, tokenizer=tokenizer | {"max_tokens": 12}) == []


def test_there_are_at_most_three_and_none_with_a_problem() -> None:
    everything: dict[str, Any] = {"validation": 50, "training__baseline": False, "ngrams": None}
    found = _found({"a": 1000, "b": 100}, **everything)
    assert len(found) == 3 and "class_weights" in found[0]
    config = checked_config(small_config(data__train="t.csv"))
    report = Report("t.csv", {"train": _texts({"a": 9})}, {}, [Problem(("data",), "wrong")], [], 12)
    assert what_to_try(config, report, "c.yaml") == []


def test_weights_or_folds_in_use_are_not_proposed() -> None:
    uneven = {"a": 1000, "b": 100}
    assert _found(uneven, training__class_weights="balanced") == []
    balanced: dict[str, Any] = {"training__class_weights": "balanced", "training__early_stopping": STOPPING}
    assert _found(uneven, validation=999, **balanced) == [], "macro F1 of few texts is luck"
    (sentence,) = _found(uneven, validation=1_000, **balanced)
    assert "rare labels count little in the choice of the best epoch" in sentence, "they count in the loss"
    assert _found({"a": 50, "b": 40}, validation=9, data__validation="v.csv") == []
    assert _found({"a": 50, "b": 4}, validation=9, training__class_weights="balanced") == [], "too few for five folds"


def test_the_command_ends_with_it(tmp_path: Path) -> None:
    data = write_csv(tmp_path / "t.csv", [("text", "label"), *((f"w{i % 9} {i}", "ab"[i % 2]) for i in range(90))])
    config = tmp_path / "c.yaml"
    config.write_text(yaml.safe_dump(small_config(data__train=str(data), layers=POOLED)), encoding="utf-8")
    shown = CliRunner().invoke(cli, ["check", str(config)])
    assert shown.exit_code == 0, shown.output
    block = shown.stdout.partition("\nWhat to try:\n")[2].splitlines()
    assert 1 <= len(block) <= 3 and all(line.startswith("- ") for line in block)
    listed = json.loads(CliRunner().invoke(cli, ["check", str(config), "--json"]).stdout)["what_to_try"]
    assert [f"- {sentence}" for sentence in listed] == block

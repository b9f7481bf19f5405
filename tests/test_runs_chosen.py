"""Which runs are listed, in which order, and which one is the best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_folders import made_folds, made_run, scores
from test_runs_command import called

from seqclf.errors import InputError
from seqclf.run_catalogue.catalogue import entries
from seqclf.run_catalogue.choice import best
from seqclf.run_catalogue.query import Filters, in_order, natural
from seqclf.run_catalogue.scores import parsed
from seqclf.runs import FAILED, FINISHED, LANGUAGE_MODEL, RUNNING

# --- filters and order ------------------------------------------------------------------------------------------------


def test_filters(tmp_path: Path) -> None:
    made_run(tmp_path, "IMDB lstm-1", FAILED)
    made_run(tmp_path, "imdb-lm-1", task=LANGUAGE_MODEL, data="imdb_reviews")
    made_run(tmp_path, "été-10")

    def named(**filters: Any) -> list[str]:
        return [entry.name for entry in in_order(Filters(**filters).of(entries(tmp_path)), "name")]

    assert named(names=["imdb"]) == ["IMDB lstm-1", "imdb-lm-1"]
    assert named(names=["*-1"], states=[FINISHED]) == ["imdb-lm-1"]
    assert named(names=["lstm", "É*"]) == ["IMDB lstm-1", "été-10"]
    assert named(tasks=[LANGUAGE_MODEL]) == named(data=["imdb"]) == ["imdb-lm-1"]
    assert named(data=["*.csv"]) == ["IMDB lstm-1", "été-10"]
    assert named(states=[FAILED, RUNNING]) == ["IMDB lstm-1"]


def test_order(tmp_path: Path) -> None:
    for number, accuracy in ((2, 0.7), (10, 0.9), (1, None)):
        made_run(tmp_path, f"a-{number}", validation=accuracy, wall_seconds=float(number))
    made_run(tmp_path, "lm-1", validation=None, metrics={"validation": {"loss": 2.0, "perplexity": 7.4}})
    made_run(tmp_path, "lm-2", validation=None, metrics={"validation": {"loss": 1.0, "perplexity": 2.7}})
    found = entries(tmp_path)

    def names(column: str, **options: Any) -> list[str]:
        return [entry.name for entry in in_order(found, column, **options)]

    assert names("name") == ["a-1", "a-2", "a-10", "lm-1", "lm-2"]
    assert names("validation") == ["a-10", "a-2", "lm-2", "lm-1", "a-1"], "smaller perplexities are better"
    assert names("validation", reverse=True) == ["a-2", "a-10", "lm-1", "lm-2", "a-1"], "runs without a score stay last"
    assert names("validation", score="loss")[:4] == ["a-10", "a-2", "lm-2", "lm-1"]
    assert names("time")[:2] == ["lm-1", "lm-2"] and names("time", reverse=True)[0] == "a-1"


@given(names=st.lists(st.text(alphabet="aB1٣²-0", max_size=6), max_size=6))
def test_any_names_have_an_order(names: list[str]) -> None:
    assert sorted(sorted(names, key=natural), key=natural) == sorted(names, key=natural)


# --- the best ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("macro F1", ("macro_f1", None)),
        ("val_accuracy", ("accuracy", "validation")),
        ("Test-Loss", ("loss", "test")),
    ],
)
def test_names_of_scores(text: str, expected: tuple[str, str | None]) -> None:
    assert parsed(text) == expected


def test_validation_decides_and_the_newest_of_equal_runs_wins(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1", validation=0.9, metrics={"test": scores(0.1)})
    made_run(tmp_path, "a-2", validation=0.9, started="2026-03-01T00:00:00+00:00")
    made_run(tmp_path, "a-3", validation=0.8, metrics={"test": scores(0.95)})
    made_run(tmp_path, "a-4", validation=0.99, status=FAILED)
    made_run(tmp_path, "a-5", validation=None)
    made_folds(tmp_path, "a-6")
    found = Filters().of(entries(tmp_path))
    chosen = best(found)
    assert (chosen.entry.name, chosen.score, chosen.split, chosen.value) == ("a-2", "accuracy", "validation", 0.9)
    assert (chosen.ties, chosen.compared, chosen.without, chosen.same_texts) == (("a-1",), 3, ("a-5",), True)
    assert best(found, split="test").entry.name == best(found, "test_accuracy").entry.name == "a-3"
    assert best(found, "loss").entry.name == "a-2", "the smallest"
    with pytest.raises(InputError, match="contradicts"):
        best(found, "val_loss", "test")
    with pytest.raises(InputError, match=r'macro_f: no run has this score; did you mean "macro_f1"\?'):
        best(found, "macro_f")
    with pytest.raises(InputError, match="no complete run to choose from"):
        best([entry for entry in found if entry.state == FAILED])


def test_the_best_by_test_scores_if_there_are_no_others(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1", validation=None, metrics={"test": scores(0.5)})
    made_run(tmp_path, "a-2", validation=None, metrics={"test": scores(0.6)}, data="other")
    chosen = best(entries(tmp_path))
    assert (chosen.entry.name, chosen.split, chosen.same_texts) == ("a-2", "test", False)
    with pytest.raises(InputError, match="no run has accuracy on validation; `seqclf eval --split validation"):
        best(entries(tmp_path), "accuracy", "validation")


def test_tasks_are_not_mixed(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    made_run(tmp_path, "lm-1", task=LANGUAGE_MODEL, validation=None, metrics={"validation": {"loss": 2.0}})
    for metric in (None, "loss"):
        with pytest.raises(InputError, match=r"different tasks.*add --task TASK"):
            best(entries(tmp_path), metric)
    assert best(entries(tmp_path), "accuracy").entry.name == "a-1"


def test_different_validation_texts_are_told(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    made_run(tmp_path, "a-2", data_fingerprint={"train": "t", "validation": "other"})
    assert best(entries(tmp_path)).same_texts is False


def test_a_name_without_its_option_is_explained(tmp_path: Path) -> None:
    said = called(tmp_path, "list", "imdb", code=2).stderr
    assert "seqclf runs list --name imdb" in said

"""``seqclf runs compare`` of runs that have little in common, and the rows in which configs differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config
from language_models import lm_config
from run_folders import made_run
from test_runs_command import called, on_a_terminal

from seqclf.config import checked_config, write_config
from seqclf.config.diff import ABSENT, differences, of_one_kind
from seqclf.labels import Labels
from seqclf.runs import LANGUAGE_MODEL, Run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two classifiers and a language model."""
    made_run(tmp_path, "a-1", validation=0.75)
    made_run(tmp_path, "b-1", validation=0.5)
    run = made_run(
        tmp_path,
        "lm-1",
        task=LANGUAGE_MODEL,
        validation=None,
        metrics={"validation": {"loss": 4.0, "perplexity": 54.6}},
    )
    write_config(run.config, checked_config(lm_config(Path("/data/poems.txt"), name="lm")))
    return tmp_path


def _values(**changes: Any) -> dict[str, Any]:
    return small_config(**{"data__train": "/data/reviews.csv", **changes})


def _rows(*changes: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return differences([checked_config(_values(**change)) for change in changes])


def test_scores_of_different_tasks_are_in_different_tables(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 100)
    done = called(runs, "compare", "a-1", "lm-1", "b-1")
    lines = done.stdout.splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith("score (")]
    assert [lines[place].split() for place in places] == [
        ["score", "(classification)", "a-1", "b-1"],
        ["score", "(language", "model)", "lm-1"],
    ]
    losses = [line.split()[2:] for line in lines if line.startswith("validation loss")]
    assert losses == [["0.2500", "*", "0.5000"], ["4.0000"]]
    told = " ".join(done.stderr.split())
    assert "different tasks (classification: a-1, b-1; language_model: lm-1), whose scores cannot be compared" in told
    assert "do not compare well" not in told, "other texts are no surprise"


def test_options_of_one_task_are_shown_with_all(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 100)
    done = called(runs, "compare", "a-1", "lm-1")
    few = done.stdout.splitlines()
    every = called(runs, "compare", "a-1", "lm-1", "--all")
    hidden = len(every.stdout.splitlines()) - len(few)
    assert hidden > 5
    assert "task.window" not in done.stdout and "task.window" in every.stdout
    assert next(line for line in few if line.startswith("task.type")).split() == [
        "task.type", "classification", "language_model"
    ]  # fmt: skip
    told = " ".join(done.stderr.split())
    assert f"{hidden} options that only some of the runs have are not shown; --all shows everything" in told
    assert "--all" not in every.stderr
    blanks = [place for place, line in enumerate(few) if not line]
    around = [(few[place - 1].split(".")[0], few[place + 1].split(".")[0]) for place in blanks]
    assert ("task", "data") in around, "blank lines are between sections"
    assert "task.window" in json.loads(called(runs, "compare", "a-1", "lm-1", "--json").stdout)["options"]


def test_one_long_value_is_below_the_table_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = ["a column with a long name", "another one with a longer name", "the last of all of these columns"]
    for name, columns, epochs in (("first-1", long, 3), ("second-1", "label", 4)):
        run = made_run(tmp_path, name)
        write_config(run.config, checked_config(_values(data__label=columns, training__epochs=epochs)))
    on_a_terminal(monkeypatch, 60)
    lines = called(tmp_path, "compare", "first-1", "second-1").stdout.splitlines()
    table = lines.index(next(line for line in lines if line.split() == ["option", "first-1", "second-1"]))
    assert lines[table + 1].split() == ["training.epochs", "3", "4"], "one line for each option that fits"
    assert lines[table + 2 : table + 5] == [
        "",
        "data.label",
        '  first-1   ["a column with a long name", "another one with',
    ], "a long value is broken between words"
    assert lines[-1] == "  second-1  label" and max(map(len, lines)) <= 60


def test_the_command_that_tests_the_difference(runs: Path) -> None:
    def told(*names: str) -> str:
        return " ".join(called(runs, "compare", *names).stderr.split())

    for name in ("a-1", "b-1"):
        Run(runs / name).write_labels(Labels(("no", "yes")))
    command = f"To test whether they differ by more than chance: seqclf eval --runs {runs} --run a-1 --against b-1"
    assert told("a-1", "b-1").endswith(command)
    made_run(runs, "c-1", config={"data__test": None}).write_labels(Labels(("yes", "no")))
    assert told("c-1", "b-1").endswith("--run c-1 --against b-1 --split validation")
    made_run(runs, "other-labels-1").write_labels(Labels(("no", "maybe")))
    made_run(runs, "killed-1", "running").write_labels(Labels(("no", "yes")))
    made_run(runs, "other-texts-1", data_fingerprint={"validation": "w"}).write_labels(Labels(("no", "yes")))
    made_run(runs, "damaged-1")
    for other in ("lm-1", "other-labels-1", "killed-1", "other-texts-1", "damaged-1"):
        assert "--against" not in told("a-1", other), other
    assert "--against" not in told("a-1", "b-1", "c-1")


def test_nothing_here_and_options_there_are_one_row_each() -> None:
    rows = _rows({"training__layer_rates": {"decay": 2.6}}, {})
    assert rows == {"training.layer_rates.decay": (2.6, ABSENT)}
    rows = _rows({"initialize": "books"}, {})
    assert "initialize" not in rows and rows["initialize.from"] == ("books", ABSENT)
    rows = _rows({"data__label": "label"}, {"data__label": ["a", "b"]})
    assert rows == {"data.label": ("label", ["a", "b"])}


def test_layers_that_one_model_lacks_are_named_by_their_type() -> None:
    pool = {"type": "pool"}
    lstm = {"type": "lstm", "units": 6}
    configs = [checked_config(_values(layers=layers)) for layers in ([lstm, pool], [lstm])]
    hidden = of_one_kind(configs)
    shown = {option: values for option, values in differences(configs).items() if option not in hidden}
    assert shown == {"layers[0].return_sequences": (True, False), "layers[1].type": ("pool", ABSENT)}
    assert "layers[1].method" in hidden


def test_columns_that_one_config_names_are_shown() -> None:
    configs = [checked_config(_values(data__extra=extra)) for extra in ({"price": "number"}, {"country": "category"})]
    assert not of_one_kind(configs)
    assert set(differences(configs)) == {"data.extra.price", "data.extra.country"}


def test_an_empty_text_is_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, extensions in (("a-1", [".txt", ""]), ("a-2", [".txt", ".md"])):
        run: Run = made_run(tmp_path, name)
        values = _values()
        values["data"] = {"source": "folder", "train": "/data/texts", "extensions": extensions}
        write_config(run.config, checked_config(values))
    on_a_terminal(monkeypatch, 80)
    lines = called(tmp_path, "compare", "a-1", "a-2").stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("data.extensions")] == [
        ["data.extensions[1]", '""', ".md"]
    ]

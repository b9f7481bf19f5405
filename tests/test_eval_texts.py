"""``seqclf eval --predictions``: predictions text by text."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, trained, write_csv
from trainings import without_saved_models

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.evaluation.input_rows import InputRows
from seqclf.evaluation.predictions import Predictions, predictions_target
from seqclf.inference.bulk.target import Target
from seqclf.labels import Labels
from seqclf.runs import Run
from seqclf.sources.table.reader import TableSource
from seqclf.tables.rows import rows as rows_of


def _eval(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--runs", str(run.folder.parent), "--run", run.name, *arguments])


def _rows(path: Path) -> list[dict[str, Any]]:
    kind = path.suffix.removeprefix(".")
    return [dict(row[1]) for row in rows_of(path, kind) if not isinstance(row, InputError)]


@pytest.fixture(scope="module")
def run_of_lists(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("lists")
    rows = [{"text": f"word{i % 7} {i}", "label": ["a"] if i % 2 else ["b", "c"] if i % 3 else []} for i in range(60)]
    (folder / "t.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    data = {"source": "table", "train": str(folder / "t.jsonl"), "validation": 0.2, "test": 0.2}
    with without_saved_models():
        run: Run = trained(small_config(data=data, layers=POOLED, training__epochs=1), folder / "runs")
    return run


# --- which run --------------------------------------------------------------------------------------------------------


def test_an_interrupted_run_is_called_so_by_every_command(three_label_run: Run, tmp_path: Path) -> None:
    shutil.copytree(three_label_run.folder, tmp_path / "stopped-1")
    Run(tmp_path / "stopped-1").update_manifest(status="interrupted")
    call = CliRunner().invoke
    for command in (["predict", "the goal"], ["predict", "--run", "latest", "the goal"], ["export"]):
        done = call(cli, [*command, "--runs", str(tmp_path)])
        assert done.exit_code == 0, done.output
        assert f"Run {tmp_path / 'stopped-1'} (interrupted)" in done.stderr
    given = write_csv(tmp_path / "g.csv", [("text", "label"), ("the goal", "sport")])
    done = call(cli, ["eval", "--runs", str(tmp_path), "--data", str(given), "--json"])
    assert json.loads(done.stdout)["run"] == "stopped-1"
    assert f"Run {tmp_path / 'stopped-1'} (interrupted)" in done.stderr
    done = call(cli, ["eval", "--runs", str(tmp_path), "--run", "latest", "--data", str(given)])
    assert done.stdout.startswith("stopped-1 (interrupted) on ")


# --- predictions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_predictions_are_those_behind_the_metrics(kind: str, three_label_run: Run, tmp_path: Path) -> None:
    path = tmp_path / f"predictions.{kind}"
    done = _eval(three_label_run, "--predictions", str(path), "--json")
    assert done.exit_code == 0, done.output
    metrics, rows = json.loads(done.stdout), _rows(path)
    texts = Corpus(load_config(three_label_run.config)).texts("test")
    assert [row["text"] for row in rows] == list(texts.texts)
    assert [row["label"] for row in rows] == list(texts.labels)
    correct = [row["correct"] in (True, "true") for row in rows]
    assert correct == [row["prediction"] == row["label"] for row in rows]
    assert np.mean(correct) == pytest.approx(metrics["accuracy"])
    assert f"{len(rows)} predictions, {sum(correct)} of them correct" in done.stderr
    assert list(rows[0])[:5] == ["text", "label", "prediction", "probability", "correct"]
    for row in rows:
        every = row.get("probability_of") or {name: row[f"probability_of_{name}"] for name in three_label_run.labels}
        values = {name: float(value) for name, value in every.items()}
        assert sum(values.values()) == pytest.approx(1, abs=1e-5)
        assert max(values, key=values.__getitem__) == row["prediction"]
        assert values[row["prediction"]] == float(row["probability"])
    assert sorted(tmp_path.iterdir()) == [path], "no other file remains"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_predictions_of_lists(kind: str, run_of_lists: Run, tmp_path: Path) -> None:
    path = tmp_path / f"predictions.{kind}"
    done = _eval(run_of_lists, "--predictions", str(path), "--json")
    assert done.exit_code == 0, done.output
    rows = _rows(path)
    correct = [row["correct"] in (True, "true") for row in rows]
    assert np.mean(correct) == pytest.approx(json.loads(done.stdout)["accuracy"])
    for row, is_correct in zip(rows, correct, strict=True):
        lists = [row[name].split("|") if kind == "csv" else row[name] for name in ("label", "predictions")]
        assert (set(lists[0]) == set(lists[1])) == is_correct


def test_predictions_of_given_texts_leave_out_what_was_dropped(three_label_run: Run, tmp_path: Path) -> None:
    given = write_csv(tmp_path / "g.csv", [("text", "label"), ("the goal", "sport"), ("?", "new"), ("a star", "space")])
    for policy, texts in (("wrong", ["the goal", "?", "a star"]), ("drop", ["the goal", "a star"])):
        path = tmp_path / f"{policy}.csv"
        setting = f"data.unknown_labels={policy}"
        done = _eval(three_label_run, "--data", str(given), "--set", setting, "--predictions", str(path))
        assert done.exit_code == 0, done.output
        rows = _rows(path)
        assert [row["text"] for row in rows] == texts
        assert [row["correct"] for row in rows if row["label"] == "new"] == ["false"] * (policy == "wrong")


# --- the input's columns ----------------------------------------------------------------------------------------------

OURS = ["prediction", "probability", "correct"]
GIVEN = [
    {"id": 7, "text": "the goal", "day": "2024-05-01", "label": "sport", "stars": 4},
    {"id": 8, "text": "a star\nand more", "day": "", "label": " space ", "stars": 4.5},
    {"id": 9, "text": "?", "day": "2024-05-03", "label": "new", "stars": None},
    {"id": 10, "text": "the share", "day": "2024-05-04", "label": "money", "stars": 1},
]


def _table(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        cells = [tuple("" if cell is None else str(cell) for cell in row.values()) for row in rows]
        write_csv(path, [tuple(rows[0]), *cells])
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("written", ["csv", "jsonl", "parquet"])
def test_predictions_keep_all_columns_of_a_table(kind: str, written: str, three_label_run: Run, tmp_path: Path) -> None:
    given = _table(tmp_path / f"given.{kind}", GIVEN)
    path = tmp_path / f"p.{written}"
    setting = "data.unknown_labels=drop"
    done = _eval(three_label_run, "--data", str(given), "--set", setting, "--predictions", str(path))
    assert done.exit_code == 0, done.output
    rows, read = _rows(path), [row for row in _rows(given) if row["label"] != "new"]
    assert list(rows[0])[:8] == [*GIVEN[0], *OURS]
    for row, original in zip(rows, read, strict=True):
        found, expected = ({name: one[name] for name in GIVEN[0]} for one in (row, original))
        if kind == written or "csv" not in (kind, written):
            assert found == expected, "values keep their types"
        else:
            assert {name: str(value) for name, value in found.items()} == {
                name: "" if value is None else str(value) for name, value in expected.items()
            }
        correct = row["prediction"] == row["label"].strip()
        assert row["correct"] in (correct, str(correct).lower())


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.usefixtures("no_saved_models")
def test_predictions_of_a_split_keep_all_columns(own: bool, tmp_path: Path) -> None:
    rows = [{"who": f"{i}", "said": f"word{i % 3} {i}", "kind": "ab"[i % 2]} for i in range(60)]
    table = _table(tmp_path / "t.csv", rows)
    test = str(_table(tmp_path / "own.csv", rows[5:12])) if own else 0.2
    data = {"source": "table", "train": str(table), "text": "said", "label": "kind", "validation": 0.2, "test": test}
    run = trained(small_config(data=data, layers=POOLED, training__epochs=1), tmp_path / "runs")
    path = tmp_path / "p.csv"
    done = _eval(run, "--predictions", str(path))
    assert done.exit_code == 0, done.output
    found = _rows(path)
    assert list(found[0])[:6] == ["who", "said", "kind", *OURS]
    texts = Corpus(load_config(run.config)).texts("test")
    assert [row["said"] for row in found] == list(texts.texts)
    assert [{name: row[name] for name in rows[0]} for row in found] == [rows[int(row["who"])] for row in found]
    refused = _eval(run, "--predictions", str(table), "--overwrite")
    assert (refused.exit_code, "contains the texts of data.train" in refused.stderr) == (2, True)


def test_column_name_clashes_are_an_error_before_evaluation(
    three_label_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = tmp_path / "once.csv"
    given = str(_table(tmp_path / "given.csv", [GIVEN[0], GIVEN[3]]))
    assert _eval(three_label_run, "--data", given, "--predictions", str(once)).exit_code == 0
    late = _table(tmp_path / "late.jsonl", [*([GIVEN[0]] * 30), {**GIVEN[3], "correct": "no"}])
    with monkeypatch.context() as patch:
        patch.setattr("seqclf.evaluation.classifier.KerasClassifier.evaluate_each", lambda *_: pytest.fail("measured"))
        for file, names in ((once, '("prediction", "probability", "correct", "probability_of_'), (late, '("correct")')):
            refused = _eval(three_label_run, "--data", str(file), "--predictions", str(tmp_path / "again.csv"))
            assert refused.exit_code == 2
            assert f"{file} already has columns with the names of new ones {names}" in refused.stderr
            assert "--prefix model_" in refused.stderr
    again = tmp_path / "again.csv"
    done = _eval(three_label_run, "--data", str(once), "--predictions", str(again), "--prefix", "model_")
    assert done.exit_code == 0, done.output
    for row in _rows(again):
        assert [row[f"model_{name}"] for name in OURS] == [row[name] for name in OURS]
    alone = _eval(three_label_run, "--data", given, "--prefix", "model_")
    assert (alone.exit_code, "--prefix works only with --predictions" in alone.stderr) == (2, True)


def test_rows_without_a_column_and_of_several_kinds_are_kept(
    three_label_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the writers see only blocks of two rows."""
    monkeypatch.setattr("seqclf.evaluation.predictions._ROWS_A_BLOCK", 2)
    extra: list[dict[str, Any]] = [
        {"n": 1}, {"n": None, "tags": []}, {"n": 1.5, "tags": ["x"]}, {"new": {"a": 1}}, {"n": 2**70, "mixed": "a"},
        {"mixed": 1, "new": None}, {"mixed": None, "none": []},
    ]  # fmt: skip
    given = _table(tmp_path / "g.jsonl", [{"text": "the goal", "label": "sport", **more} for more in extra])
    found = {}
    for kind in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"p.{kind}"
        done = _eval(three_label_run, "--data", str(given), "--predictions", str(path))
        assert done.exit_code == 0, done.output
        found[kind] = _rows(path)
    names = ["n", "tags", "new", "mixed", "none"]
    for read, more in zip(found["jsonl"], extra, strict=True):
        assert {name: read[name] for name in names if name in read} == more
    assert [row["n"] for row in found["csv"]] == ["1", "", "1.5", "", str(2**70), "", ""]
    assert [row["n"] for row in found["parquet"]] == ["1", None, "1.5", None, str(2**70), None, None]
    assert [row["tags"] for row in found["parquet"]] == [None, [], ["x"], *[None] * 4]
    assert found["parquet"][-1]["none"] == "[]"
    assert [row["mixed"] for row in found["parquet"]][-3:] == ["a", "1", None]
    assert [row["new"] for row in found["csv"]] == ["", "", "", '{"a": 1}', "", "", ""]


def test_a_label_that_the_format_has_no_place_for_is_named_before_the_evaluation(tmp_path: Path) -> None:
    predictions = Predictions(Target(tmp_path / "p.tsv", "tsv"), Decider(Labels(("a", "b\tc"))))
    with pytest.raises(InputError, match="contains a tab or a line end"):
        predictions.check(None)


def test_a_table_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    given = _table(tmp_path / "g.csv", [{**row, "label": "a"} for row in GIVEN])
    source = TableSource("text", "label")
    texts = source.read(str(given))
    predictions = Predictions(Target(tmp_path / "p.csv", "csv"), Decider(Labels(("a", "b"))))
    probabilities = np.full((len(texts), 2), 0.5)
    rows = InputRows(source, str(given))
    assert predictions.write(texts, probabilities, rows) == len(texts)
    for changed in (GIVEN[:-1], [*GIVEN, GIVEN[0]], [*GIVEN[:2], GIVEN[0], GIVEN[3]]):
        _table(given, changed)
        with pytest.raises(InputError, match="changed while it was read"):
            predictions.write(texts, probabilities, rows)
    _table(given, GIVEN[:2])
    with pytest.raises(InputError, match="changed while it was read"):
        chosen = np.array([0, 3])
        predictions.write(texts.chosen(chosen), probabilities[chosen], rows.chosen(chosen))
    assert sorted(tmp_path.iterdir()) == [given, tmp_path / "p.csv"]


def test_predictions_overwrite_nothing_without_permission(three_label_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("mine")
    refused = _eval(three_label_run, "--predictions", str(path))
    assert refused.exit_code == 2
    assert path.read_text() == "mine"
    assert _eval(three_label_run, "--predictions", str(path), "--overwrite").exit_code == 0
    with path.open(newline="") as file:
        assert next(csv.reader(file))[0] == "text"
    for given, words in (
        ("p.txt", r"name it .*p\.csv"),
        ("p", r"name it .*p\.csv"),
        ("no/p.csv", "/no does not exist"),
    ):
        with pytest.raises(InputError, match=words):
            predictions_target(tmp_path / given, overwrite=False)
    given = str(write_csv(tmp_path / "g.csv", [("text", "label"), ("the goal", "sport")]))
    itself = _eval(three_label_run, "--data", given, "--predictions", given, "--overwrite")
    assert (itself.exit_code, "name another file" in itself.stderr) == (2, True)
    assert _eval(three_label_run, "--overwrite").exit_code == 2


# --- texts that were seen ---------------------------------------------------------------------------------------------

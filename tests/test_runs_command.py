"""``seqclf runs list``, ``show``, ``compare`` and ``best``: what they print for people and for other programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from run_folders import epoch_line, initialized, made_folds, made_run, scores, training

from seqclf.cli import cli
from seqclf.cli.run_list import short_data
from seqclf.quantities import in_bytes
from seqclf.runs import FAILED, INTERRUPTED, LANGUAGE_MODEL, RUNNING


def called(runs: Path, *arguments: str, code: int = 0, given: str | None = None) -> Result:
    command, *others = arguments
    done = CliRunner().invoke(cli, ["runs", command, "--runs", str(runs), *others], input=given)
    assert done.exit_code == code, done.output
    return done


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """``wrap`` comes last: the others import from it."""
    for module in ("commands.runs.list", "commands.runs.show", "commands.runs.compare", "wrap"):
        monkeypatch.setattr(f"seqclf.cli.{module}.width_of", lambda stream: columns)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of each kind."""
    runs = tmp_path_factory.mktemp("runs")
    made_run(runs, "imdb-1", validation=0.875, metrics={"test": scores(0.8625)}, wall_seconds=3900.0)
    made_run(
        runs, "imdb-2", validation=0.9125, started="2026-02-01T10:00:00+00:00",
        config={"training__epochs": 5, "layers": [{"type": "gru", "units": 7}]},
    )  # fmt: skip
    made_run(runs, "imdb-10", FAILED, validation=None, error="out of memory", files=())
    made_run(runs, "two words-1", INTERRUPTED, data="/data/ä" + "b" * 60 + ".csv")
    made_run(runs, "новый-1", RUNNING, validation=None)
    lm = made_run(
        runs, "lm-1", task=LANGUAGE_MODEL, validation=None, metrics={"validation": {"loss": 4.0, "perplexity": 54.6}}
    )
    initialized(runs, "tuned-1", lm)
    made_folds(runs, "cv-1")
    (made_run(runs, "broken-1").folder / "manifest.json").write_text("{")
    return runs


# --- list -------------------------------------------------------------------------------------------------------------


def test_lines_for_other_programs(runs: Path) -> None:
    head, *rows = called(runs, "list", "--sort", "name").stdout.splitlines()
    names = head.split("\t")
    table = {row.split("\t")[0]: dict(zip(names, row.split("\t"), strict=True)) for row in rows}
    assert list(table) == [
        "broken-1", "cv-1", "imdb-1", "imdb-2", "imdb-10", "lm-1", "tuned-1", "two words-1", "новый-1"
    ]  # fmt: skip
    one = table["imdb-1"]
    assert (one["state"], one["score"], one["validation"], one["test"]) == ("finished", "accuracy", "0.875", "0.8625")
    assert (one["seconds"], one["data"], one["folds"]) == ("3900.0", "/data/reviews.csv", "-")
    assert int(one["bytes"]) > 3000
    assert (table["lm-1"]["score"], table["lm-1"]["validation"]) == ("perplexity", "54.6")
    assert (table["cv-1"]["validation"], table["cv-1"]["folds"]) == ("0.55", "2")
    assert table["новый-1"]["state"] == "killed" and table["broken-1"]["state"] == "damaged"


def test_damage_is_told_and_explained(runs: Path) -> None:
    assert "damaged: seqclf runs show broken-1" in called(runs, "list").stderr
    assert "manifest.json: cannot be read" in called(runs, "show", "broken-1").stdout
    assert called(runs, "list", "--state", "finished").stderr == ""


def test_json_has_all_scores(runs: Path) -> None:
    rows = json.loads(called(runs, "list", "--json", "--name", "imdb-1", "--metric", "loss").stdout)
    assert [row["name"] for row in rows] == ["imdb-1", "imdb-10"]
    assert rows[0]["scores"]["test"] == {"loss": 0.1375, "accuracy": 0.8625, "macro_f1": pytest.approx(0.8525)}
    assert json.loads(called(runs, "list", "--json", "--name", "nothing").stdout) == []


def test_names_alone(runs: Path) -> None:
    done = called(runs, "list", "--only-names", "--sort", "validation", "--task", "classification", "-n", "2")
    assert done.stdout == "imdb-2\nimdb-1\n"
    assert "cv-1-fold2\n" in called(runs, "list", "--only-names", "--folds").stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_the_table_fits_and_cuts_no_number(columns: int, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, columns)
    lines = called(runs, "list", "--sort", "name").stdout.splitlines()
    assert max(map(len, lines)) <= columns
    (row,) = [line for line in lines if line.startswith("imdb-1 ")]
    assert {"finished", "accuracy", "0.8750"} <= set(row.split())
    assert ("0.8625" in row, "reviews.csv" in row, "1h 05m" in row) == (columns >= 60, columns >= 80, columns >= 120)
    only = called(runs, "list", "--name", "imdb", "--state", "finished").stdout
    assert "accuracy" in only.split("imdb")[0], "the score is in the headings if it is the same of all runs"


def test_nothing_to_list_is_told(runs: Path, tmp_path: Path) -> None:
    done = called(tmp_path / "nothing", "list")
    assert (done.stdout, "Train one with `seqclf train CONFIG`" in done.stderr) == ("", True)
    done = called(runs, "list", "--name", "nothing")
    assert (done.stdout, "None of the 11 runs" in done.stderr) == ("", True)


def test_wrong_options_are_explained(runs: Path) -> None:
    assert 'did you mean "macro_f1"?' in called(runs, "list", "--metric", "macro_f", code=2).stderr
    assert "'stopped' is not one of" in called(runs, "list", "--state", "stopped", code=2).stderr


def test_sizes_in_words() -> None:
    assert [in_bytes(size) for size in (0, 999, 1_000, 9_949, 9_951, 10**6 - 1, 2 * 10**9, 5 * 10**15)] == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "1.0 MB", "2.0 GB", "5,000 TB"
    ]  # fmt: skip


def test_data_in_a_column() -> None:
    found = [short_data(data) for data in (None, "/a/b.csv", "/a/b/", "imdb_reviews, train", "/", "a\nb")]
    assert found == ["-", "b.csv", "b", "imdb_reviews, train", "/", "a\\nb"]


def test_listing_is_light_and_fast(tmp_path: Path) -> None:
    """Measured in the processor's time, which does not depend on other programs as much."""
    import shutil

    first = made_run(tmp_path, "a-1").folder
    for number in range(2, 301):
        shutil.copytree(first, tmp_path / f"a-{number}")
    program = f"""
import resource, sys
from seqclf.cli import main
try:
    sys.argv = ["seqclf", "runs", "list", "--runs", {str(tmp_path)!r}]
    main()
finally:
    found = [name for name in ("numpy", "tensorflow", "keras", "pydantic", "yaml", "sklearn") if name in sys.modules]
    print(found, resource.getrusage(resource.RUSAGE_SELF).ru_utime, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 301
    heavy, seconds = done.stderr.split("]")
    assert heavy == "["
    assert float(seconds) < 1.5, "with 300 runs it takes 0.2 s"


# --- show -------------------------------------------------------------------------------------------------------------


def shown(runs: Path, *arguments: str) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in called(runs, "show", *arguments).stdout.splitlines())


def test_facts_of_a_run(runs: Path) -> None:
    facts = shown(runs, "imdb-1")
    assert (facts["state"], facts["epochs"], facts["time"]) == ("finished", "2; best: 1", "1h 05m")
    assert facts["validation"] == "loss 0.1250, accuracy 0.8750, macro F1 0.8650"
    assert facts["next"] == f'seqclf predict --runs {runs} --run imdb-1 "a text"'
    assert "checkpoint 1.0 kB" in facts["size"]
    assert shown(runs, "imdb-10")["error"] == "out of memory"
    assert shown(runs, "two words-1")["next"].startswith("seqclf train --resume '")
    assert shown(runs, "tuned-1")["started from"] == str(runs / "lm-1")
    assert shown(runs, "lm-1")["start of"] == "tuned-1"
    assert shown(runs, "lm-1")["next"].startswith("seqclf generate")
    assert shown(runs, "cv-1")["folds"] == "cv-1-fold1, cv-1-fold2"
    assert shown(runs, "cv-1")["validation (mean)"] == "accuracy 0.5500 (0.5000 to 0.6000)"
    assert shown(runs, "cv-1-fold1")["fold of"] == "cv-1"


def test_the_run_to_show_by_default_is_the_newest_finished_one(runs: Path) -> None:
    assert shown(runs)["run"] == shown(runs, "latest")["run"]
    assert shown(runs)["state"] == "finished"


def test_facts_as_json(runs: Path) -> None:
    found = json.loads(called(runs, "show", "tuned-1", "--json").stdout)
    assert (found["name"], found["started_from"], found["manifest"]["epochs"]) == ("tuned-1", [str(runs / "lm-1")], 2)


def test_facts_wrap_between_words(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 53)
    lines = called(runs, "show", "imdb-1").stdout.splitlines()
    assert "validation         loss 0.1250, accuracy 0.8750," in lines
    assert "                   macro F1 0.8650" in lines


def test_a_run_that_is_running(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1", RUNNING, validation=None)
    with training(run):
        facts = shown(tmp_path)
    assert (facts["state"], facts["next"]) == ("running", f"seqclf runs tail --runs {tmp_path} a-1")
    assert facts["time"].endswith(" so far")


# --- compare ----------------------------------------------------------------------------------------------------------


def test_differing_options_beside_scores(runs: Path) -> None:
    rows = [line.split("\t") for line in called(runs, "compare", "imdb-1", "imdb-2").stdout.splitlines()]
    assert rows[0] == ["", "imdb-1", "imdb-2"]
    table = {title: values for title, *values in rows[1:]}
    assert table["training.epochs"] == ["2", "5"]
    assert table["layers[0].type"] == ["lstm", "gru"] and table["layers[0].units"] == ["6", "7"]
    assert table["validation.accuracy"] == ["0.875", "0.9125"] and table["test.accuracy"] == ["0.8625", "-"]
    assert "name" not in table and "seed" not in table, "equal options are left out"


def test_three_runs_on_a_terminal(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 80)
    lines = called(runs, "compare", "imdb-1", "imdb-2", "cv-1").stdout.splitlines()
    assert lines[0].split() == ["score", "imdb-1", "imdb-2", "cv-1"]
    place = lines.index("") + 1
    assert lines[place].split() == ["option", "imdb-1", "imdb-2", "cv-1"], "what a reader looks for first is first"
    assert "training.epochs" in [line.split()[0] for line in lines if line]
    (accuracy,) = [line for line in lines if line.startswith("validation accuracy")]
    assert accuracy.split()[2:] == ["0.8750", "0.9125", "*", "0.5500"]
    (loss,) = [line for line in lines if line.startswith("validation loss")]
    assert loss.split()[2:] == ["0.1250", "0.0875", "*", "-"]
    on_a_terminal(monkeypatch, 34)
    narrow = called(runs, "compare", "imdb-1", "imdb-2", "cv-1").stdout.splitlines()
    assert max(map(len, narrow)) <= 34
    place = narrow.index("training.epochs")
    assert narrow[place + 1 : place + 4] == ["  imdb-1  2", "  imdb-2  5", "  cv-1    2"]


def test_comparisons_as_json(runs: Path) -> None:
    found = json.loads(called(runs, "compare", "imdb-1", "imdb-2", "--json").stdout)
    assert found["options"]["training.epochs"] == {"imdb-1": 2, "imdb-2": 5}
    assert found["scores"]["test"]["accuracy"] == {"imdb-1": 0.8625, "imdb-2": None}
    assert found["same_texts"]["validation"] is True


def test_equal_configs_and_other_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(tmp_path, "a-1")
    made_run(tmp_path, "a-2", data_fingerprint={"train": "t", "validation": "other"})
    on_a_terminal(monkeypatch, 80)
    done = called(tmp_path, "compare", "a-1", "a-2")
    assert done.stdout.endswith("\n\nThe configs are the same.\n")
    assert "different validation texts" in " ".join(done.stderr.split())


def test_what_cannot_be_compared(runs: Path, tmp_path: Path) -> None:
    assert "at least two runs" in called(runs, "compare", "imdb-1", code=2).stderr
    assert "named twice" in called(runs, "compare", "imdb-1", "imdb-1", code=2).stderr
    run = made_run(tmp_path, "a-1")
    run.config.unlink()
    made_run(tmp_path, "a-2").config.write_text("layers: 3")
    assert "has no config.yaml" in called(tmp_path, "compare", "a-1", "a-2", code=2).stderr
    made_run(tmp_path, "a-3")
    assert "config.yaml" in called(tmp_path, "compare", "a-3", "a-2", code=2).stderr


# --- best -------------------------------------------------------------------------------------------------------------


def test_the_name_of_the_best_run_alone_is_printed(runs: Path) -> None:
    done = called(runs, "best", "--metric", "macro_f1")
    assert done.stdout == "imdb-2\n"
    assert "imdb-2: validation macro F1 0.9025, the best of" in done.stderr
    assert called(runs, "best", "--task", "language_model").stdout == "lm-1\n"
    done = called(runs, "best", "--task", "classification", "--split", "test")
    assert (done.stdout, "chosen by test scores" in done.stderr) == ("imdb-1\n", True)
    found: dict[str, Any] = json.loads(called(runs, "best", "--metric", "val_loss", "--name", "imdb", "--json").stdout)
    assert (found["name"], found["metric"], found["split"], found["value"]) == ("imdb-2", "loss", "validation", 0.0875)
    assert "different tasks" in called(runs, "best", code=2).stderr
    assert "no run has this score" in called(runs, "best", "--metric", "beauty", code=2).stderr


def test_completion_offers_runs_with_their_states(runs: Path) -> None:
    environment = {
        "_SEQCLF_COMPLETE": "bash_complete", "COMP_WORDS": f"seqclf runs show --runs {runs} imdb-", "COMP_CWORD": "5"
    }  # fmt: skip
    done = CliRunner(env=environment).invoke(cli, [], prog_name="seqclf")
    assert {line.partition(",")[2] for line in done.stdout.split()} == {"imdb-1", "imdb-2", "imdb-10"}


def test_rows_of_earlier_histories(tmp_path: Path) -> None:
    """They lack what later versions write."""
    from seqclf.cli.history_rows import HistoryRows

    rows = HistoryRows(2, 80)
    line = {"type": "epoch", "epoch": 1, "loss": 0.5, "accuracy": 0.75}
    assert rows.of(line)[-1].split()[:3] == ["1/2", "0.5000", "0.7500"]
    with pytest.raises(ValueError, match="malformed line of an epoch"):
        rows.of({"epoch": 1})
    assert json.loads(epoch_line(1))["epoch"] == 1

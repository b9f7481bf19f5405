"""The commands, as a user types them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import small_config

from seqclf.cli import cli
from seqclf.runs import Run


def _call(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def _process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "seqclf", *arguments], capture_output=True, text=True, check=False, **options  # type: ignore[call-overload]
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["train"], ["eval"], ["predict"], ["generate"], ["export"], ["explain"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; sys.argv = ['seqclf', *sys.argv[1:], '--help']\n"
        "from seqclf.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'pydantic', 'yaml', 'rich', 'tokenizers', 'tensorflow_datasets'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_no_module_of_the_command_line_imports_tensorflow() -> None:
    """Commands start it without its log messages (``start_tensorflow``); an import before that would print them."""
    program = (
        "import importlib, pkgutil, sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('tensorflow', 'keras'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import seqclf.cli\n"
        "for module in pkgutil.walk_packages(seqclf.cli.__path__, 'seqclf.cli.'):\n"
        "    try: importlib.import_module(module.name)\n"
        "    except ImportError as error: print(module.name, 'imports', error)\n"
        "print('imported', 'seqclf.cli.commands.train' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "imported True\n"


def test_the_main_job(config_file: Path, sample_csv: Path, tmp_path: Path) -> None:
    """Train, evaluate, predict and export in separate processes: only seqclf writes to the terminal."""
    runs = tmp_path / "runs"
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    environment["SEQCLF_RUNS"] = str(runs)
    train = _process("train", str(config_file), "--name", "mine", "--set", "training.epochs=1", env=environment)
    assert train.returncode == 0, train.stderr
    known = ("Run ", "Reading ", "Encoding ", "Building ", "Training ", "epoch  ", "1/1 ", "Writing ", "Collecting ")
    known += ("epoch 1/1, tracing", "epoch 1/1 step")  # on a slow machine
    known += ("--- training", str(sample_csv.parent))  # a long path of the texts has a line of its own
    assert [line for line in train.stderr.splitlines() if not line.strip().startswith(known)] == []
    assert "\n  1/1  0." in train.stderr
    assert f"SavedModel  {runs / 'mine-1' / 'saved_model'}" in train.stdout
    predict = _process("predict", "a good film", "not a good film", "--json", env=environment)
    assert predict.stderr == f"Run {runs / 'mine-1'}\n"
    rows = [json.loads(line) for line in predict.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["a good film", "not a good film"]
    assert all(abs(sum(row["probabilities"].values()) - 1) < 1e-6 for row in rows)
    export = _process("export", "--to", str(tmp_path / "out"), env=environment)
    next_step = f"Next: {tmp_path / 'out' / 'MODEL_CARD.md'} says how to call the model"
    shown = f"Run {runs / 'mine-1'}, a classifier {next_step}"
    assert (export.returncode, export.stderr.split()) == (0, shown.split())
    assert (tmp_path / "out" / "saved_model.pb").is_file()


def test_eval_shows_and_keeps_metrics(binary_run: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "copy-1")  # eval writes into the run
    shutil.copytree(binary_run.folder, run.folder)
    shown = _call("eval", "--runs", str(tmp_path), "--run", run.name)
    assert shown.exit_code == 0, shown.output
    where = f"copy-1 on test ({run.manifest['data']}): 40 texts"
    for word in (where, "accuracy", "macro F1", "precision", "true \\ predicted", "negative"):
        assert word in shown.stdout
    kept = run.metrics["test"]
    baseline = kept["baseline"]
    assert (baseline["texts"], baseline["training_texts"]) == (40, 120)
    said = f"linear model {baseline['linear']['accuracy']:.4f}: this run is "
    assert said in shown.stdout
    as_json = json.loads(_call("eval", "--runs", str(tmp_path), "--run", run.name, "--json").stdout)
    assert set(as_json.pop("slices")) == {"length", "label"}
    assert as_json == {"run": run.name, "split": "test", **kept}
    assert sum(map(sum, kept["confusion"])) == kept["texts"] == 40
    validation = json.loads(
        _call("eval", "--runs", str(tmp_path), "--run", run.name, "--split", "validation", "--json").stdout
    )
    assert validation["loss"] == pytest.approx(binary_run.metrics["validation"]["loss"], rel=1e-5)


def test_eval_takes_a_file_or_a_folder(binary_run: Run, tmp_path: Path) -> None:
    table = tmp_path / "other.tsv"
    table.write_text("body\tstars\ngood film\tpositive\nbad film\tnegative\n", encoding="utf-8")
    run = ["--runs", str(binary_run.folder.parent), "--run", binary_run.name, "--json"]
    metrics = json.loads(_call("eval", *run, "--data", str(table), "--text", "body", "--label", "stars").stdout)
    assert (metrics["texts"], metrics["data"]) == (2, str(table))
    assert metrics["baseline"]["texts"] == 2
    for label in ("positive", "negative"):
        (tmp_path / "texts" / label).mkdir(parents=True)
        (tmp_path / "texts" / label / "1.txt").write_text(f"{label} film", encoding="utf-8")
    assert json.loads(_call("eval", *run, "--data", str(tmp_path / "texts")).stdout)["texts"] == 2
    for options, message in (
        (["--text", "body", "--label", "x y"], "--text, --label are for --data; for a split, use --set data.text=body"),
        (["--label", "x y"], "--label is for --data; for a split, use --set 'data.label=x y'"),
        (["--label-separator", "|"], "for a split, use --set 'data.label_separator=|'"),
        (["--encoding", "cp1252"], "--encoding is for --data; for a split, use --set data.encoding=cp1252"),
        (["--data", str(table), "--split", "test"], "--split is for the run's own texts, --data for others"),
        (["--data", str(table), "--label-separator", ""], "expected a non-empty text, such as '|'"),
        (["--data", str(tmp_path / "texts" / "positive" / "1.txt")], "); texts need their labels: give a table with"),
    ):
        refused = _call("eval", *run, *options)
        assert refused.exit_code == 2, options
        assert message in refused.stderr
    table.write_text("text\tlabel\ngood film\tgreat\n", encoding="utf-8")
    refused = _call("eval", *run, "--data", str(table))
    assert refused.exit_code == 2
    reason = 'every text has a label that does not occur in the training texts: "great" (known: negative, positive)'
    assert reason in refused.stderr
    table.write_text("text\tlabel\ngood film\tgreat\nbad film\tnegative\n", encoding="utf-8")
    measured = _call("eval", *run, "--data", str(table))
    unknown = {"labels": ["great"], "texts": 1, "dropped": True}
    assert (json.loads(measured.stdout)["texts"], json.loads(measured.stdout)["unknown_labels"]) == (1, unknown)
    assert '1 given text with labels that do not occur in the training texts ("great"): skipped' in measured.stderr
    refused = _call("eval", *run, "--data", str(table), "--set", "data.unknown_labels=error")
    assert (refused.exit_code, "data.unknown_labels to wrong" in refused.stderr) == (2, True)


def test_eval_sets_data_options_alone(binary_run: Run) -> None:
    run = ["--runs", str(binary_run.folder.parent), "--run", binary_run.name]
    refused = _call("eval", *run, "--set", "tokenizer.max_tokens=3")
    assert refused.exit_code == 2
    assert "only data.KEY can be set" in refused.stderr
    missing = _call("eval", *run, "--set", "data.train=/nothing.csv")
    assert missing.exit_code == 2
    assert "/nothing.csv: " in missing.stderr


@pytest.mark.usefixtures("no_saved_models")
def test_eval_rejects_fractions_of_changed_data(sample_csv: Path, tmp_path: Path) -> None:
    """Split from other texts, the test split would contain texts that the run was trained on."""
    from conftest import trained

    table, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    shutil.copy(sample_csv, table)
    run = trained(small_config(data__train=str(table), training__epochs=1), tmp_path)
    arguments = ["eval", "--run", str(run.folder)]
    assert _call(*arguments).exit_code == 0
    table.rename(other)
    moved = _call(*arguments, "--set", f"data.train={other}")
    assert moved.exit_code == 0, "the same texts elsewhere are the same texts"
    lines = other.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    for split in ("test", "validation", "train"):
        refused = _call(*arguments, "--split", split)
        assert refused.exit_code == 2
        assert f"has changed since the run was trained, so its {split} split cannot be reproduced" in refused.stderr
    assert _call(*arguments, "--data", str(table)).exit_code == 0


@pytest.mark.usefixtures("no_saved_models")
def test_eval_without_a_test_split_advises(three_labels_csv: Path, tmp_path: Path) -> None:
    from conftest import trained

    run = trained(small_config(data__train=str(three_labels_csv), data__test=None, training__epochs=1), tmp_path)
    refused = _call("eval", "--run", str(run.folder))
    assert refused.exit_code == 2
    assert "no test data; measure other texts with --split validation, or give a file with --data" in refused.stderr


def test_predict_reads_lines(binary_run: Run) -> None:
    run = ["--runs", str(binary_run.folder.parent), "--run", binary_run.name]
    done = _call("predict", "first", "-", *run, stdin=b"a good film\r\n\nbad \xff bytes")
    assert done.exit_code == 0, done.output
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert [row[2:] for row in rows] == [["first"], ["a good film"], [], ["bad \ufffd bytes"]]
    assert all(row[0] in ("negative", "positive") and 0.5 <= float(row[1]) <= 1 for row in rows)


def test_predictions_are_the_python_model_s(three_label_run: Run) -> None:
    from seqclf.evaluation.classifier import KerasClassifier

    texts = ["a new goal", "the old moon said", "bank"]
    rows = _call("predict", *texts, "--run", str(three_label_run.folder), "--json").stdout.splitlines()
    expected = KerasClassifier.load(three_label_run).probabilities(texts)
    for row, probabilities in zip(map(json.loads, rows), expected, strict=True):
        assert list(row["probabilities"]) == list(three_label_run.labels)
        assert list(row["probabilities"].values()) == pytest.approx(probabilities.tolist(), abs=1e-5)


def test_export_makes_a_lost_saved_model_again(binary_run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(binary_run.folder, copy)
    shutil.rmtree(copy / "saved_model")
    done = _call("export", "--run", str(copy))
    assert (done.exit_code, done.stdout.strip()) == (0, str(copy / "saved_model"))
    assert (copy / "saved_model" / "saved_model.pb").is_file()


@pytest.mark.parametrize("command", [["eval"], ["predict", "x"], ["export"]])
def test_commands_without_a_run_say_how_to_make_one(command: list[str], tmp_path: Path) -> None:
    done = _call(*command, "--runs", str(tmp_path))
    assert done.exit_code == 2
    assert "seqclf train CONFIG" in done.stderr


def test_bad_configs_and_data_leave_nothing_behind(config_file: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    bad_label = tmp_path / "bad.csv"
    bad_label.write_text("text,label\na,b\nc,\n", encoding="utf-8")
    for setting, message in (
        ("layers[0].unitz=3", "--set layers[0].unitz: unknown option"),
        ("data.train=/nothing.csv", "data.train: /nothing.csv: no such file"),
        ("data.text=body", 'no column "body"'),
        (f"data.train={bad_label}", ':3: "label" is empty'),
        ("data.validation=0.9", "which leaves none for training"),
    ):
        done = _call("train", str(config_file), "--runs", str(runs), "--set", setting)
        assert done.exit_code == 2, done.output
        assert message in done.stderr
        assert "Traceback" not in done.stderr
        assert not runs.exists() or list(runs.iterdir()) == []

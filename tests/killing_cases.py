"""The commands that ``tests/killing.py`` kills. They need no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow.parquet  # noqa: F401
import rich.progress  # noqa: F401
from bulk_files import ONE, ROWS, of_length, written
from killing import Case
from run_folders import made_folds

from seqclf.cli import cli
from seqclf.cli.commands.split import split_command  # noqa: F401  (imported here, not in each child)
from seqclf.cli.predict_file import RowModel, predict_rows
from seqclf.cli.predict_request import FileRequest
from seqclf.config import templates  # noqa: F401
from seqclf.data import prepare, written_splits  # noqa: F401
from seqclf.decisions import Decider
from seqclf.evaluation.predictions import Predictions, predictions_target
from seqclf.export.folder import copy_into, new_folder
from seqclf.inference.bulk import job
from seqclf.inference.bulk.answers import Answers
from seqclf.inference.bulk.job import Compute
from seqclf.runs import Run
from seqclf.sources.texts import LabelledTexts


def _predicts(**options: Any) -> Callable[[], None]:
    given = {
        "input_path": "in.csv", "columns": ("text",), "input_format": None, "encoding": None, "output_path": "out.csv",
        "output_format": None, "errors_path": Path("errors.txt"), "resume": False, "overwrite": False, "prefix": "",
    }  # fmt: skip
    request = FileRequest(**{**given, **options})

    def call() -> None:
        model = RowModel(cast(Compute[np.ndarray], of_length), Answers(Decider(ONE, None)))
        predict_rows(model, Run(Path("run")), request)

    return call


def _rows_to_predict() -> None:
    job._blocks.__defaults__ = (5,)
    written(Path("in.csv"), ROWS[:6])
    with Path("in.csv").open("a", encoding="utf-8") as file:
        file.write("too,many,fields,here\n")
    Path("run").mkdir()
    Path("run/model.onnx").touch()


def _rows_to_predict_again() -> None:
    _rows_to_predict()
    for name in ("out.csv", "out.parquet", "errors.txt"):
        Path(name).write_text("old", encoding="utf-8")


def _command(*arguments: str) -> Callable[[], None]:
    def call() -> None:
        cli(list(arguments), prog_name="seqclf")

    return call


def _predict_cases() -> dict[str, Case]:
    advice = ("--resume", "already exists; use --overwrite")
    whole, overwriting = _predicts(), _predicts(overwrite=True)
    parquet: dict[str, Any] = {"output_path": "out.parquet", "errors_path": None}
    return {
        "predict": Case(_rows_to_predict, whole, _predicts(resume=True), advice),
        "predict-overwrite": Case(
            _rows_to_predict_again, overwriting, _predicts(resume=True, overwrite=True), ("--resume",)
        ),
        "predict-parquet": Case(_rows_to_predict, _predicts(**parquet), _predicts(**parquet, resume=True), advice),
    }


def _nothing() -> None:
    pass


def _table() -> None:
    rows = [{"text": f"text {number}", "label": "ab"[number % 2]} for number in range(20)]
    written(Path("in.csv"), rows)
    data = "data: {source: table, train: in.csv, validation: 0.2, test: 0.2}"
    Path("c.yaml").write_text(f"{data}\nlayers: [{{type: pool}}]\n", encoding="utf-8")


def _export() -> None:
    with new_folder(Path("exported")) as folder:
        copy_into(folder, Path("in.csv"), Path("c.yaml"))
        (folder / "card").write_text("about it", encoding="utf-8")


def _eval() -> None:
    texts = LabelledTexts(["a", "bb"], ["long", "short"], "here")
    target = predictions_target(Path("out.csv"), overwrite=Path("old").exists())
    Predictions(target, Decider(ONE, None)).write(texts, of_length(["a", "bb"]))


def _old_predictions() -> None:
    for name in ("out.csv", "old"):
        Path(name).write_text("old", encoding="utf-8")


def _finished_run() -> None:
    Path("run").mkdir()
    Run(Path("run")).update_manifest(status="finished")
    Run(Path("run")).write_metrics("validation", {"loss": 1})


def _metrics() -> None:
    Run(Path("run")).write_metrics("test", {"loss": 2})


def _folds() -> None:
    made_folds(Path(), "x-1")


def _of_runs(*arguments: str) -> Callable[[], None]:
    command, *others = arguments
    return _command("runs", command, "--runs", ".", *others)


_EXISTS = ("already exists",)
CASES = {
    **_predict_cases(),
    "init": Case(_nothing, _command("init", "-o", "out.yaml"), advice=_EXISTS),
    "split": Case(_table, _command("split", "c.yaml", "--to", "splits"), advice=_EXISTS),
    "export": Case(_table, _export, advice=_EXISTS),
    "eval": Case(_nothing, _eval, advice=_EXISTS),
    "eval-overwrite": Case(_old_predictions, _eval),
    "metrics": Case(_finished_run, _metrics),
    "runs-rm": Case(_folds, _of_runs("rm", "x-1", "--yes"), advice=("no run x-1",)),
    "runs-rename": Case(_folds, _of_runs("rename", "x-1", "y"), advice=("no run x-1",)),
    "runs-note": Case(_finished_run, _of_runs("note", "run", "a text")),
}

"""``benchmarks/results.py``: the table of results and its trainings."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from metric_examples import baseline_with, metrics_with

from seqclf.config import Override, load_config, parse_override, write_config
from seqclf.labels import Labels
from seqclf.metrics.calibration import Calibration
from seqclf.metrics.evaluation import SingleLabelEvaluation
from seqclf.metrics.intervals import wilson
from seqclf.metrics.language_model import LanguageModelMetrics, Surprise
from seqclf.metrics.measured import Measured
from seqclf.new_runs import begin_run
from seqclf.runs import FINISHED, Run

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("results", ROOT / "benchmarks" / "results.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _config(folder: Path, name: str, layers: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(
        f"name: {name}\ndata: {{source: table, train: {name[:1]}.csv, test: t.csv}}\nlayers: {layers}\n",
        encoding="utf-8",
    )
    return path


def _run(
    runs: Path, config: Path, seed: int, accuracy: float, baseline: tuple[float, float] | None = None, **changes: Any
) -> Run:
    overrides = [Override(("seed",), seed, ""), *(Override((name,), value, "") for name, value in changes.items())]
    one = load_config(config, overrides)
    run = begin_run(runs, one.name)
    write_config(run.config, one)
    run.write_labels(Labels(("a", "b"), False))
    bounds = {"accuracy_low": accuracy - 0.05, "accuracy_high": accuracy + 0.05}
    metrics = replace(metrics_with(accuracy), evaluation=SingleLabelEvaluation(calibration=Calibration(()), **bounds))
    simple = None if baseline is None else baseline_with(*baseline)
    run.write_metrics("test", Measured("t.csv", metrics, simple).to_json())
    run.saved_model.mkdir()
    (run.saved_model / "saved_model.pb").write_bytes(b"x" * 1_500_000)
    about = {"machine": {"processor": "a processor"}, "versions": {"tensorflow": "2", "keras": "3"}}
    run.update_manifest(status=FINISHED, seed=seed, epochs=2, parameters=1234, wall_seconds=61.4, **about)
    return run


def test_the_table_agrees_with_the_runs(
    results: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configs, runs = tmp_path / "configs", tmp_path / "runs"
    configs.mkdir()
    gru = _config(configs, "a_gru", "[{type: gru, units: 3}]")
    bag = _config(configs, "a_bag", "[{type: pool}]")
    other = _config(configs, "b_gru", "[{type: gru, units: 3}]")
    for seed, accuracy in ((1, 0.9), (2, 0.8), (3, 0.88)):
        _run(runs, gru, seed, accuracy, None if seed == 3 else (0.7, 0.5), training={"baseline": "auto"})
    _run(runs, gru, 4, 0.1, layers=[{"type": "gru", "units": 4}])  # of another form
    _run(runs, bag, 1, 0.75)
    _run(runs, gru, 1, 0.81, name="a_gru-ngrams", layers=[], ngrams={})
    _run(runs, other, 7, 0.5)
    begin_run(runs, "a_gru")  # not finished
    text = results.table(runs, configs)
    rows = {row[0].strip(): row for row in (line.split("|")[1:-1] for line in text.splitlines() if line[:1] == "|")}
    cells = {name: [cell.strip() for cell in row[1:-1]] for name, row in rows.items()}
    interval = "81.00% - 91.00%"
    assert cells["[a_gru](../configs/a_gru.yaml)"] == [
        *("**86.00%**", "80.00% - 90.00%", interval, "50.00%", "70.00%", "75.00%", "81.00%", "+5.0"),
        *("1, 2, 3", "2", "1,234", "61 s", "1.5 MB"),
    ]
    heads = ["test score", "range", "95 % interval", "majority", "linear", "bag", "n-grams", "recurrence adds"]
    assert cells["config"][:8] == heads
    assert cells["[a_bag](../configs/a_bag.yaml)"][:9] == [
        *("**75.00%** (one seed)", "-", "70.00% - 80.00%", "-", "-", "-", "81.00%", "-", "1")
    ]
    assert cells["[b_gru](../configs/b_gru.yaml)"][:8] == [*("**50.00%** (one seed)", "-", "45.00% - 55.00%", *"-----")]
    assert text.splitlines()[-1].startswith("Runs of a processor")
    assert "a_gru-4: another form of a_gru.yaml, left out" in capsys.readouterr().err


def test_the_interval_of_an_older_run_follows_from_its_number_of_texts(results: ModuleType, tmp_path: Path) -> None:
    runs = [_run(tmp_path, _config(tmp_path, "a_gru", "[{type: gru, units: 3}]"), seed, 0.9) for seed in (1, 2)]
    saved = results._tested(runs[0]).metrics
    assert results._interval(runs) == "85.00% - 95.00%"
    for run in runs:
        run.write_metrics("test", Measured("t.csv", replace(saved, evaluation=None)).to_json())
    bounds = wilson(0.9, saved.texts)
    assert results._interval(runs) == f"{bounds.low:.2%} - {bounds.high:.2%}"
    runs[1].write_metrics("test", Measured("t.csv", replace(saved, evaluation=None, weight=7.0)).to_json())
    assert results._interval(runs) == "-", "of weighted texts, their number says too little"


def test_no_table_without_runs(results: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no run"):
        results.table(tmp_path, ROOT / "configs")


def test_existing_runs_are_not_trained_again(
    results: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _config(tmp_path, "a_gru", "[{type: gru, units: 3}]")
    calls: list[list[str]] = []

    def call(command: Sequence[str], check: bool) -> None:
        assert check
        calls.append(list(command[3:]))

    monkeypatch.setattr(results.subprocess, "run", call)
    _run(tmp_path / "runs", config, 2, 0.9)
    results.train([config], tmp_path / "runs", [1, 2])
    assert [call[0] for call in calls] == ["train", "eval"]
    assert calls[0][1:4] == [str(config), "--set", "seed=1"]
    calls.clear()
    results.train([config], tmp_path / "runs", [2], simple="bag")
    assert calls[0].count("--set") == 4 and "layers=[{type: pool}]" in calls[0] and "name=a_gru-bag" in calls[0]
    bag = {"name": "a_gru-bag", "layers": [{"type": "pool"}], "head": []}
    run = _run(tmp_path / "runs", config, 2, 0.5, **bag)
    assert json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))["test"]["accuracy"] == 0.5
    calls.clear()
    results.train([config], tmp_path / "runs", [2], simple="bag")
    assert not calls


def test_n_grams_alone_are_those_of_the_config_or_normalised_ones(results: ModuleType, tmp_path: Path) -> None:
    without = _config(tmp_path, "a_gru", "[{type: gru, units: 3}]")
    without.write_text(without.read_text() + "embedding: {dim: 3, vectors: v.txt}\n")
    with_them = _config(tmp_path, "b_gru", "[{type: gru, units: 3}]\nhead: [{type: highway}]")
    with_them.write_text(
        with_them.read_text() + "ngrams: {orders: [1], dropout: 0.5}\ntraining: {objectives: [{type: adversarial}]}\n"
    )
    found = {}
    for path in (without, with_them):
        for simple in ("ngrams", "bag"):
            settings = [parse_override(setting) for setting in results.settings_of(path, simple)]
            config = load_config(path, settings)
            assert results.kind(config) == simple and results.kind(load_config(path)) is None
            assert config.name == f"{path.stem}-{simple}" and config.head == []
            assert bool(config.training.objectives) == (path == with_them and simple == "bag")
            found[path.stem, simple] = config.ngrams
    assert (found["a_gru", "ngrams"].orders, found["a_gru", "ngrams"].normalize) == ([1, 2], True)
    assert (found["b_gru", "ngrams"].orders, found["b_gru", "ngrams"].normalize) == ([1], False)
    assert found["a_gru", "bag"] is found["b_gru", "bag"] is None


@pytest.mark.parametrize("split", ["test", "validation"])
def test_language_models_have_a_table_of_their_own(split: str, results: ModuleType, tmp_path: Path) -> None:
    configs, runs = tmp_path / "configs", tmp_path / "runs"
    configs.mkdir()
    path = _config(configs, "a_lm", "[{type: lstm, units: 64}]")
    path.write_text(path.read_text() + "task: language_model\n")
    for seed, nats in ((1, 100.0), (2, 120.0)):
        run = begin_run(runs, "a_lm")
        write_config(run.config, load_config(path, [Override(("seed",), seed, "")]))
        metrics = LanguageModelMetrics.of(Surprise(nats, tokens=50, words=10, characters=100), texts=5)
        run.write_metrics(split, {"data": "t.csv", **metrics.to_json()})
        run.onnx.write_bytes(b"x" * 2_000_000)
        epochs = [{"type": "epoch", "tokens": tokens, "seconds": 2.0} for tokens in (1_000, 3_000)]
        run.history.write_text("".join(json.dumps(line) + "\n" for line in [{"type": "steps"}, *epochs]))
        about = {"machine": {"processor": "a processor"}, "versions": {"tensorflow": "2", "keras": "3"}}
        more = {"task": "language_model", "epochs": 2, "parameters": 1234, "wall_seconds": 300.0}
        run.update_manifest(status=FINISHED, seed=seed, **more, **about)
    rows = [line.split("|")[1:-1] for line in results.table(runs, configs).splitlines() if line.startswith("| [")]
    assert [[cell.strip() for cell in row[:-1]] for row in rows] == [
        [
            "[a_lm](../configs/a_lm.yaml)",
            "**1.587**" + " (validation)" * (split == "validation"),
            "9.21",
            "92,390.6",
            "1,000",
        ]
        + ["1, 2", "2", "1,234", "5 min", "2.0 MB"]
    ]


def test_a_run_that_starts_from_another_belongs_to_its_config(results: ModuleType, tmp_path: Path) -> None:
    path = _config(tmp_path, "tuned", "[{type: lstm, units: 3}]")
    path.write_text(path.read_text() + "initialize: imdb-lm\ntokenizer: {max_tokens: 99}\n")
    config = load_config(path)
    completed = {"type": "word", "vocab_size": 77, "max_tokens": 99}
    changes = {"initialize": "/elsewhere/imdb-lm-3", "tokenizer": completed}
    of_the_run = load_config(path, [Override((name,), value, "") for name, value in changes.items()])
    assert results.decisive(of_the_run) == results.decisive(config)
    other = load_config(path, [Override(("initialize",), "/elsewhere/imdb-lm-backward-3", "")])
    assert results.decisive(other) != results.decisive(config)

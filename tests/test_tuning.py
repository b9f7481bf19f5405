"""``seqclf tune``: with Optuna, which is an extra; `make test-extras` runs these tests."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import POOLED, needs_extra, written_config
from searches import search_config, trials_of, tuned

from seqclf.cli import cli
from seqclf.config import load_config, read_config
from seqclf.runs import Run

optuna = needs_extra("tune", "optuna")
pytestmark = pytest.mark.usefixtures("no_saved_models")


@pytest.fixture(scope="module")
def searched(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A config, and a search of nine trials."""
    from trainings import without_saved_models

    path = search_config(tmp_path_factory.mktemp("tune"), sample_csv, training__epochs=1)
    with without_saved_models():
        result = tuned(path, "--trials", 9)
    assert result.exit_code == 0, result.output
    return path, result


def test_the_first_trial_is_the_config_as_it_is(searched: tuple[Path, Result]) -> None:
    path, _ = searched
    first = trials_of(path)[0]
    assert first.params["training.optimizer.learning_rate"] == 1e-3
    assert load_config(Run(Path(first.user_attrs["run"])).config).training.optimizer.rate == 1e-3


def test_each_trial_is_a_run_that_lists_group(searched: tuple[Path, Result]) -> None:
    path, _ = searched
    listed = CliRunner().invoke(cli, ["runs", "list", "--runs", str(path.parent / "runs")]).stdout
    names = {f"small-trial-{number}" for number in range(1, 10)}
    assert names == set(re.findall(r"small-trial-\d+", listed))
    assert len(set(one.user_attrs["run"] for one in trials_of(path))) == 9


def test_best_yaml_is_the_config_with_the_best_values(searched: tuple[Path, Result]) -> None:
    path, result = searched
    best = max((one for one in trials_of(path) if one.state.name == "COMPLETE"), key=lambda one: one.value)
    file = path.parent / "runs" / "small-tune" / "best.yaml"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert written["training"]["batch_size"] == 16, "what the user has set is as before"
    assert json.dumps(written["embedding"]["dim"]) == best.params["embedding.dim"]
    assert written["training"]["optimizer"]["learning_rate"] == pytest.approx(
        best.params["training.optimizer.learning_rate"], rel=0.01
    )
    assert read_config(file).config.name == "small"
    assert f"seqclf train {file}" in result.stdout
    scores = Run(Path(best.user_attrs["run"])).metrics["validation"]
    assert scores["accuracy"] == pytest.approx(best.value)


def test_the_output_has_a_table_pictures_and_importance(searched: tuple[Path, Result]) -> None:
    path, result = searched
    folder = path.parent / "runs" / "small-tune"
    assert (folder / "history.png").read_bytes().startswith(b"\x89PNG")
    assert "learning rate" in result.stdout and "embedding.dim" not in result.stdout.splitlines()[1]
    lines = [line for line in result.stdout.splitlines() if line.startswith("small-trial-")]
    scores = [float(line.split()[1]) for line in lines if "pruned" not in line and "failed" not in line]
    assert scores == sorted(scores, reverse=True)
    if len([one for one in trials_of(path) if one.state.name == "COMPLETE"]) >= 8:
        assert (folder / "importance.png").is_file() and "Importance " in result.stdout


def test_a_model_over_the_limit_does_not_win(sample_csv: Path, tmp_path: Path) -> None:
    dims = {"choices": [4, 5, 64]}
    path = search_config(tmp_path, sample_csv, embedding__dim=dims, training__optimizer={"learning_rate": 0.1})
    result = tuned(path, "--trials", 8, "--max-size", "0.03", "--max-latency", "10000")
    assert result.exit_code == 0, result.output
    best = yaml.safe_load((tmp_path / "runs" / "small-tune" / "best.yaml").read_text(encoding="utf-8"))
    assert best["embedding"]["dim"] in (4, 5)
    large = [one for one in trials_of(path) if one.params["embedding.dim"] == "64"]
    assert large and all(one.value is None and one.user_attrs["why"] == "too large" for one in large)


def test_a_search_whose_models_are_all_over_a_limit_says_so(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=1)
    result = tuned(path, "--trials", 1, "--max-size", "0.000001")
    said = " ".join(result.stderr.split())
    assert result.exit_code == 1 and "all models are beyond the bounds; raise --max-size or --max-latency" in said
    result = tuned(path, "--trials", 1, "--max-latency", "1e-9", "--study", "slow")
    said = " ".join(result.stderr.split())
    assert result.exit_code == 1 and re.search(
        r"all models are beyond the bounds \(at least \d\.\d\d ms\); raise", said
    )


def test_the_best_is_trained_again_on_all_but_the_test_texts(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.data.corpus import Corpus

    path = search_config(tmp_path, sample_csv, data__test=0.2, training__epochs=2)
    result = tuned(path, "--trials", 2, "--refit")
    assert result.exit_code == 0, result.output
    best = max((one for one in trials_of(path) if one.value is not None), key=lambda one: one.value)
    run, trial = Run(tmp_path / "runs" / "small-refit-1"), Run(Path(best.user_attrs["run"]))
    config, before = load_config(run.config), load_config(trial.config)
    assert config.training.optimizer.rate == before.training.optimizer.rate
    assert run.manifest["epochs"] == trial.manifest["best_epoch"] and run.manifest["status"] == "finished"
    corpus, own = Corpus(config), Corpus(before)
    assert len(corpus.texts("train")) == len(own.texts("train")) + len(own.texts("validation"))
    assert list(corpus.texts("test").texts) == list(own.texts("test").texts)
    assert f"seqclf eval --runs {tmp_path / 'runs'} --run small-refit-1" in " ".join(result.stdout.split())
    arguments = ["eval", "--runs", str(tmp_path / "runs"), "--run", "small-refit-1"]
    tested = CliRunner().invoke(cli, arguments)
    assert tested.exit_code == 0 and "on test" in tested.stdout, tested.output
    (tmp_path / "runs" / "small-tune" / "refit.yaml").rename(tmp_path / "again.yaml")
    assert load_config(tmp_path / "again.yaml").training.epochs == run.manifest["epochs"]


def test_what_was_found_as_json(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=1, training__early_stopping={"monitor": "val_loss"})
    result = tuned(path, "--trials", 2, "--json", "--metric", "loss")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["metric"] == "val_loss" and [one["trial"] for one in found["trials"]] == [1, 2]
    assert found["best"]["score"] == min(one["score"] for one in found["trials"]) > 0
    assert set(found["best"]["values"]) == {"embedding.dim", "training.optimizer.learning_rate"}
    assert found["config"] == str(tmp_path / "runs" / "small-tune" / "best.yaml") and found["refit"] is None


def test_a_data_file_gets_a_config_whose_usual_options_are_searched(sample_csv: Path, tmp_path: Path) -> None:
    arguments = ["tune", str(sample_csv), "--trials", "1", "--runs", str(tmp_path), "--set", "training.epochs=1"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "training.optimizer.learning_rate: " in result.stderr and "layers[0].method: " in result.stderr
    (best,) = tmp_path.glob("*-tune/best.yaml")
    assert load_config(best).training.epochs == 1


def test_a_language_model_is_searched_by_its_loss(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("".join(f"line {i} of a long song\n" for i in range(60)), encoding="utf-8")
    values = {
        "name": "lm",
        "task": {"type": "language_model", "tied": False},
        "data": {"source": "text", "train": str(tmp_path / "text.txt"), "documents": "line", "validation": 0.2},
        "tokenizer": {"type": "char", "vocab_size": 50},
        "embedding": {"dim": {"choices": [4, 8]}},
        "layers": [{"type": "gru", "units": 4}],
        "training": {"epochs": 1, "batch_size": 4},
    }
    (path := tmp_path / "lm.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    result = tuned(path, "--trials", 1)
    assert result.exit_code == 0, result.output
    assert re.search(r"trial 1: val_loss \d\.\d+, the best so far \(lm-trial-1\)", result.stderr)


def test_trials_start_from_another_run_with_its_widths(sample_csv: Path, tmp_path: Path) -> None:
    path = search_config(tmp_path, sample_csv, training__epochs=1)
    assert tuned(path, "--trials", 1).exit_code == 0
    origin = tmp_path / "runs" / "small-trial-1"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["name"], values["embedding"] = "other", {"dim": load_config(Run(origin).config).embedding.dim}
    values["training"] |= {"epochs": 1, "optimizer": {"learning_rate": "auto"}}
    values["head"] = [{"type": "dense", "units": 5}]
    values.pop("tokenizer")
    values["initialize"] = {"from": str(origin)}
    (other := tmp_path / "other.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    result = tuned(other, "--trials", 1, "--all")
    assert result.exit_code == 0, result.output
    searched = result.stderr.partition("trial 1")[0]
    assert "embedding.dropout: " in searched and "units" not in searched and "learning_rate" not in searched
    run = Run(tmp_path / "runs" / "other-trial-1")
    assert "initialize" in run.manifest and isinstance(load_config(run.config).training.optimizer.learning_rate, float)


def test_what_is_missing_is_said(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = search_config(tmp_path, sample_csv)
    result = tuned(path)
    assert result.exit_code == 2 and "--time 10m, or --trials 30" in result.stderr
    fixed = written_config(tmp_path, sample_csv, embedding__dropout=0.1)
    result = tuned(fixed, "--trials", 1, "--storage", "nowhere://x")
    assert "not searched (--all searches them, too): embedding.dropout, layers[0].units" in result.stderr
    path = search_config(tmp_path, sample_csv)
    result = tuned(path, "--time", "soon")
    assert result.exit_code == 2 and "such as 90s, 10m or 1h30m" in result.stderr
    result = tuned(path, "--trials", 1, "--study", "../../elsewhere")
    assert result.exit_code == 2 and "Invalid value for --study" in result.stderr and "letters" in result.stderr
    result = tuned(path, "--trials", 1, "--metric", "macro_f2")
    assert result.exit_code == 2 and "did you mean val_macro_f1?" in result.stderr
    result = tuned(path, "--trials", 1, "--storage", "nowhere://x")
    assert result.exit_code == 2 and "such as sqlite:///study.db" in result.stderr
    result = tuned(search_config(tmp_path, sample_csv, data__folds=3, data__fold=1), "--trials", 1)
    assert result.exit_code == 2 and "data.folds: a search compares trials on one split" in result.stderr
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}')
    result = tuned(path, "--trials", 1)
    assert result.exit_code == 2 and "unset TF_CONFIG" in " ".join(result.stderr.split())
    monkeypatch.delenv("TF_CONFIG")
    no_validation = search_config(tmp_path, sample_csv, data__validation=0)
    result = tuned(no_validation, "--trials", 1)
    assert result.exit_code == 2 and "data.validation: a search compares validation scores" in result.stderr
    set_all = written_config(
        tmp_path,
        sample_csv,
        layers=POOLED,
        head=[],
        training__optimizer={"learning_rate": 0.1},
        embedding__word_dropout=0.1,
    )
    result = tuned(set_all, "--trials", 1)
    assert result.exit_code == 2 and "add --all" in result.stderr

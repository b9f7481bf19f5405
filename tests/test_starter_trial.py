"""Trials: a bounded sample, the same validation texts for all, nothing left behind, the best one taken."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import write_csv
from metric_examples import metrics_with, scores_with

from seqclf.cli import cli
from seqclf.cli.trials import _table
from seqclf.config import Config, checked_config, load_config
from seqclf.data.corpus import Corpus
from seqclf.starter import presets, trial
from seqclf.starter.look import Look
from seqclf.starter.recipe import FAMILIES, Recipe, promising, recipe
from seqclf.starter.trial import Candidate, SampledCorpus, texts_to_try, winner
from seqclf.training.events import EpochDone, Stage, TrainingStarted


def _look(rows: int = 1_000, tokens: float = 20.0, **others: object) -> Look:
    lengths = (tokens, tokens, 2 * tokens)
    values: dict[str, object] = {
        "rows": rows,
        "seen": rows,
        "labels": (("a", rows // 2), ("b", rows // 2)),
        "multi": False,
        "words": lengths,
        "distinct_words": 3_000,
        "recurring_words": 1_500,
        "tokens": lengths,
        "characters": tuple(6 * length for length in lengths),
        "uncut_share": 0.0,
    }
    return Look(**(values | others))  # type: ignore[arg-type]


def _config(path: Path, **data: object) -> Config:
    return checked_config(
        {
            "seed": 5,
            "data": {"source": "table", "train": str(path), "validation": 0.25, **data},
            "layers": [{"type": "pool"}],
        }
    )


def _result(name: str, config: Config, accuracy: float | None) -> trial.Result:
    metrics = None if accuracy is None else metrics_with(accuracy, macro_f1=1 - accuracy)
    return trial.Result(Candidate(name, config), metrics, 1.0, 1, 50)


def test_a_sample_is_stratified_and_all_candidates_see_the_same(tmp_path: Path) -> None:
    rows = [(f"text {i}", "rare" if i % 100 == 7 else "ab"[i % 2]) for i in range(800)]
    config = _config(write_csv(tmp_path / "t.csv", [("text", "label"), *rows]))
    corpus, again = SampledCorpus(config, 60), SampledCorpus(config, 60)
    for split in ("train", "validation"):
        texts = corpus.texts(split)
        assert len(texts) in range(60, 64)
        assert list(texts.texts) == list(again.texts(split).texts)
        assert set(texts.texts) < set(Corpus(config).texts(split).texts)
        counts = Counter(texts.labels)
        assert counts["rare"] >= 1
        assert abs(counts["a"] - counts["b"]) <= 2
        assert corpus.fingerprint(split) == again.fingerprint(split) != Corpus(config).fingerprint(split)
    assert list(SampledCorpus(config, 10_000).texts("train").texts) == list(Corpus(config).texts("train").texts)


def test_labels_of_a_sample_are_those_of_all_texts(tmp_path: Path) -> None:
    import json

    lines = [
        json.dumps({"text": f"text {i}", "label": ["a", "rare"] if i == 3 else ["b"][: i % 2]}) for i in range(300)
    ]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    config = _config(path)
    assert SampledCorpus(config, 10).labels() == Corpus(config).labels()


def test_the_winner_is_the_best_by_the_metric_that_training_watches(tmp_path: Path) -> None:
    config = _config(tmp_path / "t.csv")
    results = [_result("a", config, 0.7), _result("b", config, 0.9), _result("c", config, None)]
    assert winner(results, "accuracy") is results[1]
    assert winner(results, "macro_f1") is results[0]
    assert winner([results[0], _result("level", config, 0.7)], "accuracy") is results[0]
    quick = replace(_result("quick", config, 0.7), seconds=results[0].seconds / 2)
    assert winner([results[0], quick], "accuracy") is quick, "the fastest of equal ones"
    marked = [line for line in _table([results[0], quick], "accuracy", None) if line.endswith("*")]
    assert [line.split()[0] for line in marked] == ["quick"]
    assert winner(results[2:], "accuracy") is None


def test_a_trial_is_bounded_by_texts_and_tokens() -> None:
    assert texts_to_try(_look(300)) == 300
    assert texts_to_try(_look(100_000)) == 5_000
    assert texts_to_try(_look(100_000, 500.0)) == 2_000
    assert texts_to_try(_look(100_000, 50_000.0)) == 1_000


@pytest.mark.parametrize("look", [_look(300), _look(20_000, 300.0), _look(5_000, multi=True), _look(uncut_share=0.5)])
def test_the_recipe_of_the_rule_is_tried_first_with_two_others(look: Look) -> None:
    tried = promising(look)
    assert len({one.family for one in tried}) == 3
    assert tried[0] == recipe(look)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("look", [_look(100, 4.0), _look(30_000, 900.0), _look(uncut_share=0.9)])
def test_every_recipe_is_a_valid_config(look: Look, family: str) -> None:
    made: Recipe = recipe(look, family)  # type: ignore[arg-type]
    config = checked_config({"data": {"source": "sample"}, **made.sections()})
    assert config.tokenizer.max_tokens <= 1_024
    assert config.training.early_stopping is not None


def test_what_the_texts_are_like_decides() -> None:
    assert recipe(_look(tokens=100.0)).tokenizer["max_tokens"] == 208
    assert recipe(_look(tokens=5_000.0)).tokenizer["max_tokens"] == 1_024
    even, uneven = recipe(_look()), recipe(_look(labels=(("a", 900), ("b", 100))))
    assert "class_weights" not in even.training
    assert uneven.training["class_weights"] == "balanced"
    few, many = _look(900, labels=(("a", 800), ("b", 100))), _look(20_000, labels=(("a", 15_000), ("b", 5_000)))
    monitors = [recipe(one).training["early_stopping"]["monitor"] for one in (few, many, _look(20_000, multi=True))]
    assert monitors == ["val_loss", "val_macro_f1", "val_micro_f1"], "F1 of few texts depends on chance"
    assert recipe(_look(uncut_share=0.5)).tokenizer["type"] == "char"
    assert (recipe(_look(6_000)).name, recipe(_look(20_000, 300.0)).name) == ("gru+ngrams", "bag+ngrams")
    assert recipe(_look(500)).name == "bag+ngrams"
    assert (recipe(_look(), "lstm").name, recipe(_look(), "ngrams").name) == ("lstm", "ngrams")


def test_the_table_of_n_grams_is_bounded_whatever_the_labels_are() -> None:
    def ngrams(**others: object) -> dict[str, object]:
        return dict(recipe(_look(**others)).ngrams or {})  # type: ignore[arg-type]

    assert ngrams(rows=100, tokens=4.0)["buckets"] == 2**14
    large = ngrams(rows=100_000, tokens=200.0)
    assert large == {
        "orders": [1, 2, 3],
        "buckets": 2**20,
        "weights": "naive_bayes_idf",
        "normalize": True,
        "l2": 0.03,
        "refit": True,
        "dropout": 0.5,
    }
    assert "refit" not in ngrams(validation=True), "these may be reserved for validation"
    many = tuple((f"label {i}", 10) for i in range(1_000))
    wide = ngrams(rows=100_000, tokens=200.0, labels=many)
    assert wide["buckets"] == 2**13
    alone = recipe(_look(500), "ngrams").ngrams or {}
    assert (alone["orders"], alone["words"]) == ([1, 2], True)
    assert "words" not in (recipe(_look(500, uncut_share=0.5), "ngrams").ngrams or {}), "it reads runs of characters"
    assert "dropout" not in alone, "there is no network to train alongside it"


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two candidates that train in a moment, and the folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(trial, "SECONDS", 0.2)
    monkeypatch.setattr(presets, "promising", lambda look: tuple(recipe(look, kind) for kind in ("bag", "conv")))
    return folder


def test_init_tries_models_and_writes_the_best(sample_csv: Path, tmp_path: Path, quick: Path) -> None:
    config = tmp_path / "c.yaml"
    made = _call("init", "--from", str(sample_csv), "--try", "-o", str(config))
    assert made.exit_code == 0, made.output
    lines = made.stderr.splitlines()
    assert any(line.startswith("Trying bag and conv on 200 texts; this takes up to ") for line in lines)
    table = [line.split() for line in lines if line.startswith(("model ", "bag ", "conv "))]
    assert table[0] == ["model", "accuracy", "macro", "F1", "epochs", "time", "best"]
    linear = next(line.split() for line in lines if line.startswith("linear model "))
    assert 0.5 <= float(linear[2]) <= 1
    best = next(row[0] for row in table if row[-1] == "*")
    scores = {row[0]: float(row[1]) for row in table[1:]}
    assert scores[best] == max(scores.values())
    assert f"model: {best} (best of 2 in a trial on 200 texts)" in made.stderr
    kinds = [layer["type"] for layer in yaml.safe_load(config.read_text(encoding="utf-8"))["layers"]]
    assert kinds == {"bag": ["pool"], "conv": ["conv1d", "pool"]}[best]
    assert not list(quick.iterdir())


@pytest.mark.usefixtures("no_saved_models")
def test_train_tries_presets_for_a_config_and_trains_the_best(sample_csv: Path, tmp_path: Path, quick: Path) -> None:
    config = tmp_path / "c.yaml"
    text = "\n".join(
        [
            "name: mine",
            "seed: 11",
            f"data: {{source: table, train: {sample_csv}, validation: 0.3, test: 0.1}}",
            "layers: [{type: lstm, units: 4}]",
        ]
    )
    config.write_text(text, encoding="utf-8")
    runs = tmp_path / "runs"
    trained = _call("train", str(config), "--presets", "--runs", str(runs), "--set", "training.epochs=1")
    assert trained.exit_code == 0, trained.output
    kept = load_config(runs / "mine-1" / "config.yaml")
    assert (kept.seed, kept.data.validation, kept.training.epochs) == (11, 0.3, 1)
    assert [layer.short_name for layer in kept.layers][-1] == "pool"
    assert load_config(runs / "mine-1" / "starter.yaml").layers == kept.layers
    assert len(list(runs.iterdir())) == 1


def test_ctrl_c_in_a_trial_leaves_nothing_behind(
    sample_csv: Path, tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(watch: object, event: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trial._Watch, "__call__", interrupt)
    config = tmp_path / "c.yaml"
    stopped = _call("init", "--from", str(sample_csv), "--try", "-o", str(config))
    assert stopped.exit_code == 130
    assert not config.exists()
    assert not list(quick.iterdir())


@pytest.mark.parametrize(("linear", "said"), [(0.95, True), (0.81, False), (0.5, False)])
def test_a_linear_model_ahead_of_all_is_reported(
    linear: float, said: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from seqclf.cli.trials import _say_where_linear_is_ahead

    best = trial.Result(Candidate("a", _config(tmp_path / "t.csv")), metrics_with(0.8), 1.0, 1, 500)
    _say_where_linear_is_ahead(best, "accuracy", scores_with(linear))
    assert ("The linear model is 15.0 points ahead of all of them" in capsys.readouterr().err) == said


def test_preparation_does_not_count_as_training_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fit of n-grams may take long on a busy machine; the model is tried anyway."""
    now = iter([0.0, 1_000.0, 1_001.0, 2_000.0])
    monkeypatch.setattr(trial.time, "monotonic", lambda: next(now))
    watch = trial._Watch(60.0)
    watch(Stage("Fitting n-grams"))
    watch(TrainingStarted("texts", 9, 90, 10, 1_000, False))
    done = EpochDone(1, 0.5, 0.5, metrics_with(0.7), True, 100, 1.0, 0.1)
    watch(done)
    assert (watch.best, watch.texts) == (metrics_with(0.7), 10)
    with pytest.raises(trial._Enough):
        watch(replace(done, epoch=2))

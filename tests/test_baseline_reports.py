"""The comparison of a run with its baseline, and the advice."""

from __future__ import annotations

import dataclasses
import shlex

import pytest
from baseline_examples import config_with
from metric_examples import baseline_with, metrics_with, scores_with

from seqclf.baseline.comparison import (
    Comparison,
    against_baseline,
    description,
    lead,
    points_behind,
    reported_score,
    warning,
    what_to_try,
)
from seqclf.runs import Run


def test_the_score_that_is_compared() -> None:
    assert reported_score(config_with(), multi=False) == "accuracy"
    assert reported_score(config_with(), multi=True) == "micro_f1"
    macro = config_with(training__early_stopping={"monitor": "val_macro_f1"})
    assert reported_score(macro, multi=True) == reported_score(macro, multi=False) == "macro_f1"
    balanced = config_with(training__class_weights="balanced")
    assert [reported_score(balanced, multi=multi) for multi in (False, True)] == ["macro_f1", "micro_f1"]


def test_the_comparison_shown_with_a_score() -> None:
    assert against_baseline(0.896, 0.8712) == "linear baseline 0.8712, +2.5"
    assert against_baseline(0.86, 0.8712) == "linear baseline 0.8712, -1.1"
    assert against_baseline(0.8711, 0.8712) == "linear baseline 0.8712, +0.0"
    assert lead(metrics_with(0.896), baseline_with(0.8712), "accuracy") == "this run is 2.5 points ahead"
    assert lead(metrics_with(0.86), baseline_with(0.8712), "accuracy") == "this run is 1.1 points behind"
    assert lead(metrics_with(0.87), baseline_with(0.87), "accuracy") == "this run is level with it"
    said = "Baselines on validation: most frequent label accuracy 0.5000, linear model 0.8712"
    assert description(baseline_with(0.8712), "accuracy", "validation") == said
    sampled = baseline_with(0.8712, all_training_texts=12_345, all_texts=2_000)
    assert description(sampled, "accuracy", "validation") == (
        f"{said} (fitted on a sample of 900 of 12,345 texts, scored on a sample of 100 of 2,000)"
    )


def test_the_linear_model_does_not_read_the_columns_beside_the_text() -> None:
    """Every sentence that compares it with a network that does says so."""
    said = description(baseline_with(0.8712), "accuracy", "validation", text_alone=True)
    assert said.endswith("linear model of the text alone 0.8712")
    message = warning(config_with(data__extra={"price": "number"}), Comparison("accuracy", 0.6, 0.87, 100))
    assert message is not None
    assert message.startswith("a linear model of n-grams of the text alone is ahead of this network by 27.0 points")


def test_behind_is_more_than_chance() -> None:
    # One standard error of 0.9 on 100 texts is 0.03.
    assert points_behind(0.9, 0.929, 100) is None
    assert points_behind(0.9, 0.931, 100) == pytest.approx(3.1)
    assert points_behind(0.9, 0.91, 10_000) == pytest.approx(1.0)
    assert points_behind(0.9, 0.8, 10_000) is None
    assert points_behind(0.0, 0.5, 10) == 50 and points_behind(1.0, 1.0, 10) is None


def test_a_run_is_compared_by_the_reported_score() -> None:
    several = metrics_with(0.5, multi=True, micro_f1=0.7)
    baseline = dataclasses.replace(baseline_with(0.6), linear=scores_with(0.4, multi=True, micro_f1=0.8))
    assert Comparison.of(config_with(), several, baseline) == Comparison("micro_f1", 0.7, 0.8, 100)
    one = metrics_with(0.5, macro_f1=0.7)
    assert Comparison.of(config_with(), one, baseline_with(0.6)) == Comparison("accuracy", 0.5, 0.6, 100)


def test_the_warning_says_by_how_much_and_what_to_try() -> None:
    config = config_with(layers=[{"type": "lstm", "units": 4}])
    message = warning(config, Comparison("accuracy", 0.6, 0.87, 100))
    assert message is not None
    assert message.startswith(
        "a linear model of n-grams is ahead of this network by 27.0 points of validation accuracy "
        "(0.8700 against 0.6000). What to try, in this order (docs/training.md says why):\n  1. "
    )
    places = [message.index(word) for word in ("method: [mean, max]", "vocab_size", "word_dropout", "epochs", "ngrams")]
    assert places == sorted(places)
    assert warning(config, Comparison("accuracy", 0.88, 0.87, 100)) is None


def test_frozen_vectors_are_the_first_suspects() -> None:
    layers = [{"type": "lstm", "units": 4}]
    frozen = config_with(layers=layers, embedding={"vectors": "v.txt", "trainable": False})
    first, *others = what_to_try(frozen, file="c.yaml")
    assert first.endswith("seqclf train c.yaml --set embedding.trainable=true")
    assert others == what_to_try(config_with(layers=layers), file="c.yaml")


def test_what_the_config_has_is_not_advised() -> None:
    best = config_with(
        layers=[{"type": "gru", "units": 4}, {"type": "pool", "method": ["mean", "max"]}],
        tokenizer__vocab_size=20_000,
        embedding__word_dropout=0.1,
        training__early_stopping={"patience": 8},
        ngrams={"normalize": True, "words": True},
    )
    assert what_to_try(best) == []
    alone = config_with(layers=[], head=[], ngrams={})
    (step,) = what_to_try(alone, file="c.yaml")
    assert step.endswith("--set ngrams.normalize=true --set ngrams.weights=naive_bayes_idf --set ngrams.l2=0.01")
    (step,) = what_to_try(config_with(layers=[], head=[], ngrams={"normalize": True}), file="c.yaml")
    assert step.endswith("--set ngrams.words=true")
    assert "vocab_size" not in "; ".join(what_to_try(config_with(tokenizer={"type": "byte"})))
    plain = config_with(layers=[{"type": "lstm", "units": 4}])
    assert "vocab_size" in "; ".join(what_to_try(plain, vocabulary=300))
    assert "vocab_size" not in "; ".join(what_to_try(plain, vocabulary=299)), "it is not full"
    assert what_to_try(plain, more_epochs="seqclf train --resume runs/x-1 --epochs 4") == [
        "more training.epochs: the last one was the best: seqclf train --resume runs/x-1 --epochs 4",
        *(step for step in what_to_try(plain) if not step.startswith("more training.epochs")),
    ]


def test_commands_are_complete() -> None:
    from seqclf.config import parse_override

    config = config_with(layers=[{"type": "lstm", "units": 4}])
    steps = what_to_try(config, more_epochs="seqclf train --resume x-1 --epochs 4", file="my runs/c.yaml")
    commands = [shlex.split(step[step.index("seqclf train") :]) for step in steps if "seqclf train" in step]
    assert ["seqclf", "train", "my runs/c.yaml", "--set", "ngrams={}"] in commands
    assert commands[0] == ["seqclf", "train", "--resume", "x-1", "--epochs", "4"]
    for command in commands[1:]:
        assert all(parse_override(setting).path for setting in command[4::2])


def test_a_model_card_has_the_simple_models(binary_run: Run) -> None:
    from seqclf.config import load_config
    from seqclf.export.card import About, model_card

    run = binary_run
    card = model_card(
        About(run.name, load_config(run.config), run.labels, run.manifest, run.measured("validation", "test")),
        "onnx",
    )
    validation = run.metrics["validation"]
    network, linear, majority = (line for line in card.splitlines() if line.startswith("| validation"))
    assert f" {validation['texts']:,} | {validation['accuracy']:.4f} (" in network, "and its interval"
    for line, model in ((linear, "linear"), (majority, "majority")):
        assert f" {validation['texts']:,} | {validation['baseline'][model]['accuracy']:.4f} |" in line


@pytest.mark.parametrize(
    ("network", "line"), [(0.95, "+5.0), loss 0.3000"), (0.8, "-10.0), loss 0.3000")], ids=["ahead", "behind"]
)
def test_train_s_last_lines(network: float, line: str, binary_run: Run) -> None:
    from seqclf.cli.against_baseline import advises, behind, scores_line
    from seqclf.training.options import Outcome

    validation = metrics_with(network, loss=0.3)
    outcome = Outcome("finished", 2, validation, 1.0, baseline_with(0.9))
    assert scores_line(config_with(), validation, outcome.baseline) == (
        f"accuracy {network:.4f} (linear baseline 0.9000, {line}"
    )
    assert scores_line(config_with(), validation, None) == f"accuracy {network:.4f}, loss 0.3000"
    macro = config_with(training__early_stopping={"monitor": "val_macro_f1"})
    assert scores_line(macro, validation, None).startswith(f"macro F1 {network:.4f}, accuracy")
    warned = behind(config_with(), outcome, binary_run.folder)
    assert (warned is None) == (network > 0.9)
    if warned is not None:
        resumed = f"seqclf train --resume {binary_run.folder} --epochs 7"
        assert f"the last one was the best: {resumed}" in warned, "the second of two"
        assert advises(warned) and not advises(None) and not advises("a linear model is ahead")
        planned = behind(config_with(training__schedule={"type": "cosine"}), outcome, binary_run.folder)
        assert planned is not None and f"best: seqclf train {binary_run.config} --set training.epochs=7" in planned
        assert behind(config_with(), dataclasses.replace(outcome, status="interrupted"), binary_run.folder) is None


@pytest.mark.parametrize(
    ("tokenizer", "helps"),
    [
        ({"type": "subword"}, True),
        ({"type": "subword_file", "file": "vocab.txt"}, True),
        ({"type": "word"}, False),
        ({"type": "char"}, False),
        ({"type": "char", "ngram": 3}, False),
        ({"type": "byte"}, False),
    ],
    ids=str,
)
def test_whole_words_help_where_tokens_are_pieces_of_words(tokenizer: dict[str, str], helps: bool) -> None:
    ngrams = {"normalize": True, "weights": "naive_bayes_idf"}
    cures = what_to_try(config_with(tokenizer=tokenizer, ngrams=ngrams))
    assert any("whole words" in cure for cure in cures) == helps
    assert not any("whole words" in cure for cure in what_to_try(config_with(tokenizer=tokenizer)))

"""Labels judged by the networks of a config, one for each fold."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import POOLED, small_config, write_csv
from suspect_texts import FLIPPED, config_of, places_of, read_config, sentiments

from seqclf.config import Config, checked_config, load_config
from seqclf.errors import InputError
from seqclf.runs import INTERRUPTED, Run
from seqclf.suspects.find import find_suspects
from seqclf.suspects.network import Networks
from seqclf.training.options import Callbacks, Outcome, TrainOptions

pytestmark = pytest.mark.usefixtures("own_cache")


def test_networks_judge_every_text(tmp_path: Path, no_saved_models: None) -> None:
    path = write_csv(tmp_path / "train.csv", [("text", "label"), *sentiments(), ("lonely", "rare")])
    config = checked_config(
        small_config(
            data__train=str(path), data__validation=0, data__test=None, layers=POOLED, embedding={"dim": 16},
            training__epochs=30, training__optimizer={"type": "adam", "learning_rate": 0.03}, training__baseline=False,
        )
    )  # fmt: skip
    said: list[str] = []
    found = find_suspects(config, Networks(config, TrainOptions()), folds=2, say=said.append)
    assert found.unknown == {"rare": 1}
    assert found.agreement > 0.8
    assert len(set(places_of(found)[:8]) & set(FLIPPED)) >= 4
    assert any(line.startswith("Training 2 networks on about") for line in said)
    assert len(list((tmp_path / "cache" / "suspects").iterdir())) == 2  # the probabilities; the runs are gone


def test_the_network_of_a_fold_is_not_fitted_to_the_texts_that_it_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import seqclf.training.session as session

    trained: list[Config] = []

    def train_new(config: Config, runs: Path, options: TrainOptions, *_: Any) -> Any:
        assert not options.report  # nobody would see it
        trained.append(config)
        raise InputError("enough")

    monkeypatch.setattr(session, "train_new", train_new)
    rows = [(text, label, "1.5", "7") for text, label in sentiments()]
    path = write_csv(tmp_path / "train.csv", [("review", "stars", "w", "price"), *rows])
    config = checked_config(
        small_config(
            data__train=str(path), data__text="review", data__label="stars", data__weight="w", data__test=None,
            data__extra={"price": "number"}, ngrams={"refit": True}, training__baseline="auto",
        )
    )  # fmt: skip
    with pytest.raises(InputError, match="enough"):
        find_suspects(config, Networks(config))
    (of_fold,) = trained
    assert of_fold.ngrams is not None and not of_fold.ngrams.refit and of_fold.training.baseline is False
    data = of_fold.data
    assert (data.columns().text, data.columns().label, data.columns().weight) == ("review", "stars", "w")
    assert data.columns().extra == {"price": "number"} and data.parts()["test"] is None
    assert of_fold.layers == config.layers and of_fold.seed == config.seed


def test_the_networks_of_folds_read_the_unlabelled_texts(tmp_path: Path, no_saved_models: None) -> None:
    """Without those that are equal to a text that the network judges."""
    path = write_csv(tmp_path / "train.csv", [("text", "label"), *sentiments()])
    more, objectives = tmp_path / "more.txt", [{"type": "entropy", "texts": "unlabelled"}]
    more.write_text(f"{sentiments()[0][0]}\na film of others\n", encoding="utf-8")

    def networks() -> Networks:
        training = {"epochs": 1, "baseline": False, "unlabelled_batch_size": 2, "objectives": objectives}
        data = {"data__train": str(path), "data__unlabelled": str(more), "data__validation": 0, "data__test": None}
        return Networks(checked_config(small_config(layers=POOLED, training=training, **data)))

    said: list[str] = []
    judge = replace(networks(), callbacks=Callbacks(listen=lambda event: said.append(str(event))))
    assert find_suspects(judge.config, judge, folds=2).agreement > 0
    counts = [re.search(r"Encoding (\d) unlabelled", line) for line in said]
    assert sorted(found[1] for found in counts if found) == ["1", "2"]
    before = judge.key
    more.write_text("another film\n", encoding="utf-8")
    assert networks().key != before


def test_an_interrupted_network_leaves_nothing_but_finished_folds(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import seqclf.training.session as session

    def train_new(config: Config, runs: Path, *_: Any) -> Any:
        runs.mkdir()
        return Run(runs / "fold-1"), Outcome(INTERRUPTED, None, None, 1.0)

    monkeypatch.setattr(session, "train_new", train_new)
    config = read_config(tmp_path, sentiments())
    with pytest.raises(KeyboardInterrupt):
        find_suspects(config, Networks(config))
    assert not list((own_cache / "suspects").iterdir())


def test_folds_of_other_vectors_or_starts_are_not_taken_over(tmp_path: Path) -> None:
    vectors, run = tmp_path / "vectors.txt", Run(tmp_path / "start-1")
    run.folder.mkdir()
    vectors.write_text("good 1 2\n", encoding="utf-8")
    model = Networks(
        checked_config(
            small_config(
                data__train="x.csv", embedding={"dim": 2, "vectors": str(vectors)}, initialize={"from": str(run.folder)}
            )
        )
    )
    keys = [model.key, model.key]
    vectors.write_text("good 1 25\n", encoding="utf-8")
    keys.append(model.key)
    run.model.write_bytes(b"weights")
    keys.append(model.key)
    assert keys[0] == keys[1] and len(set(keys)) == 3


def test_a_start_from_a_classifier_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path / "old-1")
    run.folder.mkdir()
    (run.folder / "manifest.json").write_text(json.dumps({"status": "finished"}), encoding="utf-8")
    config = load_config(config_of(tmp_path, train="x.csv"))
    started = checked_config(small_config(initialize={"from": str(run.folder)}, data__train="x.csv"))
    with pytest.raises(InputError, match="is a classifier, which may have been trained on the labels"):
        Networks(started).check()
    Networks(config).check()

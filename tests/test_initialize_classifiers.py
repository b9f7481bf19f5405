"""Classifiers that go on from classifiers: other labels, other columns, a larger vocabulary."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained, write_csv
from extra_examples import offers_config
from origins import initialized, padded, untrained_run
from trainings import Killed, killed_after, result

from seqclf.config import checked_config, load_config
from seqclf.data.prepare import prepare
from seqclf.labels import Labels
from seqclf.model.encoder import EMBEDDING
from seqclf.model.language_model import OutputWeights
from seqclf.new_runs import begin_run
from seqclf.runs import Run
from seqclf.text.kinds import load_tokenizer
from seqclf.training.initialize.start import start_of
from seqclf.training.initialize.words import Account
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.train import train

pytestmark = pytest.mark.usefixtures("no_saved_models")

TEXTS = padded([[5], [7, 3, 9, 4, 2, 8, 6], [11, 12, 13]], extra=1)
LAYERS: list[dict[str, Any]] = [{"type": "gru", "units": 5}, {"type": "pool"}]
HEAD: list[dict[str, Any]] = [{"type": "dense", "units": 4}, {"type": "dropout", "rate": 0.1}]


def _table(folder: Path, labels: list[str], word: str = "thing") -> Path:
    rows = [(f"the {word} {i} is {label} and {word}", label) for i in range(24) for label in labels]
    return write_csv(folder / f"{'_'.join(labels)}_{word}.csv", [("text", "label"), *rows])


def _config(table: Path, **changes: Any) -> dict[str, Any]:
    return small_config(**{"data__train": str(table), "layers": LAYERS, "head": HEAD, **changes})


def _on(origin: Run, table: Path, **changes: Any) -> dict[str, Any]:
    """The same model, starting from a run."""
    values = _config(table, initialize={"from": str(origin.folder)}, **changes)
    values["tokenizer"] = {"max_tokens": 12} | changes.get("tokenizer", {})
    return values


def _account(values: dict[str, Any]) -> Account:
    start = start_of(checked_config(values), Path("none"))
    assert start is not None
    data = prepare(start.config)
    return Account(start, data.tokenizer, data.labels)


@pytest.mark.parametrize("labels", [["bad", "good"], ["bad", "fine", "good"]], ids=len)
def test_with_the_same_labels_the_answers_are_the_same(labels: list[str], tmp_path: Path) -> None:
    table = _table(tmp_path, labels)
    origin = untrained_run(_config(table), tmp_path, model=True)
    model, [source] = initialized(_on(origin, table))
    np.testing.assert_allclose(model(TEXTS, training=False), source(TEXTS, training=False), atol=1e-6)
    account = _account(_on(origin, table))
    assert account.taken == ["tokenizer", "embedding", "layers[0] (gru)", "head[0] (dense)", "output layer"]
    assert account.fresh == []
    assert len(account.sentences()) == 1


def test_known_labels_keep_their_odds_and_new_ones_are_named(tmp_path: Path) -> None:
    origin = untrained_run(_config(_table(tmp_path, ["bad", "good", "odd"])), tmp_path, model=True)
    table = _table(tmp_path, ["good", "bad", "new"])
    model, [source] = initialized(_on(origin, table))
    before, after = (np.array(one(TEXTS, training=False)) for one in (source, model))
    own = prepare(checked_config(_config(table))).labels
    places = [[list(labels).index(name) for name in ("bad", "good")] for labels in (origin.labels, own)]
    odds = [np.divide(*chances[:, place].T) for chances, place in zip((before, after), places, strict=True)]
    np.testing.assert_allclose(odds[1], odds[0], rtol=1e-4)
    account = _account(_on(origin, table))
    assert account.sentences()[1:] == [
        'New labels, which start as the mean of the known ones: "new"',
        'Labels that the new texts do not have, and the model loses: "odd"',
        "To keep them, train on old and new texts together: data.train: "
        f"[{tmp_path / 'bad_good_odd_thing.csv'}, {tmp_path / 'good_bad_new_thing.csv'}]",
    ]
    assert (account.as_json()["new_labels"], account.as_json()["dropped_labels"]) == (["new"], ["odd"])


def test_without_a_common_label_the_output_layer_starts_fresh(tmp_path: Path) -> None:
    origin = untrained_run(_config(_table(tmp_path, ["bad", "good"])), tmp_path, model=True)
    values = _on(origin, _table(tmp_path, ["left", "right"]))
    account = _account(values)
    assert account.fresh == ["output layer"]
    assert not account.new_labels and not account.dropped_labels
    model, [source] = initialized(values)
    assert not np.any(model.get_layer("logits").bias)
    np.testing.assert_array_equal(model.get_layer("head_0_dense").kernel, source.get_layer("head_0_dense").kernel)


@pytest.mark.parametrize(
    "changes",
    [
        {"head": [{"type": "dense", "units": 7}]},
        {"layers": [LAYERS[0], {"type": "lstm", "units": 5}], "head": HEAD},
        {"layers": [LAYERS[0], {"type": "pool", "method": "attention"}], "head": HEAD},
    ],
    ids=["another head", "one more layer", "a pool with weights"],
)
def test_what_reads_other_vectors_starts_fresh(changes: dict[str, Any], tmp_path: Path) -> None:
    table = _table(tmp_path, ["bad", "good"])
    origin = untrained_run(_config(table), tmp_path)
    account = _account(_on(origin, table, **changes))
    assert account.fresh[-2:] == ["head[0] (dense)", "output layer"]
    assert "output layer" not in account.taken


@pytest.mark.parametrize("head", [[], HEAD], ids=["no head", "head"])
@pytest.mark.parametrize("join", ["logits", "head"])
def test_columns_and_scores_beside_the_text_keep_the_rows_that_both_have(
    head: list[dict[str, Any]], join: str, offers_csv: Path, tmp_path: Path
) -> None:
    """Without the column that only one of the models has, both give the same answers."""
    ngrams = {"buckets": 64, "join": join}
    price = offers_config(offers_csv, layers=LAYERS, head=head)
    price["data"]["extra"] = {"price": "number"}
    origin = untrained_run(price, tmp_path, model=True)
    both = offers_config(offers_csv, layers=LAYERS, head=head, ngrams=ngrams, initialize=str(origin.folder))
    both["data"]["extra"] = {"country": "category", "price": "number"}
    model, [source] = initialized(both)
    first = "head_0_dense" if head else ("network_logits" if join == "logits" else "logits")
    mine, its = (
        np.array(one.get_layer(name).kernel) for one, name in ((model, first), (source, first if head else "logits"))
    )
    text = 5
    np.testing.assert_array_equal(mine[:text], its[:text])
    extra = prepare(start_of(checked_config(both), tmp_path).config).extra  # type: ignore[union-attr]
    assert extra is not None
    countries, prices = (column.width for column in extra.columns)
    np.testing.assert_array_equal(mine[text + countries :][:prices], its[text:])
    assert not np.isin(mine[text : text + countries], its).any()


def test_the_same_columns_beside_the_text_are_taken_as_a_whole(offers_csv: Path, tmp_path: Path) -> None:
    values = offers_config(offers_csv, layers=LAYERS, head=[{"type": "highway"}, *HEAD])
    origin = untrained_run(values, tmp_path, model=True)
    again = _account(values | {"initialize": str(origin.folder)})
    assert again.fresh == ["head[0] (highway)", "head[1] (dense)", "output layer"], "highway mixes all of its inputs"
    dense = offers_config(offers_csv, layers=LAYERS, head=HEAD)
    origin = untrained_run(dense, tmp_path, model=True)
    model, [source] = initialized(dense | {"initialize": str(origin.folder)})
    for mine, its in zip(model.get_weights(), source.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


class TestGrowth:
    """A tokenizer with further tokens."""

    @pytest.fixture
    def origin(self, tmp_path: Path) -> Run:
        values = _config(
            _table(tmp_path, ["bad", "good"]), layers=POOLED, tokenizer={"type": "word", "vocab_size": 400}
        )
        return untrained_run(values, tmp_path, model=True)

    def _grown(self, origin: Run, tmp_path: Path) -> dict[str, Any]:
        values = _on(origin, _table(tmp_path, ["bad", "good"], word="gadget"), layers=POOLED)
        values["initialize"]["tokenizer"] = "grow"
        return values

    def test_old_ids_and_vectors_stay_and_new_ones_are_their_mean(self, origin: Run, tmp_path: Path) -> None:
        values = self._grown(origin, tmp_path)
        before = load_tokenizer(origin.tokenizer)
        account = _account(values)
        size = before.vocabulary_size
        assert account.tokenizer.pieces[:size] == before.pieces
        assert "gadget" in account.tokenizer.pieces[size:]
        assert account.taken[0] == f"tokenizer ({account.tokenizer.vocabulary_size - size} new token)"
        model, [source] = initialized(values)
        mine, its = (np.array(one.get_layer(EMBEDDING).embeddings) for one in (model, source))
        np.testing.assert_array_equal(mine[:size], its)
        np.testing.assert_allclose(mine[size:], np.tile(its[1:].mean(axis=0), (len(mine) - size, 1)), atol=1e-6)
        np.testing.assert_allclose(model(TEXTS, training=False), source(TEXTS, training=False), atol=1e-6)

    def test_a_language_model_keeps_its_end_of_text(self, tmp_path: Path) -> None:
        from language_models import lm_config

        table = _table(tmp_path, ["bad", "good"])
        words = {"type": "word", "vocab_size": 400}
        origin = untrained_run(lm_config(table, {"tied": False}, tokenizer=words), tmp_path, model=True)
        grown = {"from": str(origin.folder), "tokenizer": "grow"}
        other = _table(tmp_path, ["bad", "good"], word="gadget")
        model, [source] = initialized(lm_config(other, {"tied": False}, tokenizer={}, initialize=grown))
        mine, its = OutputWeights.of(model), OutputWeights.of(source)
        assert mine.bias.shape[0] > its.bias.shape[0]
        for new, old in zip(mine, its, strict=True):
            np.testing.assert_array_equal(np.array(new)[-1], np.array(old)[-1])
            np.testing.assert_array_equal(np.array(new)[: old.shape[0] - 1], np.array(old)[:-1])

    def test_a_stopped_training_has_grown_once(self, origin: Run, tmp_path: Path) -> None:
        values = self._grown(origin, tmp_path)
        whole = trained(values, tmp_path / "whole")
        stopped = begin_run(tmp_path / "stopped", "small")
        with pytest.raises(Killed):
            train(checked_config(values), stopped, callbacks=Callbacks(listen=killed_after(1)))
        shutil.rmtree(origin.folder)
        train(load_config(stopped.config), stopped, TrainOptions(resume=True))
        assert result(stopped) == result(whole)
        assert load_tokenizer(stopped.tokenizer).fingerprint == load_tokenizer(whole.tokenizer).fingerprint

    def test_several_columns(self, tmp_path: Path) -> None:
        rows = [(f"the thing {i}", f"more of {i}", f"{i % 2}") for i in range(40)]
        table = write_csv(tmp_path / "t.csv", [("title", "text", "label"), *rows])
        words = {"type": "word", "vocab_size": 400, "min_frequency": 1}
        first = _config(table, tokenizer=words, data__text=["title", "text"])
        origin = untrained_run(first, tmp_path, model=True)
        rows = [(f"the gadget {i}", f"less of {i}", f"{i % 2}") for i in range(40)]
        table = write_csv(tmp_path / "u.csv", [("title", "text", "label"), *rows])
        values = _on(origin, table, data__text=["title", "text"])
        values["initialize"]["tokenizer"] = "grow"
        model, [source] = initialized(values)
        mine, its = (np.array(one.get_layer(EMBEDDING).embeddings) for one in (model, source))
        assert len(mine) > len(its)
        separator = load_tokenizer(origin.tokenizer).separator_id
        own = _account(values).tokenizer.separator_id
        np.testing.assert_array_equal(mine[own], its[separator])
        np.testing.assert_array_equal(mine[: len(its) - 1], its[:-1])


def test_two_labels_of_a_multi_label_run_start_fresh() -> None:
    """The decision follows ``output_for``; here the account alone."""
    from seqclf.tasks.classification.output_rows import has_output_for

    assert not has_output_for(Labels(("a", "b"), multi=True), Labels(("a", "b")))
    assert has_output_for(Labels(("a", "b")), Labels(("a", "b", "c"), multi=True))
    assert not has_output_for(Labels(("a", "b", "c")), Labels(("d", "e")))

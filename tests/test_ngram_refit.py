"""The refit of ``ngrams`` with the validation texts after training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import prepare
from seqclf.errors import InputError
from seqclf.ngrams.fit import fit_ngrams, refit_ngrams
from seqclf.training.options import Callbacks, TrainOptions

pytestmark = pytest.mark.usefixtures("no_saved_models")


def _config(path: Path, **changes: Any) -> dict[str, Any]:
    return small_config(data__train=str(path), **{"layers": [], "head": [], **changes})


def test_a_refit_uses_the_validation_texts(three_labels_csv: Path, tmp_path: Path) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.model.build import NGRAMS

    options: dict[str, Any] = {"buckets": 4096, "weights": "naive_bayes_idf"}
    runs = {
        refit: trained(
            _config(three_labels_csv, layers=POOLED, ngrams={**options, "refit": refit}, name=f"refit-{refit}"),
            tmp_path,
        )
        for refit in (False, True)
    }
    assert [runs[refit].manifest["ngrams"]["refit"] for refit in (False, True)] == [False, True]
    before, after = (runs[refit].metrics["validation"] for refit in (False, True))
    assert before == after, "measured before the refit"

    config = checked_config(_config(three_labels_csv, layers=POOLED, ngrams={**options, "refit": True}))
    data = prepare(config)
    again = refit_ngrams(config, data)
    assert again is not None
    table, bias = KerasClassifier.load(runs[True]).model.get_layer(NGRAMS).get_weights()
    np.testing.assert_array_equal(table, again.table)
    np.testing.assert_array_equal(bias, again.bias)
    assert np.abs(again.table - fit_ngrams(config, data).table).max() > 0.01
    assert data.validation is not None
    new, old = (KerasClassifier.load(runs[refit]).evaluate(data.validation).loss for refit in (True, False))
    assert new < old - 0.05, "it has now seen these texts"


def test_a_refit_is_of_all_texts_together(three_labels_csv: Path) -> None:
    """The table equals that of a training on all of them."""
    config = checked_config(_config(three_labels_csv, ngrams={"buckets": 4096, "refit": True}))
    data = prepare(config)
    assert data.validation is not None
    texts = [
        *(data.train[i] for i in range(len(data.train))),
        *(data.validation[i] for i in range(len(data.validation))),
    ]
    labels = np.concatenate([data.train.labels, data.validation.labels])
    both = EncodedTexts.collect(texts, labels, data.tokenizer.vocabulary_size)
    again = refit_ngrams(config, data)
    alike = fit_ngrams(config, replace(data, train=both, fingerprints={"train": "all of them"}))
    assert again is not None
    np.testing.assert_allclose(again.table, alike.table, atol=1e-5)


def test_a_refit_leaves_out_labels_that_it_does_not_know(three_labels_csv: Path) -> None:
    config = checked_config(_config(three_labels_csv, ngrams={"buckets": 4096, "refit": True}))
    data = prepare(config)
    assert data.validation is not None
    known = data.validation.labels
    strange = known.copy()
    strange[::2] = len(data.labels)  # the id of a label that only validation has
    tables = []
    for labels, fingerprint in ((strange, "strange"), (known, "known")):
        validation = replace(data.validation, labels=labels)
        found = refit_ngrams(
            config, replace(data, validation=validation, fingerprints={**data.fingerprints, "validation": fingerprint})
        )
        assert found is not None
        tables.append(found.table)
    assert tables[0].shape == tables[1].shape
    assert np.count_nonzero(tables[0]) < np.count_nonzero(tables[1])


def test_no_refit_without_validation_texts(three_labels_csv: Path) -> None:
    config = checked_config(_config(three_labels_csv, ngrams={"buckets": 64, "refit": True}, data__validation=0.0))
    assert refit_ngrams(config, prepare(config)) is None


def test_eval_does_not_replace_the_metrics_by_those_of_texts_it_was_fitted_to(
    three_labels_csv: Path, tmp_path: Path
) -> None:
    config = _config(three_labels_csv, ngrams={"buckets": 4096, "refit": True}, name="refit", training__epochs=1)
    run = trained(config, tmp_path)
    before = run.metrics["validation"]
    result = CliRunner().invoke(
        cli, ["eval", "--runs", str(tmp_path), "--run", run.name, "--split", "validation", "--json"]
    )
    assert result.exit_code == 0, result.output
    assert "the n-grams were fitted to these texts, too" in result.stderr
    metrics = json.loads(result.stdout)
    assert metrics["trained_on"] == metrics["texts"]
    assert metrics["baseline"] is None, "it has not seen them: no comparison"
    assert metrics["loss"] < before["loss"]
    assert run.metrics["validation"] == before


def test_more_epochs_of_a_finished_run_are_validated_without_the_refit(three_labels_csv: Path, tmp_path: Path) -> None:
    """The finished model's table has seen the validation texts: with it every epoch would seem the best."""
    from seqclf.config import load_config
    from seqclf.training.extend import extended
    from seqclf.training.train import train

    ngrams = {"buckets": 4096, "refit": True}
    config = _config(three_labels_csv, layers=POOLED, ngrams=ngrams, name="further", training__epochs=2)
    short = trained(config, tmp_path / "a")
    train(extended(load_config(short.config), short, 4, None), short, TrainOptions(resume=True, further=True))
    straight = trained({**config, "training": {**config["training"], "epochs": 4}}, tmp_path / "b")
    ours, theirs = (run.metrics["validation"] for run in (short, straight))
    assert ours["loss"] == theirs["loss"]
    assert short.manifest["best_epoch"] == straight.manifest["best_epoch"]


def test_scores_on_known_texts_are_marked(three_labels_csv: Path, tmp_path: Path) -> None:
    """Quantizing a run whose n-grams were fitted to the validation texts, and its model card."""
    config = _config(three_labels_csv, ngrams={"buckets": 4096, "refit": True}, name="card", training__epochs=1)
    run = trained(config, tmp_path)
    folder = tmp_path / "small"
    made = CliRunner().invoke(
        cli,
        ["export", "--runs", str(tmp_path), "--run", run.name, "--format", "onnx", "--quantize", "--to", str(folder)],
    )
    assert made.exit_code == 0, made.output
    assert "which the n-grams were fitted to" in made.stderr
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "which the n-grams were fitted to" in card
    assert "After the validation, the n-grams were fitted to the validation texts as well." in card


def test_a_refusal_to_train_further_does_not_forget_the_refit(three_labels_csv: Path, tmp_path: Path) -> None:
    """The models are unchanged; only models of an interrupted training have not seen the validation texts."""
    from seqclf.config import load_config
    from seqclf.training.extend import extended
    from seqclf.training.train import train

    config = _config(three_labels_csv, ngrams={"buckets": 4096, "refit": True}, name="refused", training__epochs=1)
    run = trained(config, tmp_path)
    with pytest.raises(InputError, match="already trained for 1 epochs"):
        train(extended(load_config(run.config), run, 1, None), run, TrainOptions(resume=True, further=True))
    assert run.was_fitted_to_validation
    further, at_once = TrainOptions(resume=True, further=True), Callbacks(should_stop=lambda: True)
    train(extended(load_config(run.config), run, 3, None), run, further, at_once)
    assert run.manifest["status"] == "interrupted"
    assert not run.was_fitted_to_validation

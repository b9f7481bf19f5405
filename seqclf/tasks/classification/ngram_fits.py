"""The fits of ``ngrams`` in a training: one before it, one after it."""

from __future__ import annotations

import keras
import numpy as np

from seqclf.config import Config
from seqclf.data.batches import Batches
from seqclf.data.prepare import TrainingData
from seqclf.extra_columns import ExtraColumns
from seqclf.model.build import NGRAMS
from seqclf.ngrams.fit import FittedNgrams, fit_ngrams, layer_weights, refit_ngrams
from seqclf.run_held_out import HeldOut
from seqclf.runs import Run
from seqclf.tasks.base import Say
from seqclf.tasks.predictor import Predictor


def fit_before(config: Config, data: TrainingData, run: Run, say: Say) -> FittedNgrams | None:
    """Fit the n-grams to the training texts and record the fit in the run; None if the config has no ``ngrams``.

    The record of an earlier refit stays: the run has its models until new ones are written.
    """
    if config.ngrams is None:
        return None
    fitted = fit_ngrams(config, data, say)
    used = int(np.count_nonzero(fitted.table.any(axis=1)))
    noted = {"texts": fitted.texts, "buckets_used": used, "table_bytes": fitted.table.nbytes}
    run.update_manifest(ngrams={**(run.manifest.get("ngrams") or {}), **noted})
    texts = len(data.train.counted)
    if fitted.texts < texts:
        say(f"The n-grams were fitted to a sample of {fitted.texts:,} of the {texts:,} texts")
    return fitted


def refit_after(
    config: Config, data: TrainingData, model: keras.Model, run: Run, say: Say, *, extra: ExtraColumns | None
) -> None:
    """If the config asks for it, give the model a table that is also fitted to the validation texts.

    Do not validate the model on them afterwards: it would seem better than it is. The run keeps what the model says of
    them before.
    """
    again = refit_ngrams(config, data, say)
    if again is not None and data.validation is not None:
        batches = Batches.of(data.validation, config)
        HeldOut(*Predictor(model, extra=extra).logits_and_known(batches, data.tokenizer.unknown_id)).write(run.held_out)
        model.get_layer(NGRAMS).set_weights(layer_weights(config, data, again.table, again.bias))
    if config.ngrams is not None:
        run.update_manifest(ngrams={**run.manifest["ngrams"], "refit": again is not None})


def note_no_refit(run: Run) -> None:
    """Record that the run's models come from an interrupted training, without a refit."""
    if noted := run.manifest.get("ngrams"):
        run.update_manifest(ngrams={**noted, "refit": False})
    run.held_out.unlink(missing_ok=True)

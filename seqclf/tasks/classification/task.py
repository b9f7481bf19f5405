"""Classification as a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import TrainingConfig
from seqclf.data.batches import PARTS, Batches
from seqclf.data.encoded import EncodedTexts
from seqclf.data.paired_batches import UNLABELLED_PARTS, PairedBatches
from seqclf.data.prepare import TrainingData
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.kinds import metrics_type
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.model.build import LOGITS, NGRAMS, build_model, extra_width, has_ngrams
from seqclf.model.draws import Draws
from seqclf.model.forward import Forward
from seqclf.ngrams.fit import FittedNgrams, layer_weights
from seqclf.prior import Prior
from seqclf.replicas import part_of_mean, total
from seqclf.tasks.base import Say, Sums, Task
from seqclf.tasks.classification.losses import build_loss, correct
from seqclf.tasks.classification.measure import metrics_of
from seqclf.tasks.classification.ngram_fits import fit_before, note_no_refit, refit_after
from seqclf.tasks.classification.objectives import Objective, OnePass, Unlabelled
from seqclf.tasks.classification.teaching import Taught, lesson_of
from seqclf.tasks.classification.terms.combined import objective_of
from seqclf.tasks.classification.terms.spread import Spread
from seqclf.tasks.classification.validation import Validator
from seqclf.tasks.predictor import Predictor, logits_of

if TYPE_CHECKING:
    from seqclf.metrics.protocol import Metrics
    from seqclf.runs import Run


@dataclass(frozen=True)
class Classification(Task):
    """Trains the logits of ``build_model``.

    A batch has the parts of ``Batches``. With ``ngrams``, its scores are the logits of a fit that has not seen the
    texts; they replace those of the table.

    Attributes:
        weighted: the texts have weights.
        soft: the texts have probabilities of labels.
        objective: what a text adds to the loss.
        prior: answers validation texts without known tokens, where there is one.
        fitted: the fit of the n-grams, where there is one, after ``begin``.
        extra: the columns beside the text, where the config names some.
        seed: of random numbers beside those of dropout.
        unlabelled: further texts, of which each step reads a batch, too, if the training uses them.
        targets, unlabelled_targets: what a teacher says about training texts and unlabelled ones, ``float32 [texts,
            labels]``.
    """

    labels: Labels
    config: TrainingConfig = field(default_factory=TrainingConfig)
    objective: Objective = field(default_factory=OnePass)
    prior: Prior | None = None
    fitted: FittedNgrams | None = None
    notes: tuple[str, ...] = ()
    weighted: bool = False
    soft: bool = False
    extra: ExtraColumns | None = None
    unlabelled: EncodedTexts | None = None
    targets: NDArray[np.float32] | None = None
    unlabelled_targets: NDArray[np.float32] | None = None
    seed: int = 0

    @classmethod
    def of(cls, config: Config, data: TrainingData) -> Classification:
        """With the config's loss and class weights, and the prior of the training texts."""
        texts, labels, tokenizer = data.train, data.labels, data.tokenizer
        truth, weights = texts.truth, texts.relative_weights
        lesson = lesson_of(config, data, build_loss(config.training, labels, truth, weights))
        return cls(
            labels,
            config.training,
            objective_of(
                config.training.objectives,
                lesson.loss,
                lesson.of_unlabelled,
                multi=labels.multi,
                spread=_spread(config, data),
            ),
            Prior.of(truth, labels, tokenizer.unknown_id, tokenizer.separator_id, weights=weights),
            weighted=weights is not None,
            soft=texts.shares is not None,
            extra=data.extra,
            unlabelled=_used(data),
            targets=lesson.targets,
            unlabelled_targets=lesson.unlabelled_targets,
            seed=config.seed,
        )

    @property
    def passes(self) -> int:  # type: ignore[override]
        return self.objective.passes

    @property
    def shows_accuracy(self) -> bool:  # type: ignore[override]
        """With several labels, each at the threshold 0.5, it says little."""
        return not self.labels.multi

    def save(self, run: Run) -> None:
        run.write_labels(self.labels)
        if self.prior is not None:
            run.write_prior(self.prior)
        if self.extra is not None:
            run.write_extra(self.extra)

    def begin(self, config: Config, data: TrainingData, run: Run, say: Say) -> Classification:
        fitted = fit_before(config, data, run, say)
        notes = []
        if fitted is not None and (config.layers or self.extra is not None):
            notes.append(f"n-grams are fitted to {fitted.texts:,} texts, and the network is trained alongside them")
        if self.weighted:
            left_out = len(data.train) - len(data.train.counted)
            zero = f" ({left_out:,} of weight 0 {'is' if left_out == 1 else 'are'} left out)" if left_out else ""
            notes.append(f"texts count by their weight{zero}")
        if self.soft:
            notes.append("accuracy compares with the most probable label; the loss of soft labels cannot reach 0")
        if self.labels.multi:
            notes.append("accuracy counts texts with all labels correct")
        if terms := list(dict.fromkeys(one.type for one in config.training.objectives)):
            notes.append(f"the training loss includes {', '.join(terms)}; the validation loss does not")
        return replace(self, prior=run.prior, fitted=fitted, notes=tuple(notes))

    def end(self, config: Config, data: TrainingData, model: keras.Model, run: Run, say: Say) -> None:
        refit_after(config, data, model, run, say, extra=self.extra)

    def interrupted(self, run: Run) -> None:
        note_no_refit(run)

    def model(
        self,
        config: Config,
        data: TrainingData,
        *,
        vectors: Mapping[int, NDArray[np.float32]] | None = None,
        tokens: int | None = None,
    ) -> keras.Model:
        extra = 0 if self.extra is None else self.extra.width
        model = build_model(
            config, data.tokenizer.vocabulary_size, self.labels, vectors=vectors, tokens=tokens, extra=extra
        )
        if self.fitted is not None:
            weights = layer_weights(config, data, self.fitted.table, self.fitted.bias)
            model.get_layer(NGRAMS).set_weights(weights)
        return model

    def batches(self, texts: EncodedTexts, config: Config, *, training: bool) -> Batches | PairedBatches:
        if not training:
            return Batches.of(texts, config)
        scores = beside = None
        if config.ngrams is not None and self.fitted is not None:
            scores, beside = self.fitted.out_of_fold, self.fitted.unlabelled
        elif config.ngrams is not None:  # a step costs the same with any logits
            scores = np.zeros((len(texts), self.labels.units), np.float32)
            if self.unlabelled_targets is not None:
                beside = np.zeros((len(self.unlabelled_targets), self.labels.units), np.float32)
        batches = Batches.of(texts, config, scores, self.targets)
        if self.unlabelled is None:
            return batches
        size = config.training.unlabelled_batch_size or config.training.rows
        others = Batches.of(self.unlabelled, config, beside, self.unlabelled_targets)
        return PairedBatches(batches, replace(others, batch_size=size))

    def forward(self, model: keras.Model, carried: Sequence[keras.Variable] = ()) -> Forward:
        draws = Draws(carried[0]) if carried else None
        return Forward(model, LOGITS, [NGRAMS] if has_ngrams(model) else [], draws=draws)

    def carried(self, model: keras.Model) -> list[keras.Variable]:
        return [Draws.new(self.seed)] if any(one.draws for one in self.config.objectives) else []

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        labels = tf.TensorSpec([None], tf.int32)
        if self.labels.multi or self.soft:
            labels = tf.TensorSpec([None, len(self.labels)], tf.bool if self.labels.multi else tf.float32)
        specs = {
            "token_ids": tf.TensorSpec([None, None], tf.int32),
            "labels": labels,
            "scores": tf.TensorSpec([None, self.labels.units], tf.float32),
            "weights": tf.TensorSpec([None], tf.float32),
            "extra": tf.TensorSpec([None, extra_width(model)], tf.float32),
            "teacher": tf.TensorSpec([None, len(self.labels)], tf.float32),
        }
        specs |= {name: specs[own] for own, name in UNLABELLED_PARTS.items()}
        return [specs[name] for name in self._parts(scores=has_ngrams(model), extra=extra_width(model) > 0)]

    def sums(self, forward: Forward, batch: Sequence[tf.Tensor]) -> Sums:
        parts = dict(zip(self._parts(scores=forward.takes_given, extra=forward.takes_extra), batch, strict=True))
        scores = [parts["scores"]] if "scores" in parts else []
        given = forward.with_given(*scores, extra=parts.get("extra"))
        known = Taught(parts["labels"], parts["teacher"]) if "teacher" in parts else parts["labels"]
        terms = self.objective(given, parts["token_ids"], known, _unlabelled(forward, parts))
        right = correct(terms.logits, parts["labels"])
        texts = tf.cast(tf.shape(terms.losses)[0], tf.float32)
        # Their mean, times the number of labelled texts, which is what the sum is divided by.
        added = 0.0 if terms.unlabelled is None else total(texts)[0] * part_of_mean(terms.unlabelled)
        if not self.weighted:
            return Sums(tf.reduce_sum(terms.losses) + added, texts, tf.math.count_nonzero(right), texts)
        weights = parts["weights"]
        summed = tf.reduce_sum(terms.losses * weights) + added
        return Sums(summed, tf.reduce_sum(weights), tf.reduce_sum(tf.where(right, weights, 0.0)), texts)

    def _parts(self, *, scores: bool, extra: bool) -> list[str]:
        """``parts`` of the batches of training texts."""
        there = {"scores": scores, "weights": self.weighted, "extra": extra, "teacher": self.targets is not None}
        own = [name for name in PARTS if there.get(name, True)]
        if self.unlabelled is None:
            return own
        there["teacher"] = self.unlabelled_targets is not None
        there["scores"] = scores and self.unlabelled_targets is not None  # else the table, which has not seen them
        return [*own, *(name for part, name in UNLABELLED_PARTS.items() if there.get(part, True))]

    def validator(self, model: keras.Model) -> Validator:
        return Validator(model, self.config, self.labels, self.prior, self.extra)

    def logits(self, model: keras.Model, texts: EncodedTexts, config: Config) -> NDArray[np.float32]:
        batches = Batches.of(texts, config)
        return logits_of(Predictor(model, extra=self.extra), batches, self.labels, self.prior)

    def evaluated(self, logits: NDArray[np.float32], texts: EncodedTexts, metrics: Metrics) -> Metrics:
        assert isinstance(metrics, ClassificationMetrics | MultiLabelMetrics)
        thresholds = metrics.thresholds(self.labels) if isinstance(metrics, MultiLabelMetrics) else None
        found = metrics_of(logits, texts, self.labels, thresholds, evaluate=True)
        return replace(metrics, evaluation=found.evaluation)  # type: ignore[arg-type]

    @property
    def metrics(self) -> type[ClassificationMetrics] | type[MultiLabelMetrics]:
        return metrics_type(self.labels.multi)


def _used(data: TrainingData) -> EncodedTexts | None:
    """The unlabelled texts; those that training leaves out have weight 0. None if there are none."""
    texts = None if data.unlabelled is None else data.unlabelled.encoded
    if texts is None or data.taught is None or data.taught.used is None:
        return texts
    return replace(texts, weights=data.taught.used.astype(np.float32))


def _unlabelled(forward: Forward, parts: Mapping[str, tf.Tensor]) -> Unlabelled | None:
    """The unlabelled texts of a batch, which has these parts; None if it has none."""
    if "unlabelled" not in parts:
        return None
    extra = parts.get("unlabelled_extra")
    if "unlabelled_scores" in parts:
        beside = forward.with_given(parts["unlabelled_scores"], extra=extra)
    else:
        beside = forward.without_given(extra=extra)
    return Unlabelled(beside, parts["unlabelled"], parts.get("unlabelled_teacher"))


def _spread(config: Config, data: TrainingData) -> Spread | None:
    """What measures moves of token vectors, if an objective moves them."""
    if not any(objective.changes == "tokens" for objective in config.training.objectives):
        return None
    return Spread(data.train.counts(data.tokenizer.vocabulary_size))

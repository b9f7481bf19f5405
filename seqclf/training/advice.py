"""Advice on what to try next, based on how a training went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqclf.config import Config
from seqclf.config.schema import EarlyStopping
from seqclf.config.schema.losses.cross_entropy import CrossEntropy
from seqclf.files import shell_word
from seqclf.layer_types import walk
from seqclf.metrics.language_model import perplexity
from seqclf.metrics.scores import number_of
from seqclf.runs import Run
from seqclf.training.extend import is_planned
from seqclf.training.few_updates import smaller_batch
from seqclf.training.history import EpochLine, epochs_of, steps_of

_FAR_BELOW = 0.1
_HARDLY = 0.02
_GOOD_ENOUGH = 0.995
_ROSE = 0.01
_MOST_DROPOUT = 0.6


@dataclass(frozen=True)
class TrainingSummary:
    """Summary of a training.

    Attributes:
        epochs: the epoch lines of ``history.jsonl``, in order.
        stopped_by: as in the manifest.
        best_epoch: the epoch whose weights were kept; None without validation.
        steps: of an epoch; None if unknown.
    """

    epochs: Sequence[EpochLine]
    stopped_by: str
    best_epoch: int | None
    steps: int | None = None

    @classmethod
    def of(cls, run: Run) -> TrainingSummary:
        """Read it from the run's files. Raises ``InputError``, ``ValueError`` or ``TypeError`` if they are
        malformed."""
        manifest = run.manifest
        epochs, steps = epochs_of(run.history), steps_of(run.history)
        return cls(epochs, str(manifest.get("stopped_by")), manifest.get("best_epoch"), steps)


def advice(config: Config, run: Run, summary: TrainingSummary) -> list[str]:
    """Sentences that name an observation and what to type or try, the most useful one first; often none.

    They compare training with validation scores, so there are none without validation. There are none for a model of
    n-grams alone either: it is fitted in closed form, so epochs and learning rate do not matter.
    """
    if not config.layers and not config.head:
        return []
    if summary.best_epoch is None or not summary.epochs or summary.stopped_by == "interrupted":
        return []
    best = next((epoch for epoch in summary.epochs if epoch.epoch == summary.best_epoch), summary.epochs[-1])
    if not config.task.needs_labels:
        return _for_a_language_model(config, run, summary, best)
    if best.val_loss is None or best.val_accuracy is None or best.accuracy is None:
        return []
    if (best.val_micro_f1 or best.val_accuracy) >= _GOOD_ENOUGH:
        return []
    found = [_still_improving(config, run, summary), _first_was_best(config, run, summary), _far_below(config, best)]
    return [sentence for sentence in found if sentence] or [s for s in [_not_learning(config, summary)] if s]


def _for_a_language_model(config: Config, run: Run, summary: TrainingSummary, best: EpochLine) -> list[str]:
    train = f"seqclf train {shell_word(run.config)}"
    last_was_best = _still_improving(config, run, summary)
    few = None if last_was_best is None or summary.steps is None else smaller_batch(config, summary.steps, train)
    found = [last_was_best, few, _perplexity_rose(config, summary, best)]
    return [sentence for sentence in found if sentence] or [s for s in [_not_learning(config, summary)] if s]


def _perplexity_rose(config: Config, summary: TrainingSummary, best: EpochLine) -> str | None:
    last = summary.epochs[-1]
    if best.val_loss is None or last.val_loss is None or last.loss >= best.loss:
        return None
    if last.val_loss - best.val_loss < _ROSE:  # the perplexity rose by less than about 1 %
        return None
    dropout = min(_MOST_DROPOUT, round(config.embedding.dropout + 0.2, 2))
    cures = []
    if dropout > config.embedding.dropout:
        cures.append(f"more dropout (--set embedding.dropout={dropout:g}, and dropout of the layers)")
    layers = [layer for _, layer in walk(config.layers)]
    if any(getattr(layer, "recurrent_weight_drop", None) == 0 for layer in layers):
        cures.append("recurrent_weight_drop, such as 0.3")
    cures += ["fewer units", "more texts"]
    if config.training.early_stopping is None:
        cures.insert(0, f"--set training.early_stopping.patience={EarlyStopping().patience}")
    return (
        f"the validation perplexity rose from {number_of('perplexity', perplexity(best.val_loss))} (epoch "
        f"{best.epoch}) to {number_of('perplexity', perplexity(last.val_loss))} while the training loss fell: try "
        f"{', '.join(cures[:-1])} or {cures[-1]}"
    )


def _still_improving(config: Config, run: Run, summary: TrainingSummary) -> str | None:
    last = summary.epochs[-1].epoch
    if summary.stopped_by != "finished" or summary.best_epoch != last or last < 2:
        return None
    return f"the last epoch was the best one; more epochs may help: {with_more_epochs(config, run, last)}"


def with_more_epochs(config: Config, run: Run, last: int) -> str:
    """The command that trains on after the epoch ``last``, or trains again where that is impossible."""
    more = 2 * last if last > 5 else last + 5
    if is_planned(config.training.schedule) or config.training.keep_checkpoints is False:
        return f"seqclf train {shell_word(run.config)} --set training.epochs={more}"
    return f"{run.how_to_resume} --epochs {more}"


def _first_was_best(config: Config, run: Run, summary: TrainingSummary) -> str | None:
    if summary.best_epoch != 1 or len(summary.epochs) < 2:
        return None
    train = f"seqclf train {shell_word(run.config)}"
    stopping = config.training.early_stopping
    if config.ngrams is not None:
        # The n-grams are fitted before the first epoch; the network may need several epochs to improve on them.
        line = with_more_epochs(config, run, summary.epochs[-1].epoch)
        if summary.stopped_by == "early_stopping" and stopping is not None:
            patience = f"training.early_stopping.patience={max(5, 2 * stopping.patience)}"
            line = f"{train} --set {patience} --set training.epochs={2 * config.training.epochs}"
        return (
            "no epoch was better than the first, which already had the fitted n-grams: give the network more epochs to "
            f"improve on them: {line}"
        )
    rate = f"training.optimizer.learning_rate={config.training.optimizer.rate / 3:.1g}"
    layers = [layer for _, layer in (*walk(config.layers), *walk(config.head))]
    units = "fewer units, or " if any(hasattr(layer, "units") or hasattr(layer, "filters") for layer in layers) else ""
    return f"no epoch was better than the first: try {units}a lower learning rate: {train} --set {rate}"


def _far_below(config: Config, best: EpochLine) -> str | None:
    """Compare scores of the kept epoch. Multi-label, compare losses: subset accuracy is too strict a measure."""
    assert best.val_loss is not None and best.val_accuracy is not None and best.accuracy is not None
    if best.val_micro_f1 is not None:
        plain = config.training.loss == CrossEntropy() and config.training.class_weights is None
        if not plain or best.val_loss < 1.5 * best.loss:
            return None
        seen = f"validation loss ({best.val_loss:.4f}) is far above training loss ({best.loss:.4f})"
    elif best.accuracy - best.val_accuracy >= _FAR_BELOW:
        seen = f"validation accuracy ({best.val_accuracy:.4f}) is far below training accuracy ({best.accuracy:.4f})"
    else:
        return None
    dropout = min(0.6, round(config.embedding.dropout + 0.2, 2))
    cures = [f"more dropout (--set embedding.dropout={dropout:g})", "weight decay", "more texts"]
    if config.training.early_stopping is None:
        cures.insert(0, f"--set training.early_stopping.patience={EarlyStopping().patience}")
    return f"{seen}: try {', '.join(cures[:-1])} or {cures[-1]}"


def _not_learning(config: Config, summary: TrainingSummary) -> str | None:
    first, last = summary.epochs[0].loss, summary.epochs[-1].loss
    if len(summary.epochs) < 2 or last < first * (1 - _HARDLY):
        return None
    rate = 3 * config.training.optimizer.rate
    pooled = any(
        getattr(layer, "type", None) == "pool" and "last" not in getattr(layer, "method", ()) for layer in config.layers
    )
    pool = (
        ""
        if pooled or not config.layers or not config.task.needs_labels
        else ", or a pool layer over all tokens instead of the last state"
    )
    return (
        f"training loss hardly fell ({first:.4f} to {last:.4f}): try a higher learning rate (--set "
        f"training.optimizer.learning_rate={rate:.1g}){pool}"
    )

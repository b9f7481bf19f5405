"""The training loop: a generator of events. The caller decides what to do with them and when to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from seqclf.config.schema import EarlyStopping, ScheduleConfig, TrainingConfig
from seqclf.config.schema.schedules import Horizon
from seqclf.data.pipeline import dataset
from seqclf.metrics.protocol import Metrics
from seqclf.tasks.base import BatchPlan, Task, Validator
from seqclf.training.events import EpochDone, EpochStarted, Event, StepDone, TrainingDone
from seqclf.training.schedules import horizon_of, rate_share, updates_of
from seqclf.training.state import EpochSoFar, NonFiniteError, TrainingState
from seqclf.training.step import build_train_step
from seqclf.training.workers import Workers

_DEFAULT_MONITOR = EarlyStopping()


def training_events(
    state: TrainingState,
    train: BatchPlan,
    validation: BatchPlan | None,
    task: Task,
    config: TrainingConfig,
    *,
    seed: int,
    workers: Workers | None = None,
) -> Iterator[Event]:
    """Train from ``state`` on, yielding after every step and epoch; ``state`` is up to date at each yield.

    Ends with ``TrainingDone`` after the last epoch, or earlier through early stopping. With validation texts,
    ``state`` remembers the best epoch's weights; the loop never restores them. Raises ``NonFiniteError`` when the loss
    is NaN or infinite. ``state`` must come from ``TrainingState.begin`` with the same ``config``.

    Several ``workers`` call this with the same arguments, and their events are those of whole batches; only worker 0
    has metrics of the validation texts.
    """
    step, trained, workers = None, None, workers or Workers()
    validator, signature = task.validator(state.model), task.signature(state.model)
    stopping = config.early_stopping
    horizon = horizon_of(train, config, seed)
    while state.epoch < config.epochs and not _waited_enough(state, stopping):
        epoch, so_far = state.epoch + 1, state.so_far
        plan = train.shuffled(seed, epoch)
        now, note = state.depth.trained(epoch), ""
        is_new = trained is None or now.groups != trained.groups
        if is_new:
            trained, note = now, now.note
            parts = (state.model, state.optimizer, task, state.accumulator, state.average)
            step = build_train_step(
                *parts, trained=now, carried=state.carried, sharpness=config.sharpness, replicas=workers
            )
        yield EpochStarted(epoch, steps=len(plan), note=note, traces=is_new)
        own = workers.part(train, plan[so_far.step :])
        batches = dataset(partial(train.stream, own), signature)
        yield from _steps(state, batches, len(plan), step, (config, horizon))
        state.epoch, state.so_far = epoch, EpochSoFar()
        metrics, best = None, False
        started = time.perf_counter()
        if validation is not None:
            if workers.is_chief:
                metrics, best = _validate(state, validator, validation, config)
            workers.share(state)
        yield EpochDone(
            epoch,
            so_far.loss / so_far.weight,
            so_far.correct / so_far.weight,
            metrics,
            best,
            so_far.tokens,
            so_far.seconds,
            time.perf_counter() - started,
        )
    yield TrainingDone("early_stopping" if _waited_enough(state, stopping) else "finished", state.best_epoch)


def _steps(
    state: TrainingState, batches: Any, steps: int, step_function: Any, options: tuple[TrainingConfig, Horizon]
) -> Iterator[StepDone]:
    """Run the remaining steps of an epoch of ``steps`` steps, one a batch."""
    config, horizon = options
    epoch, so_far, rate_set = state.epoch + 1, state.so_far, None
    updates = updates_of(steps, config)
    before = time.perf_counter()
    for step, batch in enumerate(batches, so_far.step + 1):
        number = horizon.number(epoch, updates_of(step, config), updates)
        rate = config.optimizer.rate * rate_share(config.schedule, number, horizon) * state.rate_share
        if rate != rate_set:
            state.optimizer.learning_rate = rate_set = rate
        update = step % config.accumulate_steps == 0 or step == steps
        *sums, of_all = step_function(*batch, update=update)
        summed, weight, correct, tokens = (value.numpy().item() for value in sums)
        loss = summed / weight
        now = time.perf_counter()
        texts, longest = batch[0].shape
        texts = texts if of_all is None else of_all.numpy()
        if not math.isfinite(loss):
            raise NonFiniteError(
                f"the loss is {loss} at step {step} of epoch {epoch} (learning rate {rate:g}; a batch of {texts} x "
                f"{longest} tokens)"
            )
        done = StepDone(epoch, step, loss, correct, int(texts), int(tokens), now - before, rate, weight)
        so_far.add(done)
        yield done
        before = time.perf_counter()


def _validate(
    state: TrainingState, validator: Validator, validation: BatchPlan, config: TrainingConfig
) -> tuple[Metrics, bool]:
    """Measure the model after an epoch, and note what follows from it; the metrics, and whether they are the best."""
    with state.validated_weights():
        metrics = validator.metrics(validation)
        best = _note_score(state, metrics, config.early_stopping or _DEFAULT_MONITOR)
    if config.schedule is not None and config.schedule.needs_validation:
        _cut_rate(state, best, config.schedule)
    return metrics, best


def _waited_enough(state: TrainingState, stopping: EarlyStopping | None) -> bool:
    return stopping is not None and state.epochs_without_best >= stopping.patience


def _note_score(state: TrainingState, metrics: Metrics, stopping: EarlyStopping) -> bool:
    """Compare with the best epoch so far; true if this one is better."""
    score = metrics.score(stopping.monitored_score)
    if state.best_score is None or score > state.best_score + stopping.min_delta:
        state.keep_as_best(score, metrics.to_json())
        return True
    state.epochs_without_best += 1
    return False


def _cut_rate(state: TrainingState, best: bool, schedule: ScheduleConfig) -> None:
    state.epochs_on_plateau = 0 if best else state.epochs_on_plateau + 1
    share = schedule.cut(state.rate_share, state.epochs_on_plateau)
    if share is not None:
        state.rate_share, state.epochs_on_plateau = share, 0

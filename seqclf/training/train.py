"""``train``: a config and a run's folder in, a whole run out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.config.problems import ConfigError
from seqclf.data.batches import Batches
from seqclf.data.prepare import TrainingData, prepare
from seqclf.data.source import describe
from seqclf.errors import InputError, SeqclfError
from seqclf.file_encoding import UTF8
from seqclf.prior import Prior
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, WHOLE, Run, now, this_process
from seqclf.runtime import current_threads
from seqclf.text.kinds import load_tokenizer
from seqclf.training.baseline import BaselineBeside
from seqclf.training.environment import environment, peak_memory_bytes
from seqclf.training.events import Event, Stage, TrainingDone, TrainingStarted
from seqclf.training.extend import go_further
from seqclf.training.fits import misfits
from seqclf.training.keeper import Keeper
from seqclf.training.memory import check_memory
from seqclf.training.ngram_fits import fit_before, refit_after
from seqclf.training.pretrained import read_pretrained
from seqclf.training.written import write_models

Listener = Callable[[Event], None]
OnNan = Literal["stop", "rewind"]
MOST_REWINDS = 5
_CURES = (
    "lower training.optimizer.learning_rate, bound the gradients with training.optimizer.clip_norm, or let the "
    "training go back and halve the rate with --on-nan rewind; the last checkpoint is good"
)


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: ``finished`` or ``interrupted``.
        validation: metrics of the weights that were kept; None without a completed validation.
        baseline: the scores of simple models on the same texts; None where there are none.
    """

    status: str
    best_epoch: int | None
    validation: dict[str, Any] | None
    seconds: float
    baseline: dict[str, Any] | None = None


@dataclass(frozen=True)
class _How:
    """``started``: when the job began. The others are arguments of ``train``."""

    started: float
    resume: bool
    further: bool
    on_nan: OnNan


def train(
    config: Config,
    run: Run,
    listen: Listener = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    data: TrainingData | None = None,
    *,
    resume: bool = False,
    further: bool = False,
    on_nan: OnNan = "stop",
    memory_check: bool = True,
) -> Outcome:
    """Train a config and leave a whole run in ``run`` (made by ``seqclf.runs.begin_run``).

    Args:
        listen: called with every event.
        should_stop: asked after every step; true ends training there, with a run marked interrupted.
        data: what ``prepare`` made of the config, where the caller has it already.
        resume: go on from the run's newest checkpoint; ``config`` is the run's. What is learnt is bit-equal to a
            training that was never stopped, on the same machine and versions.
        further: with ``resume``, ``config`` has more epochs or patience than the run's own
            (``seqclf.training.extend``), which may be finished.
        on_nan: what to do when the loss or a weight is no longer a number: stop, or rewind to the newest checkpoint and
            go on with half the learning rate (at most so many times as ``MOST_REWINDS`` says).
        memory_check: raise ``InputError`` where the training cannot fit into memory, before it begins.

    Raises:
        InputError: for data that cannot be used, or where another process trains this run.
        SeqclfError: where the run cannot be written. Whatever is raised, the run is marked failed first.
    """
    with run.locked():
        try:
            return _train(config, run, listen, should_stop, data, resume, further, on_nan, memory_check)
        except BaseException as error:
            with contextlib.suppress(OSError, InputError):  # the folder may be what is broken
                manifest = run.manifest
                if manifest["status"] == RUNNING:  # not a whole run that could not be resumed: that stays whole
                    # One that was resumed still has the models that it had before.
                    was_whole = manifest.get("before") in WHOLE and run.saved_model.is_dir()
                    status = INTERRUPTED if was_whole else FAILED
                    run.update_manifest(status=status, ended=now(), error=str(error) or type(error).__name__)
            if isinstance(error, OSError):
                what = f"{error.filename or run.folder}: cannot be written ({error.strerror or error})"
                if run.has_checkpoint:
                    what += f"; the checkpoints written before are undamaged: `{run.how_to_resume}` resumes it"
                raise SeqclfError(what) from error
            if (interruption := _interruption(error)) is not None:
                raise interruption from error
            raise


def _interruption(error: BaseException) -> KeyboardInterrupt | None:
    """The Ctrl-C or signal behind another error: a file that is half-written may raise one while it is closed."""
    cause: BaseException | None = error.__context__
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause


def _train(
    config: Config,
    run: Run,
    listen: Listener,
    should_stop: Callable[[], bool],
    data: TrainingData | None,
    resume: bool,
    further: bool,
    on_nan: OnNan,
    memory_check: bool,
) -> Outcome:
    started = time.perf_counter()
    config = with_absolute_paths(config)
    if not resume:
        write_config(run.config, config)
        encoding = getattr(config.data, "encoding", UTF8)
        run.update_manifest(seed=config.seed, data=describe(config.data), encoding=encoding, **environment())
    if data is None:
        data = prepare(config, lambda stage: listen(Stage(stage)))
    else:
        started -= data.seconds  # the run's wall time is the whole job's
    if problems := misfits(config, data):
        raise ConfigError(problems)
    _note_data(run, data)
    if memory_check:
        check_memory(config, data)
    with BaselineBeside(config, data, listen) as baseline:
        how = _How(started, resume, further, on_nan)
        return _learn(config, run, data, baseline, listen, should_stop, how)


def _learn(
    config: Config,
    run: Run,
    data: TrainingData,
    baseline: BaselineBeside,
    listen: Listener,
    should_stop: Callable[[], bool],
    how: _How,
) -> Outcome:
    """All but the texts: model, loop, and what is written of them."""
    from seqclf.model.build import NGRAMS, build_model
    from seqclf.training.state import NoNumber, TrainingState

    pretrained = read_pretrained(config, data, lambda stage: listen(Stage(stage)))
    if pretrained is not None:
        listen(Stage(f"Found vectors of {pretrained}"))
        run.update_manifest(vectors=pretrained.as_json())
    fitted = fit_before(config, data, run, listen)
    listen(Stage("Building the model"))
    model = build_model(
        config, data.tokenizer.vocabulary_size, data.labels, vectors=pretrained.vectors if pretrained else None
    )
    if fitted is not None:
        model.get_layer(NGRAMS).set_weights([fitted.table, fitted.bias])
    scores = None if fitted is None else fitted.out_of_fold
    state = TrainingState.begin(model, config.training)
    parameters = model.count_params()
    run.update_manifest(parameters=parameters, threads=asdict(current_threads()))
    keeper = Keeper(state, run, config.training, how.started)
    if how.resume:
        keeper.go_back(lambda what: listen(Stage(what)))
        if how.further:
            go_further(state, config.training, run, lambda what: listen(Stage(what)))
            write_config(run.config, config)
        before = run.manifest
        resumed = [*before.get("resumed", []), now()]
        run.update_manifest(status=RUNNING, before=before["status"], resumed=resumed, **this_process())
    else:
        keeper.save()  # what a training goes back to before its first checkpoint
    texts = (len(data.train), len(data.validation) if data.validation else 0)
    beside = fitted.texts if fitted is not None and config.layers else 0
    started = TrainingStarted(
        describe(config.data), config.training.epochs, *texts, parameters, data.labels.multi, ngram_texts=beside
    )
    listen(started)
    rewinds = 0
    while True:
        try:
            done = _loop(config, data, keeper, baseline, scores, run.prior, listen=listen, should_stop=should_stop)
            break
        except NoNumber as error:
            if how.on_nan == "stop" or rewinds == MOST_REWINDS:
                raise NoNumber(f"{error}: {_CURES}") from error
            rewinds += 1
            share = state.rate_share / 2
            listen(Stage(f"warning: {error}; going back, with {share:g} of the learning rate"))
            keeper.go_back(lambda what: listen(Stage(what)))
            state.rate_share = share

    if done.why != "interrupted":
        keeper.keep_final()
    state.use_best_weights()
    if done.why != "interrupted":  # whoever has stopped a training does not wait for another fit
        refit_after(config, data, model, run, listen)
    listen(Stage("Writing the model"))
    write_models(config, data, model, state.best_validation, run)
    status = INTERRUPTED if done.why == "interrupted" else FINISHED
    # Whoever has stopped a training does not wait for what it is compared with.
    compared = baseline.result((lambda: True) if status == INTERRUPTED else should_stop)
    if compared is not None and state.best_validation is not None:
        keeper(compared)
        run.write_metrics("validation", {**run.metrics["validation"], "baseline": compared.scores})
    run.update_manifest(
        status=status,
        ended=now(),
        stopped_by=done.why,
        best_epoch=done.best_epoch,
        epochs=state.epoch,
        wall_seconds=round(keeper.seconds, 2),
        peak_memory_bytes=peak_memory_bytes(),
    )
    if status == FINISHED:
        keeper.drop()
    return Outcome(
        status, done.best_epoch, state.best_validation, keeper.seconds, compared.scores if compared else None
    )


def _note_data(run: Run, data: TrainingData) -> None:
    """Write what was made of the texts, or see that it is what an earlier part of the training had."""
    noted = run.manifest.get("data_fingerprint")
    if noted is None:
        data.tokenizer.save(run.tokenizer)
        run.write_labels(data.labels)
        run.write_prior(Prior.of(data.train.labels, data.labels, data.tokenizer.unknown_id))
        run.update_manifest(data_fingerprint=data.fingerprints)
    elif noted != data.fingerprints or load_tokenizer(run.tokenizer).fingerprint != data.tokenizer.fingerprint:
        raise InputError(
            f"{run.folder}: its texts have changed since it was begun, or are split otherwise now; train its config "
            "again"
        )


def _loop(
    config: Config,
    data: TrainingData,
    keeper: Keeper,
    baseline: BaselineBeside,
    scores: NDArray[np.float32] | None,
    prior: Prior | None,
    *,
    listen: Listener,
    should_stop: Callable[[], bool],
) -> TrainingDone:
    from seqclf.training.loop import training_events

    state = keeper.state
    validation = Batches.of(data.validation, config) if data.validation else None
    events = training_events(
        state, Batches.of(data.train, config, scores), validation, data.labels, config.training, config.seed, prior
    )
    for event in events:
        keeper(event)
        listen(event)
        if isinstance(event, TrainingDone):
            return event
        baseline.look()
        if should_stop():
            break
    keeper.save()
    done = TrainingDone("interrupted", state.best_epoch)
    keeper(done)
    listen(done)
    return done

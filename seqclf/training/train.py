"""``train``: turns a config and a run's folder into a complete run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.config.problems import ConfigError
from seqclf.data.kinds import describe
from seqclf.data.prepare import TrainingData, prepare
from seqclf.errors import InputError, SeqclfError
from seqclf.file_encoding import UTF8
from seqclf.prior import Prior
from seqclf.runs import FAILED, INTERRUPTED, RUNNING, WHOLE, Run, now
from seqclf.text.kinds import load_tokenizer
from seqclf.training.baseline import ParallelBaseline
from seqclf.training.data_checks import problems_with_data
from seqclf.training.environment import environment
from seqclf.training.job import Callbacks, Job, JobOptions, Listener, OnNan, Outcome
from seqclf.training.memory_estimate import check_memory


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
    """Train a config and leave a complete run in ``run`` (created by ``seqclf.runs.begin_run``).

    Args:
        listen: called with every event.
        should_stop: called after every step; if true, training ends there and the run is marked interrupted.
        data: the result of ``prepare`` for this config, if the caller has it already.
        resume: continue from the run's newest checkpoint; ``config`` is the run's. The weights are bit-equal to those
            of an uninterrupted training on the same machine and versions.
        further: with ``resume``, ``config`` has more epochs or patience than the run's own
            (``seqclf.training.extend``), which may be finished.
        on_nan: what to do when the loss or a weight is NaN or infinite: stop, or rewind to the newest checkpoint and
            continue with half the learning rate (at most ``seqclf.training.job.MOST_REWINDS`` times).
        memory_check: before training, raise ``InputError`` if it cannot fit into memory.

    Raises:
        InputError: for unusable data, or if another process is training this run.
        SeqclfError: if the run cannot be written. On any exception the run is marked failed first.
    """
    with run.locked():
        try:
            options = JobOptions(time.perf_counter(), resume, further, on_nan)
            return _train(config, run, data, Callbacks(listen, should_stop), options, memory_check=memory_check)
        except BaseException as error:
            with contextlib.suppress(OSError, InputError):  # the folder may be what is broken
                manifest = run.manifest
                if manifest["status"] == RUNNING:  # a complete run that could not be resumed stays complete
                    # A resumed run still has its earlier models.
                    was_whole = manifest.get("before") in WHOLE and run.saved_model.is_dir()
                    status = INTERRUPTED if was_whole else FAILED
                    run.update_manifest(status=status, ended=now(), error=str(error) or type(error).__name__)
            if isinstance(error, OSError):
                what = f"{error.filename or run.folder}: cannot be written ({error.strerror or error})"
                if run.has_checkpoint:
                    what += f"; earlier checkpoints are undamaged: `{run.how_to_resume}` resumes the run"
                raise SeqclfError(what) from error
            if (interruption := _interruption(error)) is not None:
                raise interruption from error
            raise


def _interruption(error: BaseException) -> KeyboardInterrupt | None:
    """The Ctrl-C or signal that caused another error, such as the closing of a half-written file."""
    cause: BaseException | None = error.__context__
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause


def _train(
    config: Config,
    run: Run,
    data: TrainingData | None,
    callbacks: Callbacks,
    options: JobOptions,
    *,
    memory_check: bool,
) -> Outcome:
    config = with_absolute_paths(config)
    if not options.resume:
        write_config(run.config, config)
        encoding = getattr(config.data, "encoding", UTF8)
        run.update_manifest(seed=config.seed, data=describe(config.data), encoding=encoding, **environment())
    if data is None:
        data = prepare(config, callbacks.stage)
    else:
        options = replace(options, started=options.started - data.seconds)  # wall time includes the preparation
    if problems := problems_with_data(config, data):
        raise ConfigError(problems)
    _note_data(run, data)
    if memory_check:
        check_memory(config, data)
    with ParallelBaseline(config, data, callbacks.listen) as baseline:
        return Job(config, run, data, callbacks, options).learn(baseline)


def _note_data(run: Run, data: TrainingData) -> None:
    """Record the tokenizer, labels and fingerprints, or check that they match those of the run to resume."""
    noted = run.manifest.get("data_fingerprint")
    if noted is None:
        data.tokenizer.save(run.tokenizer)
        run.write_labels(data.labels)
        run.write_prior(Prior.of(data.train.labels, data.labels, data.tokenizer.unknown_id))
        run.update_manifest(data_fingerprint=data.fingerprints)
    elif noted != data.fingerprints or load_tokenizer(run.tokenizer).fingerprint != data.tokenizer.fingerprint:
        raise InputError(
            f"{run.folder}: its texts or their splits have changed since it began, so it cannot be resumed; train its "
            "config again"
        )

"""``train``: turns a config and a run's folder into a complete run."""

from __future__ import annotations

import contextlib
import time

from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import TrainingData, prepare
from seqclf.errors import InputError, SeqclfError
from seqclf.prior import Prior
from seqclf.runs import COMPLETE, FAILED, INTERRUPTED, RUNNING, Run, now
from seqclf.text.kinds import load_tokenizer
from seqclf.training.baseline import ParallelBaseline
from seqclf.training.data_checks import problems_with_data
from seqclf.training.environment import environment
from seqclf.training.job import Job
from seqclf.training.memory_estimate import check_memory
from seqclf.training.options import Callbacks, Outcome, TrainOptions


def train(
    config: Config,
    run: Run,
    options: TrainOptions = TrainOptions(),
    callbacks: Callbacks = Callbacks(),
    data: TrainingData | None = None,
) -> Outcome:
    """Train a config and leave a complete run in ``run`` (created by ``seqclf.runs.begin_run``).

    Args:
        data: the result of ``prepare`` for this config, if the caller has it already.

    Raises:
        InputError: for unusable data, or if another process is training this run.
        SeqclfError: if the run cannot be written. On any exception the run is marked failed first.
    """
    with run.locked():
        try:
            return _train(config, run, options, callbacks, data)
        except BaseException as error:
            with contextlib.suppress(OSError, InputError):  # the folder may be what is broken
                manifest = run.manifest
                if manifest["status"] == RUNNING:  # a complete run that could not be resumed stays complete
                    # A resumed run still has its earlier models.
                    was_complete = manifest.get("before") in COMPLETE and run.saved_model.is_dir()
                    status = INTERRUPTED if was_complete else FAILED
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


def _train(config: Config, run: Run, options: TrainOptions, callbacks: Callbacks, data: TrainingData | None) -> Outcome:
    started = time.perf_counter()
    config = with_absolute_paths(config)
    if not options.resume:
        write_config(run.config, config)
        run.update_manifest(
            seed=config.seed, data=config.data.describe(), encoding=config.data.file_encoding, **environment()
        )
    if data is None:
        data = prepare(config, callbacks.stage)
    else:
        started -= data.seconds  # wall time includes the preparation
    if problems := problems_with_data(config, data):
        raise ConfigError(problems)
    _note_data(run, data)
    if options.memory_check:
        check_memory(config, data)
    with ParallelBaseline(config, data, callbacks.listen) as baseline:
        return Job(config, run, data, options, callbacks, started=started).learn(baseline)


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

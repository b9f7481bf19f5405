"""``train``: a config and a run's folder in, a complete run out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import TrainingData, prepare
from seqclf.data.sources.kinds import describe
from seqclf.errors import InputError, SeqclfError
from seqclf.file_encoding import UTF8
from seqclf.prior import Prior
from seqclf.runs import FAILED, INTERRUPTED, RUNNING, WHOLE, Run, now
from seqclf.text.kinds import load_tokenizer
from seqclf.training.baseline import BaselineBeside
from seqclf.training.data_checks import problems_with_data
from seqclf.training.environment import environment
from seqclf.training.job import Ears, How, Job, Listener, OnNan, Outcome
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
    """Train a config and leave a complete run in ``run`` (made by ``seqclf.runs.begin_run``).

    Args:
        listen: called with every event.
        should_stop: asked after every step; true ends training there, with a run marked interrupted.
        data: what ``prepare`` made of the config, where the caller has it already.
        resume: continue from the run's newest checkpoint; ``config`` is the run's. What is learnt is bit-equal to a
            training that was never stopped, on the same machine and versions.
        further: with ``resume``, ``config`` has more epochs or patience than the run's own
            (``seqclf.training.extend``), which may be finished.
        on_nan: what to do when the loss or a weight is NaN or infinite: stop, or rewind to the newest checkpoint and
            continue with half the learning rate (at most ``seqclf.training.job.MOST_REWINDS`` times).
        memory_check: raise ``InputError`` where the training cannot fit into memory, before it begins.

    Raises:
        InputError: for data that cannot be used, or where another process trains this run.
        SeqclfError: where the run cannot be written. Whatever is raised, the run is marked failed first.
    """
    with run.locked():
        try:
            how = How(time.perf_counter(), resume, further, on_nan)
            return _train(config, run, data, Ears(listen, should_stop), how, memory_check=memory_check)
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


def _train(config: Config, run: Run, data: TrainingData | None, ears: Ears, how: How, *, memory_check: bool) -> Outcome:
    config = with_absolute_paths(config)
    if not how.resume:
        write_config(run.config, config)
        encoding = getattr(config.data, "encoding", UTF8)
        run.update_manifest(seed=config.seed, data=describe(config.data), encoding=encoding, **environment())
    if data is None:
        data = prepare(config, ears.stage)
    else:
        how = replace(how, started=how.started - data.seconds)  # the run's wall time is the whole job's
    if problems := problems_with_data(config, data):
        raise ConfigError(problems)
    _note_data(run, data)
    if memory_check:
        check_memory(config, data)
    with BaselineBeside(config, data, ears.listen) as baseline:
        return Job(config, run, data, ears, how).learn(baseline)


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
            f"{run.folder}: its texts have changed since it began, or are split in another way now; train its config "
            "again"
        )

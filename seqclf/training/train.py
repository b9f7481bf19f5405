"""``train``: turns a config and a run's folder into a complete run. TensorFlow is imported once the texts are read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import asdict

from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.errors import InputError, SeqclfError
from seqclf.files import write_text
from seqclf.new_runs import now
from seqclf.run_teachers import KnownTexts, as_entry, most_known
from seqclf.runs import COMPLETE, FAILED, INTERRUPTED, RUNNING, Run
from seqclf.tasks.base import Say, Task
from seqclf.tasks.kinds import task_of
from seqclf.tensorflow_startup import start_tensorflow
from seqclf.text.kinds import load_tokenizer
from seqclf.training.automatic import decided, is_decided, with_rate
from seqclf.training.baseline import ParallelBaseline
from seqclf.training.batch_size import with_size
from seqclf.training.data_checks import check_data
from seqclf.training.environment import environment
from seqclf.training.memory_estimate import check_memory
from seqclf.training.options import Callbacks, Outcome, TrainOptions
from seqclf.training.resolve import resolved
from seqclf.training.teachers.known import known_from_start, warnings_from_start
from seqclf.training.teachers.teach import with_teachers
from seqclf.training.workers import Workers, agree, started


def train(
    config: Config,
    run: Run,
    options: TrainOptions = TrainOptions(),
    callbacks: Callbacks = Callbacks(),
    data: TrainingData | None = None,
) -> Outcome:
    """Train a config and leave a complete run in ``run`` (created by ``seqclf.new_runs.begin_run``).

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
            _note_failure(run, error)
            if isinstance(error, OSError):
                what = f"{error.filename or run.folder}: cannot be written ({error.strerror or error})"
                if run.has_checkpoint:
                    what += f"; earlier checkpoints are undamaged: `{run.how_to_resume}` resumes the run"
                raise SeqclfError(what) from error
            if (interruption := _interruption(error)) is not None:
                raise interruption from error
            raise


def _facts(data: TrainingData) -> dict[str, str]:
    """What must be the same for all workers before they train."""
    facts = {f"the digest of the {split} texts": digest[:12] for split, digest in data.fingerprints.items()}
    return facts | {"the digest of the tokenizer": data.tokenizer.fingerprint[:12]}


def _without_baseline(config: Config) -> Config:
    return config.model_copy(update={"training": config.training.model_copy(update={"baseline": False})})


def _note_failure(run: Run, error: BaseException) -> None:
    """Mark the run failed; if it still has the models of an earlier training, interrupted.

    A complete run that could not be resumed stays complete.
    """
    with contextlib.suppress(OSError, InputError):  # the folder may be what is broken
        manifest = run.manifest
        if manifest["status"] == RUNNING:
            was_complete = manifest.get("before") in COMPLETE and run.model.is_file()
            status = INTERRUPTED if was_complete else FAILED
            run.update_manifest(status=status, ended=now(), error=str(error) or type(error).__name__)


def _interruption(error: BaseException) -> KeyboardInterrupt | None:
    """The Ctrl-C or signal that caused another error, such as the closing of a half-written file."""
    cause: BaseException | None = error.__context__
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause


def _train(config: Config, run: Run, options: TrainOptions, callbacks: Callbacks, data: TrainingData | None) -> Outcome:
    config = with_absolute_paths(config)
    if not options.resume:
        config = resolved(config, run.folder.parent)
        write_config(run.config, config)
        if options.starter is not None:
            write_text(run.starter, options.starter(config))
        run.update_manifest(
            seed=config.seed,
            task=config.task.type,
            data=config.data.describe(),
            encoding=config.data.file_encoding,
            **environment(),
        )
    data = data or prepared(config, options, callbacks, run)
    check_data(config, data)
    _check_same_data(run, data)
    data = with_teachers(config, data, callbacks.stage, run)
    if options.cluster is not None:
        agree(options.cluster, _facts(data), callbacks.stage, until=" to read the texts")
    start_tensorflow(config, options.threads)
    workers = started(options.cluster)
    from seqclf.training.job import Job

    began = time.perf_counter() - data.seconds  # wall time includes the preparation
    with workers.lost("start all workers again"):
        config, chosen = _decided(config, data, run, options, workers=workers, say=callbacks.stage)
        task = task_of(config, data)
        _write_data(run, data, task, _known_from_start(config, data, run, callbacks.stage))
        if options.memory_check:
            on_machine = 1 if options.cluster is None else options.cluster.on_machine
            check_memory(config, data, workers=workers.count, on_machine=on_machine)
        compared = config if workers.is_chief else _without_baseline(config)
        with ParallelBaseline(compared, data, callbacks.listen) as baseline:
            job = Job(config, run, data, options, callbacks, task=task, started=began, chosen=chosen, workers=workers)
            return job.learn(baseline)


def _decided(
    config: Config, data: TrainingData, run: Run, options: TrainOptions, *, workers: Workers, say: Say
) -> tuple[Config, tuple[str, ...]]:
    """``decided``: worker 0 decides, and all others take its numbers."""
    if is_decided(config):
        return config, ()
    chosen: tuple[str, ...] = ()
    if workers.is_chief:
        config, chosen = decided(config, data, run, say, memory_check=options.memory_check)
    size, rate = workers.tell([config.training.batch_size, config.training.optimizer.learning_rate])
    return with_size(with_rate(config, rate), size), chosen


def prepared(config: Config, options: TrainOptions, callbacks: Callbacks, run: Run | None = None) -> TrainingData:
    """Read the texts and train the tokenizer. Most sources need no TensorFlow: problems with their texts are reported
    before its slow import.

    ``run``: the run to train. What it starts from (``initialize``) is needed no more once it has a tokenizer.
    """
    if config.data.needs_tensorflow:
        start_tensorflow(config, options.threads)
        started(options.cluster)
    has_own = config.initialize is not None and run is not None and run.manifest.get("data_fingerprint") is not None
    own = load_tokenizer(run.tokenizer) if run is not None and has_own else None
    return prepare(config, callbacks.stage, tokenizer=own)


def _check_same_data(run: Run, data: TrainingData) -> None:
    """Raise ``InputError`` if the run to resume has other data."""
    noted = run.manifest.get("data_fingerprint")
    if noted is None:
        return
    if noted != data.fingerprints or load_tokenizer(run.tokenizer).fingerprint != data.tokenizer.fingerprint:
        raise InputError(
            f"{run.folder}: its texts or their splits have changed since it began, so it cannot be resumed; train its "
            "config again"
        )


def _known_from_start(config: Config, data: TrainingData, run: Run, say: Say) -> dict[str, KnownTexts]:
    """Held-out texts that teachers of the runs knew that a new training starts from; warns of them."""
    if run.manifest.get("data_fingerprint") is not None:
        return {}
    known = known_from_start(config, data)
    for warning in warnings_from_start(config, known):
        say(f"warning: {warning}")
    return known


def _write_data(run: Run, data: TrainingData, task: Task, known: Mapping[str, KnownTexts]) -> None:
    """Record the tokenizer, what the task needs, and at last the fingerprints, unless the run has them.

    ``known``: held-out texts that are known to the weights of the run's start.
    """
    if run.manifest.get("data_fingerprint") is None:
        data.tokenizer.save(run.tokenizer)
        task.save(run)
        taught = {} if data.taught is None else data.taught.known
        run.update_manifest(training_texts=len(data.train), **as_entry(most_known([taught, known])))
        if data.unlabelled is not None:
            run.update_manifest(unlabelled_texts=asdict(data.unlabelled.counts))
        if data.taught is not None:
            run.update_manifest(teacher=data.taught.about)
        run.update_manifest(data_fingerprint=data.fingerprints)

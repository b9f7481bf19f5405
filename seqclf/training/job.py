"""A training whose texts are ready: the model, the loop, and the files written at the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from seqclf.config import Config, write_config
from seqclf.config.depth import depth_groups
from seqclf.data.prepare import TrainingData
from seqclf.files import shell_word
from seqclf.new_runs import now, this_process
from seqclf.runs import FINISHED, INTERRUPTED, RUNNING, Run
from seqclf.runtime import current_threads
from seqclf.training.answers import keep_answers, validation_answers
from seqclf.training.baseline import ParallelBaseline
from seqclf.training.environment import peak_memory_bytes, processor_seconds
from seqclf.training.events import RunEnded, TrainingDone, TrainingStarted
from seqclf.training.evidence import TrainingEvidence
from seqclf.training.extend import extend_training
from seqclf.training.initialize.start import start_of
from seqclf.training.initialize.words import Account
from seqclf.training.keeper import Keeper
from seqclf.training.options import MOST_REWINDS, Callbacks, Outcome, TrainOptions
from seqclf.training.pretrained import read_pretrained
from seqclf.training.silent_network import Mix
from seqclf.training.unlabelled_read import UnlabelledRead, planned_reading
from seqclf.training.workers import Workers
from seqclf.training.written import write_metrics, write_models

if TYPE_CHECKING:
    import keras

    from seqclf.evaluation.evidence.make import Findings
    from seqclf.metrics.protocol import Metrics
    from seqclf.run_answers import KeptAnswers
    from seqclf.tasks.base import Task

_CURES = "lower training.optimizer.learning_rate, or clip the gradients with training.optimizer.clip_norm"
_REWIND = ", or let training return to the last checkpoint and halve the rate with --on-nan rewind"


class _Validated(NamedTuple):
    """What the kept weights make of the validation texts: all scores, what a report shows beside them, each answer."""

    metrics: Metrics | None
    findings: Findings | None = None
    answers: KeptAnswers | None = None


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        config: has absolute paths and matches ``data``.
        started: when the training started, by ``time.perf_counter``.
        chosen: which numbers stand in place of ``auto``, in sentences.
        workers: those that train together. Each has a job, and a run; only that of worker 0 outlives the training.
    """

    config: Config
    run: Run
    data: TrainingData
    options: TrainOptions
    callbacks: Callbacks
    task: Task = field(kw_only=True)
    started: float = field(kw_only=True)
    chosen: tuple[str, ...] = field(default=(), kw_only=True)
    workers: Workers = field(default_factory=Workers, kw_only=True)

    def learn(self, baseline: ParallelBaseline) -> Outcome:
        """Train, and write the run. Raises ``NonFiniteError`` if the loss or a weight is NaN or infinite."""
        from seqclf.training.state import TrainingState

        processor_started = processor_seconds()  # before the fits of ngrams
        workers = self.workers
        task = self.task.begin(self.config, self.data, self.run, self.callbacks.stage)
        model = self._model(task)
        account = None if self.options.resume and self.run.has_checkpoint else self._initialize(model)
        training, scores = self.config.training, task.metrics.monitored()
        groups = depth_groups(self.config)
        state = TrainingState.begin(model, training, groups, carried=task.carried(model), replica=workers.index)
        keeper = Keeper(
            state,
            self.run,
            training,
            started=(self.started, processor_started),
            scores=scores,
            perplexity=task.shows_perplexity,
            writes=workers.is_chief,
        )
        self.run.update_manifest(parameters=model.count_params(), threads=asdict(current_threads()))
        if workers.count > 1:
            self.run.update_manifest(workers=workers.count)
        if self.options.resume:
            self._resume(keeper)
        else:
            keeper.save()  # to rewind to before the first regular checkpoint
        workers.share(state)
        with workers.lost(self._after_a_loss()):
            self.callbacks.listen(self._started(model, task, account))
            done = self._loop_with_rewinds(keeper, baseline, task)
            outcome = self._finish(done, keeper, baseline)
            workers.part_company()
        return outcome

    def _after_a_loss(self) -> str:
        """What to do when a worker is lost: each names the run that worker 0 writes."""
        (folder,) = self.workers.tell([str(self.run.folder)])
        return (
            "to resume from the last checkpoint, start all workers again with "
            f"--resume {shell_word(folder)} in place of the config"
        )

    def _model(self, task: Task) -> keras.Model:
        """The model before its first step."""
        config, data = self.config, self.data
        pretrained = read_pretrained(config, data, self.callbacks.stage)
        if pretrained is not None:
            self.callbacks.stage(f"Found vectors for {pretrained}")
            for doubt in pretrained.doubts:
                self.callbacks.stage(f"warning: {config.embedding.vectors}: {doubt}")
            self.run.update_manifest(vectors=pretrained.as_json())
        for doubt in () if data.taught is None else data.taught.warnings:
            self.callbacks.stage(f"warning: {doubt}")
        self.callbacks.stage("Building the model")
        return task.model(config, data, vectors=None if pretrained is None else pretrained.vectors)

    def _resume(self, keeper: Keeper) -> None:
        if not self.workers.is_chief:
            return
        keeper.restore(self.callbacks.stage, resumes=True)
        if self.options.further:
            extend_training(keeper.state, self.config.training, self.run, self.callbacks.stage)
            write_config(self.run.config, self.config)
        before = self.run.manifest
        resumed = [*before.get("resumed", []), now()]
        self.run.update_manifest(status=RUNNING, before=before["status"], resumed=resumed, **this_process())

    def _initialize(self, model: keras.Model) -> Account | None:
        """Give the model the weights of the run that the training starts from; None without one."""
        start = start_of(self.config, self.run.folder.parent)
        if start is None or not self.workers.is_chief:
            return None
        from seqclf.training.initialize.weights import initialize

        self.callbacks.stage(f"Reading the weights of {' and '.join(str(one.run.folder) for one in start.origins)}")
        initialize(model, start, self.data)
        account = Account.of(start, self.data)
        self.run.update_manifest(initialize=account.as_json())
        return account

    def _started(self, model: keras.Model, task: Task, account: Account | None) -> TrainingStarted:
        data = self.data
        reading = planned_reading(task.batches(data.train, self.config, training=True), self.config)
        return TrainingStarted(
            self.config.data.describe(),
            self.config.training.epochs,
            len(data.train),
            len(data.validation) if data.validation else 0,
            model.count_params(),
            task.shows_accuracy,
            task.shows_perplexity,
            notes=(*data.notes, *task.notes, *self.chosen, *([] if reading is None else [reading]), *self._notes),
            starts_from=() if account is None else tuple(account.sentences()),
            scores=task.metrics.monitored(),
            folder=self.run.folder,
        )

    @property
    def _notes(self) -> tuple[str, ...]:
        count = self.workers.count
        return () if count == 1 else (f"{count} workers train together: each takes a part of every batch",)

    def _loop_with_rewinds(self, keeper: Keeper, baseline: ParallelBaseline, task: Task) -> TrainingDone:
        from seqclf.training.state import NonFiniteError

        rewinds = 0
        while True:
            try:
                return self._loop(keeper, baseline, task)
            except NonFiniteError as error:
                if self.options.on_nan == "stop" or rewinds == MOST_REWINDS:
                    cures = _CURES if rewinds else _CURES + _REWIND
                    raise NonFiniteError(f"{error}: {cures}; the last checkpoint is good") from error
                rewinds += 1
                share = keeper.state.rate_share / 2
                self.callbacks.stage(
                    f"warning: {error}; rewinding to the last checkpoint, with learning rate x {share:g}"
                )
                if self.workers.is_chief:
                    keeper.restore(self.callbacks.stage, resumes=False)
                    keeper.state.rate_share = share
                self.workers.share(keeper.state)

    def _loop(self, keeper: Keeper, baseline: ParallelBaseline, task: Task) -> TrainingDone:
        from seqclf.training.loop import training_events
        from seqclf.training.state import NonFiniteError

        config, data, state, workers = self.config, self.data, keeper.state, self.workers
        train = task.batches(data.train, config, training=True)
        validation = task.batches(data.validation, config, training=False) if data.validation else None
        events = training_events(state, train, validation, task, config.training, seed=config.seed, workers=workers)
        for event in events:
            failure: NonFiniteError | None = None
            try:
                keeper(event)
            except NonFiniteError as error:  # only worker 0 finds it, but all must rewind or end
                failure = error
            else:
                self.callbacks.listen(event)
            if isinstance(event, TrainingDone):
                return event
            baseline.poll()
            stops, fails = workers.any(self.callbacks.should_stop(), failure is not None)
            if fails:
                raise failure or NonFiniteError("weights are NaN or infinite")
            if stops:
                break
        keeper.save()
        done = TrainingDone("interrupted", state.best_epoch)
        keeper(done)
        self.callbacks.listen(done)
        return done

    def _finish(self, done: TrainingDone, keeper: Keeper, baseline: ParallelBaseline) -> Outcome:
        """Write the models, their metrics and the status. A stopped training waits neither for all scores, nor for the
        end of the task, nor for the baseline."""
        run, state = self.run, keeper.state
        status = INTERRUPTED if done.why == "interrupted" else FINISHED
        if not self.workers.is_chief:
            return Outcome(status, done.best_epoch, None, keeper.seconds)
        if status == FINISHED:
            keeper.keep_final()
        state.use_best_weights()
        validated = self._validation(keeper, complete=status == FINISHED)
        validation = validated.metrics
        if status == FINISHED:
            self.task.end(self.config, self.data, state.model, run, self.callbacks.stage)
        if chosen := run.forget_choices():
            commands = " and ".join(f"`seqclf {name}`" for name in chosen)
            self.callbacks.stage(f"note: what {commands} chose for the earlier weights is removed; call it again")
        self.callbacks.stage("Writing the model")
        write_models(self.config, self.data, state.model, validation, run)
        if status == INTERRUPTED:
            self.task.interrupted(run)
        stop = self.callbacks.should_stop if status == FINISHED else lambda: True
        compared = baseline.result(stop, validated.answers)
        if compared is not None and validation is not None:
            keeper(compared)
            write_metrics(self.config, validation, run, compared.scores)
        mix = None if validation is None else _mix(state.model)
        read = UnlabelledRead.of(self.task.batches(self.data.train, self.config, training=True), self.config, state)
        seconds = round(keeper.seconds, 2)  # without the report, which can be written again later
        run.update_manifest(
            **({} if read is None else read.to_json()),
            **({} if mix is None else {"mix": asdict(mix)}),
            status=status,
            ended=now(),
            stopped_by=done.why,
            best_epoch=done.best_epoch,
            epochs=state.epoch,
            wall_seconds=seconds,
            processor_seconds=None if (spent := keeper.processor_seconds) is None else round(spent, 2),
            peak_memory_bytes=peak_memory_bytes(),
        )
        if status == FINISHED:
            keeper.drop()
            if validated.answers is not None:
                keep_answers(run, self.data, validated.answers, baseline.answers, self.callbacks.stage)
            if self.options.report:
                self._evidence.write(validated.findings, seconds)
        self.callbacks.listen(RunEnded(status))
        scores = None if compared is None else compared.scores
        return Outcome(status, done.best_epoch, validation, seconds, scores, mix)

    @property
    def _evidence(self) -> TrainingEvidence:
        threads = self.options.threads if isinstance(self.options.threads, int) else None
        return TrainingEvidence(self.config, self.run, self.data, self.callbacks, threads)

    def _validation(self, keeper: Keeper, *, complete: bool) -> _Validated:
        """The validation metrics of the kept weights, which the model has; ``complete``: with all else."""
        saved, texts = keeper.state.best_validation, self.data.validation
        metrics = None if saved is None else self.task.metrics.from_json(saved)
        if metrics is None or texts is None or not complete:
            return _Validated(metrics)
        logits = self.task.logits(keeper.state.model, texts, self.config)
        if logits is None:
            return _Validated(metrics)
        findings = self._evidence.findings(logits, metrics) if self.options.report else None
        answers = validation_answers(self.data, logits, metrics)
        return _Validated(self.task.evaluated(logits, texts, metrics), findings, answers)


def _mix(model: keras.Model) -> Mix | None:
    """The weights of the kept epoch; None if the logits are no sum of network and n-grams."""
    from seqclf.model.build import is_mixed, mix_of

    return Mix(*mix_of(model)) if is_mixed(model) else None

"""The files that a run writes while it trains: history and checkpoints, in step with each other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from seqclf.config.schema import TrainingConfig
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.runs import Run
from seqclf.training.checkpoints import FINAL, Checkpoints
from seqclf.training.environment import processor_seconds
from seqclf.training.events import EpochDone, Event, StepDone
from seqclf.training.history import History

if TYPE_CHECKING:
    from seqclf.training.state import TrainingState


class Keeper:
    """A listener that must be called before anything else changes the state.

    It writes a checkpoint after every epoch, and within an epoch as often as the config says.

    Args:
        started: start of the job, by ``time.perf_counter``.
        scores: names of the scores in the headline of a validation.
        perplexity: as in ``History``.
        writes: false for a worker that only helps: its state is that of worker 0, which writes it.
    """

    def __init__(
        self,
        state: TrainingState,
        run: Run,
        config: TrainingConfig,
        *,
        started: tuple[float, float],
        scores: Sequence[str],
        perplexity: bool = False,
        writes: bool = True,
    ) -> None:
        self.state = state
        self._writes = writes
        self._run, self._config = run, config
        self._started: float
        self._processor_started: float | None  # None: unknown
        self._started, self._processor_started = started
        self._history = History(
            run.history, config.log_every, scores, clock=lambda: self.seconds, perplexity=perplexity
        )
        self._checkpoints = Checkpoints(run.checkpoints)
        self._saved_at = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall time of the training, including its time before it was resumed."""
        return time.perf_counter() - self._started

    @property
    def processor_seconds(self) -> float | None:
        """Processor time of the fits of n-grams, of building and of training the model, also before a resume.

        None: an earlier version did not count it.
        """
        return None if self._processor_started is None else processor_seconds() - self._processor_started

    def __call__(self, event: Event) -> None:
        if not self._writes:
            return
        self._history(event)
        if isinstance(event, EpochDone) or (isinstance(event, StepDone) and self._is_time(event.step)):
            self.save()

    def save(self) -> None:
        """Write a checkpoint. Raises ``OSError``."""
        if not self._writes:
            return
        content = self.state.to_bytes(**self._others)
        self._history.sync()  # a checkpoint records its length
        self._checkpoints.save(self.state.epoch, self.state.so_far.step, content)
        self._saved_at = time.monotonic()

    def keep_final(self) -> None:
        """Write the final state, before the model gets the best weights. Raises ``OSError``.

        It omits the best weights: ``model.keras`` has them.
        """
        if self._config.keep_checkpoints == FINAL:
            content = self.state.to_bytes(best=False, **self._others)
            self._checkpoints.save_final(content)

    @property
    def _others(self) -> dict[str, Any]:
        """What a checkpoint has beside the state."""
        return {
            "history": self._history.place,
            "seconds": self.seconds,
            "processor_seconds": self.processor_seconds,
        }

    def drop(self) -> None:
        """Delete the files that a finished run does not keep."""
        if self._config.keep_checkpoints is not True:
            self._checkpoints.drop(final=self._config.keep_checkpoints == FINAL)

    def restore(self, say: Callable[[str], None], *, resumes: bool) -> None:
        """Return to the newest undamaged checkpoint, or to the start without one. Raises ``InputError``.

        ``resumes``: the time before the checkpoint was another process's, so it is added to that of this one.
        """
        found = self._checkpoints.newest(lambda what: say(f"warning: {what}; trying the previous checkpoint"))
        if found is None:
            say("No checkpoint yet; starting from the beginning")
            self._history.restore({"written": 0, "window": []})
            return
        name, content = found
        best = self._best_weights() if name == FINAL else None
        others = self.state.load(content)
        self.state.best_weights = self.state.best_weights or best
        self._history.restore(others["history"])
        if resumes:
            self._add_time(others["seconds"], others.get("processor_seconds"))
        epoch, step = (self.state.epoch, 0) if name == FINAL else map(int, re.findall(r"\d+", name))
        if not step:
            say(f"Resuming {self._run.folder} " + (f"after epoch {epoch:,}" if epoch else "from its beginning"))
            return
        say(f"Resuming {self._run.folder} after step {step:,} of epoch {epoch + 1:,}")

    def _add_time(self, seconds: float, processor: float | None) -> None:
        """Time of the training before it was resumed."""
        self._started -= seconds
        if processor is None or self._processor_started is None:
            self._processor_started = None
        else:
            self._processor_started -= processor

    def _best_weights(self) -> list[NDArray[Any]] | None:
        """The best weights, read from the finished run's model; None without a best epoch. Raises ``InputError``."""
        if self._run.manifest.get("best_epoch") is None:
            return None
        if not self._run.model.exists():
            again = f"seqclf train {shell_word(self._run.config)}"
            raise InputError(f"{self._run.model}: is missing, so the run cannot be resumed; train it again: {again}")
        from seqclf.model.fitted import fitted_weights, set_fitted_weights, without_fitted

        model = self.state.model
        # The file may have n-grams fitted to the validation texts (ngrams.refit): training continues without those.
        fitted = fitted_weights(model)
        try:
            model.load_weights(self._run.model)
        except (OSError, ValueError, LookupError, BadZipFile) as error:
            raise InputError(f"{self._run.model}: cannot be read as a model ({error})") from error
        best = [np.array(weight) for weight in without_fitted(model, model.weights)]
        set_fitted_weights(model, fitted)
        return best

    def _is_time(self, step: int) -> bool:
        steps, minutes = self._config.checkpoint_steps, self._config.checkpoint_minutes
        if steps is not None and step % steps == 0:
            return True
        return minutes is not None and time.monotonic() - self._saved_at >= 60 * minutes

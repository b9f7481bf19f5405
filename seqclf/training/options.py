"""The arguments of ``train`` other than the config, and its result. Imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.protocol import Metrics
from seqclf.training.events import Event, Stage

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.training.cluster import Cluster
    from seqclf.training.silent_network import Mix

Listener = Callable[[Event], None]
OnNan = Literal["stop", "rewind"]
MOST_REWINDS = 5


@dataclass(frozen=True)
class TrainOptions:
    """Options of one training that are not part of its config.

    Attributes:
        resume: continue from the run's newest checkpoint; the config is the run's. The weights are bit-equal to those
            of an uninterrupted training on the same machine and versions.
        further: with ``resume``, the config has more epochs or patience than the run's own
            (``seqclf.training.extend``), which may be finished.
        on_nan: what to do when the loss or a weight is NaN or infinite: stop, or rewind to the newest checkpoint and
            continue with half the learning rate (at most ``MOST_REWINDS`` times).
        memory_check: before training, raise ``InputError`` if it cannot fit into memory.
        threads: for TensorFlow, if nothing has used it in this process: a number; ``auto``: one for each core;
            ``stock``: as TensorFlow sets them (``seqclf.runtime``).
        report: keep with a finished run what a report shows beside the metrics, texts among it
            (``seqclf.evaluation.evidence``).
        starter: the text of the config that was made for the data, by the config of the run, which keeps it.
        cluster: the workers that train together, each called with the same config and options, and an index of its
            own (``seqclf.training.workers``); None: this process trains alone.
    """

    resume: bool = False
    further: bool = False
    on_nan: OnNan = "stop"
    memory_check: bool = True
    threads: int | str = "stock"
    report: bool = True
    starter: Callable[[Config], str] | None = None
    cluster: Cluster | None = None

    @property
    def writes(self) -> bool:
        """Whether this process writes the run; of several workers, worker 0 does."""
        return self.cluster is None or self.cluster.is_chief


@dataclass(frozen=True)
class Callbacks:
    """The callbacks of a training.

    Attributes:
        listen: called with every event.
        should_stop: called after every step; if true, training ends there and the run is marked interrupted.
    """

    listen: Listener = lambda event: None
    should_stop: Callable[[], bool] = lambda: False

    def stage(self, what: str) -> None:
        """Report the current stage."""
        self.listen(Stage(what))


@dataclass(frozen=True)
class Outcome:
    """The outcome of a training.

    Attributes:
        status: ``finished`` or ``interrupted``.
        validation: metrics of the kept weights; None without a completed validation.
        baseline: scores of the baseline on the same texts; None without a baseline.
        mix: how much network and n-grams count, if the logits are the sum of both and a validation chose its weights.
    """

    status: str
    best_epoch: int | None
    validation: Metrics | None
    seconds: float
    baseline: BaselineScores | None = None
    mix: Mix | None = None

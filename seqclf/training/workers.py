"""Several processes that train one model: the only module that knows of ``tf.distribute``.

Every worker has the whole model, as ordinary variables, and makes the same updates: what differs is its part of each
batch, and the sums of all parts are what an update is made of. TensorFlow's ``MultiWorkerMirroredStrategy`` connects
the workers and adds up; its mirrored variables and Keras's ``fit`` are not used. One worker alone needs none of it.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqclf.errors import InputError, SeqclfError
from seqclf.replicas import ALONE
from seqclf.training.cluster import Cluster
from seqclf.training.roll_call import SAME, Facts, call_roll, differences

if TYPE_CHECKING:
    import tensorflow as tf

    from seqclf.tasks.base import BatchPlan
    from seqclf.training.state import TrainingState

_HEARTBEAT_SECONDS = 30  # after which a machine that no longer answers counts as lost
_SECONDS_TO_JOIN = 300  # after the roll call: TensorFlow's start, however slow the disk; it does not hear Ctrl-C
_NUMBERS_A_MESSAGE = 1 << 22
_TASK = re.compile(r"/task:(\d+)")
_joined: dict[Cluster, Workers] = {}
"""The cluster that this process has joined; TensorFlow keeps it until the process ends."""


class LostWorker(SeqclfError):
    """Another worker has ended, or can no longer be reached."""


class Workers:
    """One worker alone."""

    count = 1
    index = 0

    @property
    def is_chief(self) -> bool:
        """Whether this worker writes the run. It alone measures on the validation texts, too."""
        return self.index == 0

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """As ``seqclf.replicas.Replicas.sum``; within compiled functions."""
        return ALONE.sum(tensors)

    def part(self, batches: BatchPlan, plan: Any) -> Any:
        """The plan with this worker's rows of each batch."""
        return plan if self.count == 1 else batches.part(plan, self.index, self.count)

    def any(self, *flags: bool) -> tuple[bool, ...]:
        """For each flag, whether it is true for any worker. All workers must call this at the same place."""
        return flags

    def tell(self, values: list[Any]) -> list[Any]:
        """The values that worker 0 has, as JSON carries them."""
        return values

    def share(self, state: TrainingState) -> None:
        """Give the state of worker 0 to all others."""

    def part_company(self) -> None:
        """Wait until worker 0 has written the run; it does not mind if another worker is lost by then."""

    def compare(self, facts: Facts) -> None:
        """Raise ``InputError`` if a worker has other facts; the same error for all workers."""

    def lost(self, what: str) -> contextlib.AbstractContextManager[None]:
        """Within the block, the loss of a worker is a ``LostWorker``; ``what``: what to do next."""
        return contextlib.nullcontext()


class ManyWorkers(Workers):
    """One of several workers; made by ``started``."""

    def __init__(self, cluster: Cluster, strategy: tf.distribute.Strategy) -> None:
        import tensorflow as tf

        self.count, self.index = cluster.count, cluster.index
        self._cluster, self._strategy = cluster, strategy

        numbers = [tf.TensorSpec([None], tf.int64)]
        self._sum_of_numbers = tf.function(self._all_reduce, input_signature=numbers, autograph=False)

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The sums over all workers, in one exchange: of small tensors, each would cost as much as all of them.

        Numbers are added as ``float32``: counts are exact up to 2**24.
        """
        import tensorflow as tf

        given = [tf.convert_to_tensor(tensor) for tensor in tensors]
        flat = [tf.reshape(tf.cast(tensor, tf.float32), [-1]) for tensor in given]
        sizes = [tf.size(one) if one.shape.rank is None or None in one.shape else one.shape[0] for one in flat]
        summed = tf.split(self._all_reduce(tf.concat(flat, 0)), sizes, num=len(flat))
        return [
            tf.cast(tf.ensure_shape(tf.reshape(part, tf.shape(tensor)), tensor.shape), tensor.dtype)
            for part, tensor in zip(summed, given, strict=True)
        ]

    def any(self, *flags: bool) -> tuple[bool, ...]:
        return tuple(bool(number) for number in self._sum_of_numbers(np.array(flags, np.int64)).numpy())

    def tell(self, values: list[Any]) -> list[Any]:
        told: list[Any] = json.loads(self._from(0, json.dumps(values).encode()))
        return told

    def share(self, state: TrainingState) -> None:
        content = self._from(0, state.to_bytes(best=False, finite=False) if self.is_chief else b"")
        if not self.is_chief:
            state.load(content)

    def part_company(self) -> None:
        if not self.is_chief:
            self.any(False)
            return
        with contextlib.suppress(LostWorker), self.lost("the run is complete"):
            self.any(False)

    def compare(self, facts: Facts) -> None:
        own = json.dumps(dict(facts)).encode()
        all_facts = [json.loads(self._from(index, own)) for index in range(self.count)]
        if found := differences(self._cluster, all_facts):
            raise InputError(f"{found}; {SAME}")

    @contextlib.contextmanager
    def lost(self, what: str) -> Iterator[None]:
        import tensorflow as tf

        errors = tf.errors
        try:
            yield
        except (
            errors.UnavailableError,
            errors.AbortedError,
            errors.CancelledError,
            errors.DeadlineExceededError,
            errors.FailedPreconditionError,
        ) as error:
            raise LostWorker(f"{_lost_worker(self._cluster, error)}, so this one stops, too; {what}") from error

    def _all_reduce(self, tensor: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        def everywhere(part: tf.Tensor) -> tf.Tensor:
            # The copy has a device, which the strategy asks for; an argument from outside has none.
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(part))

        return self._strategy.run(everywhere, (tensor,))

    def _from(self, source: int, content: bytes) -> bytes:
        """What one worker has, for all: the others add zeros to it."""
        is_source = source == self.index
        size = int(self._sum_of_numbers(np.array([len(content) if is_source else 0])).numpy()[0])
        numbers = np.zeros(-(-size // 8), np.int64)
        if is_source:
            numbers[:] = np.frombuffer(content.ljust(8 * len(numbers), b"\0"), np.int64)
        for start in range(0, len(numbers), _NUMBERS_A_MESSAGE):
            part = slice(start, start + _NUMBERS_A_MESSAGE)
            numbers[part] = self._sum_of_numbers(numbers[part]).numpy()
        return numbers.tobytes()[:size]


def started(cluster: Cluster | None) -> Workers:
    """The workers of a cluster, connected; ``None``: one alone.

    A process can be part of one cluster only, which TensorFlow keeps until it ends. Call it after ``agree``, and before
    TensorFlow runs its first operator. A worker uses one GPU: of those that it sees, the first that no worker before it
    on the same machine uses.

    Raises:
        SeqclfError: the cluster cannot be formed, or a worker has ended since the roll call.
    """
    if cluster is None:
        return Workers()
    if (joined := _joined.get(cluster)) is None:
        joined = _joined[cluster] = _join(cluster)
    return joined


def agree(cluster: Cluster, facts: Facts, say: Callable[[str], None] = lambda what: None, *, until: str = "") -> None:
    """Return once all workers are there with the same facts; without TensorFlow before a process's first training.

    ``say``, ``until``: as for ``call_roll``. Raises as ``call_roll``, and ``LostWorker``.
    """
    if (joined := _joined.get(cluster)) is None:
        call_roll(cluster, facts, say, until=until)
        return
    with joined.lost("start all workers again"):
        joined.compare(facts)


def _join(cluster: Cluster) -> ManyWorkers:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        tf.config.set_visible_devices(gpus[cluster.place_on_machine % len(gpus)], "GPU")
    _set_time_limits(cluster)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        num_accelerators={"GPU": min(1, len(gpus))},
        rpc_layer="grpc",
    )
    try:
        return ManyWorkers(cluster, tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver))
    except (tf.errors.OpError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise SeqclfError(
            f"{cluster.name(cluster.index)} could not join the others ({why}); look at the output of the other "
            "workers, and whether their hosts and ports can be reached"
        ) from error


def _set_time_limits(cluster: Cluster) -> None:
    """Set how long to wait for the others, and when a silent one is lost; by default an hour, and longer."""
    from tensorflow.python.eager import context

    workers = context.coordination_config_pb2.CoordinatedJob(name="worker", num_tasks=cluster.count)
    context.context().configure_coordination_service(
        service_type="standalone",
        service_leader="/job:worker/replica:0/task:0",
        cluster_register_timeout_in_ms=_SECONDS_TO_JOIN * 1000,
        heartbeat_timeout_in_ms=_HEARTBEAT_SECONDS * 1000,
        coordinated_jobs=[workers],
    )


def _lost_worker(cluster: Cluster, error: Exception) -> str:
    """Who is gone, as far as TensorFlow says."""
    named = [int(number) for number in _TASK.findall(str(error)) if int(number) != cluster.index]
    who = cluster.name(named[0]) if named and named[0] < cluster.count else "another worker"
    return f"{who} ended or can no longer be reached"

"""Time the exchange of an embedding's gradients between two workers on this machine: dense, or gathered row by row.

Run ``python benchmarks/workers.py``. Two processes on loopback have no network between them, so this is what the
exchange costs beside the network; the bytes are those that a network would carry.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

from seqclf.cli.local_workers import free_addresses
from seqclf.training.cluster import Cluster, cluster_of

_CASES = ((8_185, 64, 8_000), (8_185, 64, 1_000), (30_000, 300, 8_000), (30_000, 300, 1_000))
_REPEATS = 10


def _seconds(function: Any, *arguments: Any) -> float:
    """The median time of a call, after a first one."""
    times = []
    for _ in range(_REPEATS + 1):
        started = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - started)
    return sorted(times[1:])[_REPEATS // 2]


def _gathering(strategy: Any) -> Any:
    """The sum as a dense matrix, from rows and the numbers of their tokens."""
    import tensorflow as tf

    def reduce(slices: tf.IndexedSlices) -> Any:
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, slices)

    def gathered(values: tf.Tensor, indices: tf.Tensor, vocabulary: int) -> tf.Tensor:
        shape = tf.constant([vocabulary, values.shape[1]])
        return tf.convert_to_tensor(strategy.run(reduce, (tf.IndexedSlices(values, indices, shape),)))

    return gathered


def _measure(cluster: Cluster) -> None:
    from seqclf.tensorflow_startup import start_tensorflow
    from seqclf.training.workers import ManyWorkers, started

    start_tensorflow()
    import tensorflow as tf

    workers = started(cluster)
    assert isinstance(workers, ManyWorkers)
    if cluster.is_chief:
        print(f"{'vocabulary':>10} {'dim':>4} {'tokens':>7} {'dense':>16} {'gathered':>16}")
    dense, gathered = tf.function(lambda values: workers.sum([values])), tf.function(_gathering(workers._strategy))
    for vocabulary, dim, tokens in _CASES:
        first = _seconds(dense, tf.zeros([vocabulary, dim]))
        second = _seconds(gathered, tf.zeros([tokens, dim]), tf.range(tokens) % vocabulary, vocabulary)
        if cluster.is_chief:
            sizes = 4e-6 * vocabulary * dim, 4e-6 * tokens * (dim + 1)
            cells = [f"{mb:5.1f} MB {1000 * s:4.0f} ms" for mb, s in zip(sizes, (first, second), strict=True)]
            print(f"{vocabulary:>10,} {dim:>4} {tokens:>7,} {cells[0]:>16} {cells[1]:>16}")
    workers.any(False)


def main() -> None:
    if len(sys.argv) > 1:
        _measure(cluster_of(sys.argv[1].split(","), int(sys.argv[2])))
        return
    addresses = ",".join(free_addresses(2))
    others = [subprocess.Popen([sys.executable, __file__, addresses, str(index)]) for index in range(2)]
    for other in others:
        other.wait()


if __name__ == "__main__":
    main()

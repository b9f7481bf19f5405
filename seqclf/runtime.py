"""Tune threads and memory of the process for recurrent networks on a CPU.

A recurrent step is a chain of operators on a few tens of kB each, too small to share among threads. Several chains in
parallel (the two directions, parts of a batch) keep the cores busy instead. A training step also frees tensors of some
MB that the next step allocates again: unless told to keep them, glibc returns them to the kernel and pays for fresh
pages every time. ``docs/performance.md`` has the measurements.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_MOST_CHAINS = 8
# glibc's mallopt(3): keep freed blocks up to 1 GiB, and grow the heap by 256 MiB at a time. Only pages that are written
# to take memory.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_MALLOPT = ((_M_TRIM_THRESHOLD, 2**30), (_M_TOP_PAD, 2**28), (_M_MMAP_THRESHOLD, 2**30))


@dataclass(frozen=True)
class Threads:
    """TensorFlow's two pools of threads.

    Attributes:
        inter_op: operators that may run in parallel; 0: TensorFlow's choice.
        intra_op: threads that one operator may use; 0: TensorFlow's choice.
    """

    inter_op: int
    intra_op: int

    @classmethod
    def for_recurrence(cls, threads: int) -> Threads:
        """Distribute ``threads`` threads: as many parallel chains of operators as it pays to split a batch into."""
        chains = min(threads, _MOST_CHAINS)
        return cls(inter_op=chains, intra_op=max(1, threads // chains))


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_memory_bytes() -> int | None:
    """Memory that this process may still allocate without evicting others: free memory and swap, or less if a control
    group (of a container or job) or ``ulimit -v`` allows less. None if the system does not say."""
    import psutil

    try:
        free = [psutil.virtual_memory().available + psutil.swap_memory().free]
    except (OSError, RuntimeError, psutil.Error):
        return None
    free += _free_of_control_groups()
    if hasattr(resource, "RLIMIT_AS"):
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            free.append(max(0, limit - psutil.Process().memory_info().vms))
    return min(free)


def _free_of_control_groups(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> list[int]:
    """Memory left in each control group that limits this process (Linux; versions 2 and 1)."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, name = line.split(":", 2)
        if controllers == "":
            top, limit, used, cache = root, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            top, limit, used = root / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cache = "total_inactive_file"
        else:
            continue
        folder = top / name.lstrip("/")
        for group in (folder, *folder.parents):
            if not group.is_relative_to(top):
                break
            try:
                bound, taken = int((group / limit).read_text()), int((group / used).read_text())
                statistics = (group / "memory.stat").read_text().split()
            except (OSError, ValueError):  # "max": no limit
                continue
            files = int(statistics[statistics.index(cache) + 1]) if cache in statistics else 0  # reclaimable
            found.append(max(0, bound - taken + files))
    return found


def tune_runtime(threads: int | None = None) -> Threads | None:
    """Set TensorFlow's threads and the C library's allocator for recurrent networks on a CPU.

    Call it once, before TensorFlow runs its first operator. Importing seqclf never calls it; the command line does,
    unless ``--threads stock`` is given. It does nothing if TensorFlow sees a GPU.

    Args:
        threads: number of threads; None: one for each core that the process may use.

    Returns:
        The threads that were set; None if TensorFlow sees a GPU.

    Raises:
        ValueError: ``threads`` is not a positive number.
        RuntimeError: TensorFlow already runs operators with other threads.
    """
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise ValueError(f"threads: expected 1 or more, or None for one per core; found {threads!r}")
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return None
    pools = Threads.for_recurrence(threads or usable_cores())
    try:
        tf.config.threading.set_inter_op_parallelism_threads(pools.inter_op)
        tf.config.threading.set_intra_op_parallelism_threads(pools.intra_op)
    except RuntimeError as error:
        raise RuntimeError("TensorFlow's threads are set already: call tune_runtime() before its first use") from error
    keep_freed_memory()
    return pools


def current_threads() -> Threads:
    """TensorFlow's current threads."""
    import tensorflow as tf

    threading = tf.config.threading
    return Threads(threading.get_inter_op_parallelism_threads(), threading.get_intra_op_parallelism_threads())


def keep_freed_memory() -> bool:
    """Let the C library keep freed memory for later allocations; true if it can (glibc)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library (musl)
        return False
    return all([mallopt(option, value) == 1 for option, value in _MALLOPT])

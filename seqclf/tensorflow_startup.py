"""Starts TensorFlow without its log messages."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

from seqclf.runtime import tune_runtime

if TYPE_CHECKING:
    from seqclf.config import Config

_GPU_SETTINGS = {"TF_DETERMINISTIC_OPS": "1", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
"""Environment variables that TensorFlow reads when it first uses a GPU. By default, sums depend on the order in which
threads finish, and one process takes nearly all of the GPU's memory."""

_process = {"is_own": False}

_UNUSED = frozenset({"matplotlib", "pandas", "sklearn"})
"""Packages that Keras imports where they are installed, for plots, tables and wrappers that seqclf does not use."""


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard output to file descriptor 2 (also from C++ libraries), unless the block raises."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        saved = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except Exception:
            kept.seek(0)
            os.write(saved, kept.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)


@contextlib.contextmanager
def _interrupt_afterwards() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM: in an import of C++ modules they would surface as another error.

    Only the main thread receives signals; in another one nothing has to be delayed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    noted: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if callable(handler):  # neither the system's nor ignored, as in a shell's background job
            signal.signal(number, lambda number, _: noted.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            if callable(handler):
                signal.signal(number, handler)
    if noted:
        raise KeyboardInterrupt(*noted[:1])


class _Absent(MetaPathFinder):
    """Lets ``_UNUSED`` packages look as if they were not installed, to the thread that made it."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in _UNUSED and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def own_process() -> None:
    """Say that this process does nothing but what seqclf does, as that of a command.

    Only then does ``start_tensorflow`` import TensorFlow by ``import_tensorflow``.
    """
    _process["is_own"] = True


def import_tensorflow() -> None:
    """Import TensorFlow and Keras in half the time of an import statement, in a process that only seqclf uses.

    ``_UNUSED`` packages stay out; they can be imported afterwards, but Keras itself goes without them: it would train
    on no DataFrame. TensorFlow's half a million objects live as long as
    the process, so the garbage collector walks them neither now nor later.
    """
    if "tensorflow" in sys.modules:
        return
    absent, collected = _Absent(), gc.isenabled()
    sys.meta_path.insert(0, absent)
    gc.disable()
    try:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401

        gc.freeze()
    finally:
        sys.meta_path.remove(absent)
        if collected:
            gc.enable()


def silence_tensorflow() -> None:
    """Limit TensorFlow's C++ log to fatal messages, unless the user has set another level."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def start_tensorflow(config: Config | None = None, threads: int | str = "stock") -> None:
    """Import TensorFlow and let it find devices, without the lines that it logs then at any level.

    On a GPU, runs are repeatable and take only the memory that they need, unless ``_GPU_SETTINGS`` are set otherwise.

    Args:
        config: the config to compute. Without recurrent layers, TensorFlow's threads are unchanged.
        threads: the value of ``--threads``.
    """
    silence_tensorflow()
    with _interrupt_afterwards(), quiet_stderr():
        if _process["is_own"]:
            import_tensorflow()
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        if tf.config.list_physical_devices("GPU"):
            for name, value in _GPU_SETTINGS.items():
                os.environ.setdefault(name, value)
    if threads != "stock" and config is not None and config.has_recurrent_layers:
        with contextlib.suppress(RuntimeError):  # the process already uses TensorFlow, so its threads are fixed
            tune_runtime(None if isinstance(threads, str) else threads)

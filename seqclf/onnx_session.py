"""Opens ONNX models that seqclf wrote, with ONNX Runtime."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError

if TYPE_CHECKING:
    import onnxruntime

MODEL_FILE, TOKENIZER_FOLDER = "model.onnx", "tokenizer"
"""What a run's folder, or one that ``seqclf export --format onnx`` wrote, contains."""


def open_session(
    path: Path, threads: int | None = None, *, if_missing: str = "`seqclf export --format onnx` writes it"
) -> onnxruntime.InferenceSession:
    """A session of a model on the CPU.

    Args:
        threads: number of threads; None: one per core.
        if_missing: what the error says to do about a missing file.

    Raises:
        InputError: the file is missing or no model.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing; {if_missing}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    import onnxruntime

    options: Any = onnxruntime.SessionOptions()
    # By default ONNX Runtime counts two logical cores of one physical core as one.
    options.intra_op_num_threads = threads or _cores()
    options.log_severity_level = 4
    try:
        # Loaded from bytes, so an untrusted model cannot refer to other files.
        # The fallback would print its errors on standard output, and try the same again.
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except Exception as error:  # its own kinds have no base of their own
        raise InputError(f"{path}: cannot be read as a model ({error})") from error


def metadata(session: onnxruntime.InferenceSession) -> dict[str, Any]:
    """What the file says about its model. Raises ``ValueError`` or ``RecursionError`` if that is not JSON."""
    return {name: json.loads(value) for name, value in session.get_modelmeta().custom_metadata_map.items()}


def is_invalid_input(error: Exception) -> bool:
    """Whether ONNX Runtime raised the error because the model does not take its input."""
    return type(error).__name__ == "InvalidArgument"  # its own kinds have no base of their own


def _cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

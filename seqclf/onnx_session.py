"""Opens and runs ONNX models that seqclf wrote, with ONNX Runtime."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError

if TYPE_CHECKING:
    import onnxruntime

MODEL_FILE, TOKENIZER_FOLDER = "model.onnx", "tokenizer"
"""What a run's folder, or one that ``seqclf export --format onnx`` wrote, contains."""

TOKEN_IDS = "token_ids"
"""The input of every model."""

_OUT_OF_RANGE = "indices element out of data bounds"  # ONNX Runtime's message for an index without a row
_CURE = "if the file is damaged, copy it again or train again"
_MOST_SHOWN = 300  # characters of a message of ONNX Runtime


def open_session(path: Path, threads: int | None = None) -> onnxruntime.InferenceSession:
    """A session of a model on the CPU.

    Args:
        threads: number of threads; None: one per core.

    Raises:
        InputError: the file is missing or no model.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing; `seqclf export --format onnx` writes it") from error
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


def run_session(
    session: onnxruntime.InferenceSession,
    shapes: Mapping[str, tuple[int, ...]],
    given: Mapping[str, NDArray[Any]],
    *,
    path: Path,
) -> list[NDArray[np.float32]]:
    """The outputs of a model for its inputs, among them ``token_ids``.

    Args:
        shapes: the shape of each wanted output, by name.
        path: of the model, for messages.

    Raises:
        InputError: the model does not know a token, cannot be run, or gives other shapes.
        MemoryError: the inputs are too many for the memory.
    """
    try:
        found: list[NDArray[np.float32]] = session.run(list(shapes), dict(given))
    except MemoryError:
        raise
    except Exception as error:  # ONNX Runtime's own kinds have no base of their own
        if _OUT_OF_RANGE in str(error):
            raise InputError(
                f"{path.name} and {TOKENIZER_FOLDER}/ do not belong together: the tokenizer gives ids up to "
                f"{given[TOKEN_IDS].max()}, which the model does not know; use both from the same run"
            ) from error
        raise InputError(f"{path}: cannot be run ({' '.join(str(error).split())[:_MOST_SHOWN]}); {_CURE}") from error
    for (name, expected), output in zip(shapes.items(), found, strict=True):
        if output.shape != expected:
            shown = [list(shape) for shape in (expected, output.shape)]
            raise InputError(f"{path}: its {name} should have the shape {shown[0]}, found {shown[1]}; {_CURE}")
    return found


def _cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

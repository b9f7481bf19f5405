"""Quantize weights to 8 bits with ONNX Runtime's dynamic quantization: models of a quarter of the size."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_LOST = 0.005
"""The largest acceptable loss of the validation score by quantization."""

_KINDS = ["Gather", "MatMul", "LSTM", "Attention", "Conv"]


@dataclass(frozen=True)
class Cost:
    """The effects of quantization.

    Attributes:
        texts: number of validation texts.
        score_before, score_after: accuracy, or micro F1 of multi-label runs; None without validation texts.
        size_before, size_after: bytes.
        seen: the n-grams were fitted to these texts (``ngrams.refit``), so both scores and their agreement are higher
            than on new texts.
    """

    metric: str
    texts: int
    score_before: float | None
    score_after: float | None
    size_before: int
    size_after: int
    seen: bool = False

    @property
    def is_small(self) -> bool:
        if self.score_before is None or self.score_after is None:
            return False
        return self.score_before - self.score_after <= MOST_LOST

    def __str__(self) -> str:
        size = f"{self.size_before / 1e3:,.0f} -> {self.size_after / 1e3:,.0f} kB"
        if self.score_before is None or self.score_after is None:
            return f"{size}; no validation texts to measure it on"
        score = f"{self.metric} {self.score_before:.4f} -> {self.score_after:.4f}"
        known = ", which the n-grams were fitted to: on new texts it may lose more" if self.seen else ""
        return f"{size}; {score} on {self.texts:,} validation texts{known}"


def quantized(content: bytes) -> bytes:
    """The ONNX model with 8-bit weights and dynamically quantized activations."""
    import onnx

    from seqclf.export.quantized_tables import quantize_tables

    with tempfile.TemporaryDirectory() as folder, _quiet():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        source, target = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        source.write_bytes(quantize_tables(content))
        options: dict[str, Any] = {"weight_type": QuantType.QInt8, "op_types_to_quantize": _KINDS, "per_channel": True}
        quantize_dynamic(str(source), str(target), **options)
        made = onnx.load(str(target))
    given = onnx.load_from_string(content)
    del made.metadata_props[:]
    made.metadata_props.extend(given.metadata_props)
    return bytes(made.SerializeToString())


@contextlib.contextmanager
def _quiet() -> Any:
    """Silences ONNX Runtime's advice to preprocess models, which does not apply to models of seqclf."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)

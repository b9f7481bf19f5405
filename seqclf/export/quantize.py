"""Models whose weights are bytes: a quarter of the size, by ONNX Runtime's dynamic quantization."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_LOST = 0.005
"""Of the score on the validation texts: what a quantized model may cost."""

_KINDS = ["Gather", "MatMul", "LSTM", "Attention", "Conv"]


@dataclass(frozen=True)
class Cost:
    """What quantization changes.

    Attributes:
        texts: number of validation texts.
        score_before, score_after: accuracy, or micro F1 of multi-label runs; None where there are no texts.
        size_before, size_after: bytes.
        seen: the n-grams were fitted to these texts (``ngrams.refit``): both scores are higher than on new texts, and
            so is their agreement.
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
        known = ", which the n-grams have learnt from: on new texts it may lose more" if self.seen else ""
        return f"{size}; {score} on {self.texts:,} validation texts{known}"


def quantized(content: bytes) -> bytes:
    """An ONNX model with weights of 8 bits, activations quantized as they come."""
    import onnx

    with tempfile.TemporaryDirectory() as folder, _quiet():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        source, target = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        source.write_bytes(content)
        options: dict[str, Any] = {"weight_type": QuantType.QInt8, "op_types_to_quantize": _KINDS, "per_channel": True}
        quantize_dynamic(str(source), str(target), **options)
        made = onnx.load(str(target))
    given = onnx.load_from_string(content)
    del made.metadata_props[:]
    made.metadata_props.extend(given.metadata_props)
    return bytes(made.SerializeToString())


@contextlib.contextmanager
def _quiet() -> Any:
    """Without its advice to preprocess models, which is for those of other makers."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)

"""Measure the cost of quantization of a language model on the validation texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import prepare_split
from seqclf.data.windows import Windows
from seqclf.errors import InputError
from seqclf.export.quantize import quantized
from seqclf.generation.model_file import LOG_PROBABILITIES, TARGETS, LanguageModelFile
from seqclf.labels import NO_LABELS
from seqclf.metrics.language_model import perplexity
from seqclf.metrics.scores import number_of
from seqclf.runs import Run
from seqclf.text.kinds import load_tokenizer
from seqclf.token_ids import PAD_ID

MOST_GAINED = 0.01
"""The largest acceptable increase of the perplexity by quantization, as a fraction."""

_TOKENS = 100_000


@dataclass(frozen=True)
class PerplexityCost:
    """The effects of quantization.

    Attributes:
        tokens: number of predicted tokens of the validation texts.
        before, after: perplexity; None without validation texts.
        size_before, size_after: bytes.
    """

    tokens: int
    before: float | None
    after: float | None
    size_before: int
    size_after: int

    @property
    def problem(self) -> str | None:
        """Why the model should not be used, in words; None: it can be."""
        if self.before is None or self.after is None:
            return "cannot be scored"
        is_small = self.after <= self.before * (1 + MOST_GAINED)
        return None if is_small else "has a perplexity that is more than 1 % larger"

    def __str__(self) -> str:
        size = f"{self.size_before / 1e3:,.0f} -> {self.size_after / 1e3:,.0f} kB"
        if self.before is None or self.after is None:
            return f"{size}; no validation texts to measure it on"
        before, after = (number_of("perplexity", value) for value in (self.before, self.after))
        return f"{size}; perplexity {before} -> {after} on {self.tokens:,} tokens of validation texts"


def quantize_measured(run: Run, path: Path, on_stage: Callable[[str], None] = lambda stage: None) -> PerplexityCost:
    """Replace the run's model in ``path`` by its quantized form; return the cost.

    Raises ``InputError`` if the run's validation texts are missing, or an earlier version wrote a model without scores.
    """
    if not LanguageModelFile.open(path.parent, threads=1).scores:
        raise InputError(
            f"{run.onnx}: an earlier version of seqclf wrote it, and it cannot score texts; delete it and export again"
        )
    config, tokenizer = load_config(run.config), load_tokenizer(run.tokenizer)
    windows = None
    if Corpus(config).has("validation"):
        known = run.data_fingerprints
        texts = prepare_split(config, "validation", tokenizer, NO_LABELS, known, on_stage=on_stage)
        windows = Windows.of_evaluation(texts, config, tokenizer.vocabulary_size)
    size_before = path.stat().st_size
    before = None if windows is None else _perplexity(path, windows)
    path.write_bytes(quantized(path.read_bytes()))
    on_stage("Measuring the quantized model")
    sizes = size_before, path.stat().st_size
    if windows is None or before is None:
        return PerplexityCost(0, None, None, *sizes)
    return PerplexityCost(before[1], before[0], _perplexity(path, windows)[0], *sizes)


def _perplexity(path: Path, windows: Windows) -> tuple[float, int]:
    """The perplexity of a model on the first tokens of each stream, about ``_TOKENS`` in all; their number."""
    file = LanguageModelFile.open(path.parent, threads=None)
    outputs, states = [LOG_PROBABILITIES, *file.outputs[1:]], file.start(windows.streams)
    nats, tokens = 0.0, 0
    for token_ids, targets, _, _ in windows.stream(windows.in_order()):
        found, *states = file.run(outputs, token_ids, states, **{TARGETS: targets})
        nats, tokens = nats - float(found.sum(dtype=np.float64)), tokens + int(np.count_nonzero(targets != PAD_ID))
        if tokens >= _TOKENS:
            break
    return perplexity(nats / max(tokens, 1)), tokens

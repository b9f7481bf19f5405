"""The rows of language models in the table of results, which ``results.py`` writes."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from seqclf.metrics.language_model import LanguageModelMetrics
from seqclf.runs import Run

COLUMNS = ["config", "bits per character", "perplexity", "word perplexity", "tokens a second", "seeds", "epochs"]
COLUMNS += ["parameters", "training", "model.onnx", "again"]

HEADER = """
## Language models

Scores on test texts, or on validation texts where that is said; [smaller is better](language_models.md#measuring-one).
Only bits per character and word perplexities can be compared between tokenizers. Tokens a second are those of training
steps, without validation.
"""


def language_row(path: Path, runs: list[Run]) -> list[str]:
    """The row of a config, from its finished runs: their test scores, or validation scores if a run has no others."""
    split = "test" if all("test" in run.metrics for run in runs) else "validation"
    scores = [LanguageModelMetrics.from_json(run.metrics[split]) for run in runs]
    manifests = [run.manifest for run in runs]
    seeds = sorted(int(manifest["seed"]) for manifest in manifests)

    def mean(name: str) -> float:
        return statistics.mean(getattr(metrics, name) for metrics in scores)

    return [
        f"[{path.stem}](../configs/{path.name})",
        f"**{mean('bits_per_character'):.3f}**{' (validation)' if split == 'validation' else ''}",
        f"{mean('perplexity'):,.2f}",
        f"{mean('word_perplexity'):,.1f}",
        f"{statistics.mean(map(_tokens_per_second, runs)):,.0f}",
        ", ".join(map(str, seeds)),
        f"{statistics.mean(manifest['epochs'] for manifest in manifests):.0f}",
        f"{manifests[0]['parameters']:,}",
        f"{statistics.mean(manifest['wall_seconds'] for manifest in manifests) / 60:,.0f} min",
        f"{statistics.mean(run.onnx.stat().st_size for run in runs) / 1e6:.1f} MB",
        f"`seqclf train configs/{path.name} --set seed={seeds[0]}`, `seqclf eval`",
    ]


def _tokens_per_second(run: Run) -> float:
    """Tokens of all training steps, divided by their time."""
    lines = map(json.loads, run.history.read_text(encoding="utf-8").splitlines())
    epochs = [line for line in lines if line["type"] == "epoch"]
    return sum(epoch["tokens"] for epoch in epochs) / sum(epoch["seconds"] for epoch in epochs)

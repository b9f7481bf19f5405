"""What ``seqclf export`` does with the run of a language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.export.card import About
    from seqclf.export.card_calls import Format
    from seqclf.export.language_model_card import MeasuredTexts
    from seqclf.export.perplexity_cost import PerplexityCost
    from seqclf.runs import Run


def make(run: Run, form: str) -> None:
    """Write a model that the run lacks: the SavedModel, or a deleted file."""
    if form == "saved_model":
        make_saved_model(run, run.saved_model)
        return
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from seqclf.evaluation.language_model import KerasLanguageModel
    from seqclf.export.onnx_language_model import export_onnx_language_model

    one = KerasLanguageModel.load(run)
    export_onnx_language_model(one.model, one.config, run.onnx)


def make_saved_model(run: Run, folder: Path, *, tokens: int | None = None) -> None:
    """Write a SavedModel to a folder that does not exist.

    Args:
        tokens: maximum number of tokens of a text that it generates; None: the default.
    """
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from seqclf.evaluation.language_model import KerasLanguageModel
    from seqclf.export.saved_language_model import export_saved_language_model
    from seqclf.generation.generator import TOKENS

    one = KerasLanguageModel.load(run)
    export_saved_language_model(one.model, one.config, one.tokenizer, folder, tokens=tokens or TOKENS)


def check_onnx(run: Run) -> None:
    """Raise ``InputError`` if the run's ONNX model is damaged."""
    from seqclf.generation.model_file import LanguageModelFile

    LanguageModelFile.open(run.folder, threads=1)


def quantize(run: Run, path: Path, *, force: bool) -> PerplexityCost:
    """Quantize the file in place. Raises ``InputError`` if the model loses too much, unless ``force``."""
    from seqclf.errors import InputError
    from seqclf.export.perplexity_cost import quantize_measured

    cost = quantize_measured(run, path, lambda stage: say(stage, err=True))
    if not force and cost.problem is not None:
        raise InputError(f"the quantized model {cost.problem} ({cost}); nothing was written; to write it, add --force")
    return cost


def write_beside(run: Run, folder: Path) -> None:
    """Write what else belongs to the model and its tokenizer into an exported folder: nothing."""


def about(run: Run, cost: PerplexityCost | None = None) -> About:
    """What a model card says of the run, without its metrics."""
    from seqclf.config import load_config
    from seqclf.export.card import About
    from seqclf.labels import NO_LABELS

    return About(run.name, load_config(run.config), NO_LABELS, run.manifest, {}, None if cost is None else str(cost))


def card(run: Run, form: Format, cost: PerplexityCost | None, tokens: int | None) -> str:
    """The model card; ``tokens`` as for ``make_saved_model``."""
    from seqclf.export.language_model_card import language_model_card
    from seqclf.generation.generator import TOKENS

    return language_model_card(about(run, cost), form, measured(run), tokens=tokens or TOKENS)


def measured(run: Run) -> dict[str, MeasuredTexts]:
    """The metrics of the run by split. Raises ``InputError`` if ``metrics.json`` is malformed."""
    from seqclf.errors import InputError
    from seqclf.export.language_model_card import MeasuredTexts
    from seqclf.metrics.language_model import LanguageModelMetrics

    found = {}
    for split, saved in run.metrics.items():
        if split in ("validation", "test"):
            try:
                found[split] = MeasuredTexts(str(saved["data"]), LanguageModelMetrics.from_json(saved))
            except (LookupError, TypeError, ValueError) as error:
                raise InputError(
                    f"{run.folder / 'metrics.json'}: {split}: {error}; restore it, or train again"
                ) from error
    return found

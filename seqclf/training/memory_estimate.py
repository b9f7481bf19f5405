"""Estimate the memory that a training needs, before anything of that size is allocated."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqclf.config import Config
from seqclf.data.prepare import TrainingData
from seqclf.errors import InputError
from seqclf.layer_types import walk
from seqclf.ngrams.memory import fit_bytes, fitted_lengths
from seqclf.runtime import available_memory_bytes

if TYPE_CHECKING:
    import keras

    from seqclf.tasks.base import Task

_NUMBER = 4  # bytes of a float32
_COPIES_OF_OUTPUTS = 3  # a layer's output, its gradient, and intermediate results
_COPIES_OF_FIT = 3  # of the n-gram table: as fitted, in the model, in an export
_CERTAIN = 0.7  # fraction of the estimate that is certainly needed: measured use is 0.7 to 1.8 times the estimate


@dataclass(frozen=True)
class MemoryNeeds:
    """An estimate, in addition to the memory that the process already uses.

    Attributes:
        parameters: weights of the model.
        state_bytes: for weights, gradients, optimizer, averages, best weights, and a checkpoint being written.
        batch_bytes: for the activations of the largest batch until its gradients are known.
        texts: in that batch.
        tokens: in each of its texts, including padding.
        fit_bytes: for fitting the n-grams before the model is built; 0 without ``ngrams``.
        refit_bytes: for fitting them again after training, in addition to the state; 0 without ``ngrams.refit``.
    """

    parameters: int
    state_bytes: int
    batch_bytes: int
    texts: int
    tokens: int
    fit_bytes: int = 0
    refit_bytes: int = 0

    @property
    def bytes(self) -> int:
        return max(self.fit_bytes, self.state_bytes + max(self.batch_bytes, self.refit_bytes))


def memory_needs(config: Config, data: TrainingData, *, workers: int = 1) -> MemoryNeeds:
    """Estimate from the shapes of the config's model; nothing is allocated. ``workers`` share each batch."""
    from seqclf.tasks.kinds import task_of

    task = task_of(config, data)
    texts, tokens = task.batches(data.train, config, training=True).largest
    texts = -(-texts // workers)
    model = _outline(config, data, task, tokens)
    parameters = model.count_params()
    fixed = 0 if config.ngrams is None else (config.ngrams.buckets + 1) * data.labels.units
    training = config.training
    kept = 2 + training.optimizer.slots + (training.moving_average is not None) + (training.accumulate_steps > 1)
    copies = 1 + kept + kept  # gradients; the kept weights in memory and in a checkpoint
    copies += 0 if training.sharpness is None else 2  # the weights before they are moved, and the first gradients
    numbers = task.passes * _numbers_of_a_text(config, model, tokens)
    state = (parameters - fixed) * copies + fixed * _COPIES_OF_FIT
    fit, refit = fit_bytes(config, fitted_lengths(config, data), data.labels), 0
    if config.ngrams is not None and config.ngrams.refit and data.validation is not None:
        refit = fit_bytes(config, np.concatenate([fitted_lengths(config, data), data.validation.lengths]), data.labels)
    return MemoryNeeds(parameters, state * _NUMBER, texts * numbers * _NUMBER, texts, tokens, fit, refit)


def check_memory(config: Config, data: TrainingData, *, workers: int = 1, on_machine: int = 1) -> None:
    """Raise ``InputError`` if the training cannot fit into memory: better than being killed after hours.

    Args:
        workers: share each batch.
        on_machine: how many of them are on this machine; each needs memory of its own.
    """
    free = available_memory_bytes()
    if free is None:
        return
    needs = memory_needs(config, data, workers=workers)
    if on_machine * needs.bytes * _CERTAIN <= free:
        return
    what, why = _explained(needs, config)
    each = "" if on_machine == 1 else f" for each of the {on_machine} workers on this machine"
    raise InputError(
        f"{what} needs about {_gigabytes(needs.bytes)} of memory{each}, but {_gigabytes(free)} are free: {why}; "
        "--no-memory-check trains anyway"
    )


def _explained(needs: MemoryNeeds, config: Config) -> tuple[str, str]:
    """What needs the memory, and why, with the options that reduce it."""
    if needs.fit_bytes == needs.bytes or needs.refit_bytes > needs.batch_bytes:
        cures = "Lower tokenizer.max_tokens or ngrams.buckets, or remove the longest of ngrams.orders"
        return "the fit of the n-grams", f"for the n-grams of all training texts and their weights. {cures}"
    rows, buckets = "texts", "ngrams.buckets "
    smaller = "training.batch_size or tokenizer.max_tokens, or limit a batch with training.batch_tokens"
    if not config.task.needs_labels:
        rows, buckets, smaller = "streams", "", "training.batch_size or task.window"
    if needs.state_bytes > needs.batch_bytes:
        smaller = f"tokenizer.vocab_size, embedding.dim, {buckets}or the units of layers"
    return "training", (
        f"{_gigabytes(needs.state_bytes)} for {needs.parameters:,} weights, their gradients, optimizer and copies, "
        f"{_gigabytes(needs.batch_bytes)} for a batch of {needs.texts:,} {rows} of {needs.tokens:,} tokens. Lower "
        f"{smaller}"
    )


def _outline(config: Config, data: TrainingData, task: Task, tokens: int) -> keras.Model:
    """The model for texts of ``tokens`` tokens, without weights: variables created in this scope have only shapes."""
    import keras

    def build() -> keras.Model:
        with keras.StatelessScope(initialize_variables=False):
            return task.model(config, data, tokens=tokens)

    # Keras keeps a list per thread of variables to initialise later. In a separate thread the list disappears.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(build).result()


def _numbers_of_a_text(config: Config, model: keras.Model, tokens: int) -> int:
    """Numbers that a step keeps for a text of ``tokens`` tokens; ``model`` is built for such texts."""
    from seqclf.model.encoder import outputs_of

    inside, left = 0, tokens
    for _, layer in walk(config.layers):
        inside += layer.kept_numbers(left)
        left = layer.tokens_after(left)
    # A custom layer may hide the number of tokens in its output's shape.
    shapes = [output.shape for layer in model.layers for output in outputs_of(layer)]
    outputs = sum(math.prod(size or tokens for size in shape[1:]) for shape in shapes)
    return inside + _COPIES_OF_OUTPUTS * outputs


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"

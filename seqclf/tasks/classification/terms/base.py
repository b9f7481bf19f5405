"""What all terms share: the texts of a step with the passes that several terms read, and the interface of a term."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Protocol

import tensorflow as tf

from seqclf.config.schema.objectives import ObjectiveOptions
from seqclf.tasks.classification.objectives import TextForward


class LossOf(Protocol):
    """The loss of the texts of a batch, by their logits."""

    def __call__(self, logits: tf.Tensor, order: tf.Tensor | None = None) -> tf.Tensor:
        """The loss of each text, ``float32 [batch]``.

        Args:
            logits: ``float32 [batch, units]``.
            order: indices of the texts whose labels are used in place of each text's own, ``int32 [batch]``.
        """


@dataclass
class Texts:
    """The texts of a step, as the terms read them.

    A pass of the texts as they are (``clean``) is computed once, whatever the number of terms that read it. Each pass
    has dropout masks of its own, those of moved vectors too.

    Attributes:
        forward: the forward pass.
        token_ids: ``int32 [batch, time]``, padded right with 0.
        multi: whether each label is a decision of its own.
        loss: of the texts, by their logits; None: they have no labels.
        spread: unit of the moves of token vectors, entry by entry, ``float32 [dim]``; None: no term moves them.
        follows_slope: whether a term asks for ``slope``.
        reads_text_vectors: whether a term asks for ``text_vectors``.
    """

    forward: TextForward
    token_ids: tf.Tensor
    multi: bool
    loss: LossOf | None = None
    spread: tf.Tensor | None = None
    follows_slope: bool = False
    reads_text_vectors: bool = False
    _passes: list[tf.Tensor] = field(default_factory=list)

    @cached_property
    def vectors(self) -> tf.Tensor:
        """The vectors of the tokens before any dropout, ``float32 [batch, time, dim]``."""
        return self.forward.embed(self.token_ids)

    def clean(self, number: int = 0) -> tf.Tensor:
        """The logits of the first pass, the second and so on, ``float32 [batch, units]``."""
        while len(self._passes) <= number:
            first = not self._passes
            self._passes.append(self._first.logits if first else self.forward(self.token_ids))
        return self._passes[number]

    def moved(self, moves: tf.Tensor) -> tf.Tensor:
        """The logits of a further pass, whose token vectors are moved, ``float32 [batch, units]``.

        Args:
            moves: in units of ``spread``, ``float32 [batch, time, dim]``.
        """
        return self.forward(self.token_ids, vectors=self.vectors + self.spread * moves)

    @property
    def slope(self) -> tf.Tensor:
        """The gradient of each text's loss in the first pass, by moves of its tokens in units of ``spread``, as a
        constant: ``float32 [batch, time, dim]``."""
        return self._first.slope

    @property
    def text_vectors(self) -> tf.Tensor:
        """What the head reads of each text in the first pass, ``float32 [batch, width]``."""
        return self._first.text_vectors

    @cached_property
    def _first(self) -> _Pass:
        if not self.follows_slope or self.loss is None:
            return _Pass(*self._read())
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(self.vectors)
            logits, text_vectors = self._read(vectors=self.vectors)
            losses = self.loss(logits)
        slope = tape.gradient(losses, self.vectors, unconnected_gradients="zero")
        return _Pass(logits, text_vectors, tf.stop_gradient(self.spread * slope))

    def _read(self, **moved: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Logits, and the vectors of the texts if a term reads them."""
        if self.reads_text_vectors:
            return self.forward.with_text_vectors(self.token_ids, **moved)
        return self.forward(self.token_ids, **moved), None


class _Pass(NamedTuple):
    logits: tf.Tensor
    text_vectors: tf.Tensor | None = None
    slope: tf.Tensor | None = None


class Term(ABC):
    """A term of the minimised sum. A type is a subclass called ``Term`` in a module of this package, named like the
    type of its options.

    Attributes:
        clean_passes: number of passes of the texts as they are that it reads.
        more_passes: forward passes besides those, whose activations are in memory until the gradients are known.
        follows_slope: whether it reads ``Texts.slope``.
        reads_text_vectors: whether it reads ``Texts.text_vectors``.
    """

    clean_passes: ClassVar[int] = 1
    more_passes: ClassVar[int] = 0
    follows_slope: ClassVar[bool] = False
    reads_text_vectors: ClassVar[bool] = False

    def __init__(self, options: Any) -> None:
        """``options`` are those of the type."""
        self.options: ObjectiveOptions = options

    @abstractmethod
    def __call__(self, texts: Texts) -> tf.Tensor:
        """Each text's term, before ``options.weight``, ``float32 [batch]``."""

"""Base class of the options of all objectives."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from seqclf.option_types import Kind, PositiveReal

EPSILON = (
    "Length (L2 norm) of the move of a text, over the vectors of all its tokens. Each entry of the vectors is measured "
    "in its standard deviation over the tokens of the training texts."
)
"""Description of the length of a move."""


class ObjectiveOptions(Kind):
    """A term that training minimises beside the loss of the labels: its options (the fields), and facts about it.

    A type is a subclass with a field ``type`` in a module of this package, and a ``Term`` in the module of the same
    name in ``seqclf.tasks.classification.terms``.

    Attributes:
        changes: whether it changes the vectors of tokens, or of texts; a model without ``layers`` has neither. None: it
            changes nothing.
        draws: whether it draws random numbers besides those of dropout.
        needs_dropout: whether it is 0 in a model without any randomness.
    """

    changes: ClassVar[Literal["tokens", "texts"] | None] = None
    draws: ClassVar[bool] = False
    needs_dropout: ClassVar[bool] = False

    weight: PositiveReal = Field(1.0, description="What the term is multiplied by before it is added to the loss.")

    @property
    def reads_labelled(self) -> bool:
        """Whether texts with labels have this term."""
        return True

    @property
    def reads_unlabelled(self) -> bool:
        """Whether texts without labels (``data.unlabelled``) have this term."""
        return False

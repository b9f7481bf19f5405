"""Base class of the options of all tasks."""

from __future__ import annotations

from typing import ClassVar

from seqclf.option_types import Kind, OptionPath


class TaskOptions(Kind):
    """What a model is trained for: its options (the fields), and facts about it.

    A type is a subclass with a field ``type`` in a module of this package; ``seqclf.tasks.kinds`` maps it to the
    ``Task`` that trains it.

    Attributes:
        needs_labels: whether its texts have labels.
        reads_ahead: whether a prediction may depend on all tokens of the text. If not, ``layers`` must return one
            vector per token, which depends on that token and those before it.
        idle: options without effect in this task; setting one is an error.
    """

    needs_labels: ClassVar[bool] = True
    reads_ahead: ClassVar[bool] = True
    idle: ClassVar[tuple[OptionPath, ...]] = ()

    @property
    def continues_texts(self) -> bool:
        """Whether its models can generate texts."""
        return False

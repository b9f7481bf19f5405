"""The labelled texts of one ``seqclf eval``: a split of the run, or ``--data``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seqclf.config import Config
    from seqclf.data.corpus import Corpus
    from seqclf.evaluation.input_rows import InputRows
    from seqclf.labels import Labels
    from seqclf.sources import Source, UnknownLabels
    from seqclf.sources.texts import LabelledTexts


@dataclass(frozen=True)
class GivenTexts:
    """Labelled texts to measure on.

    Attributes:
        config: of the run, with the options of ``--set``.
        scored: a split of the run, or the texts of ``--data``.
        source: of the texts of ``--data``.
        data: where they are from, in words.
        text_named: whether ``--text`` names their columns.
    """

    config: Config
    scored: str | LabelledTexts
    source: Source | None
    data: str
    text_named: bool = False

    @classmethod
    def of(cls, config: Config, split: str, path: Path | None, of_data: Mapping[str, Any]) -> GivenTexts:
        """Read the texts of ``--data`` if there is a ``path``. Raises ``InputError`` if they cannot be read."""
        if path is None:
            return cls(config, split, None, config.data.describe(split))
        from seqclf.cli.eval_source import source_of

        source = source_of(path, config, **of_data)
        return cls(config, source.read(str(path)), source, str(path), bool(of_data["text"]))

    @property
    def split(self) -> str | None:
        """None for texts of ``--data``."""
        return self.scored if isinstance(self.scored, str) else None

    @property
    def where(self) -> str:
        """The split and where its texts are from."""
        return self.data if self.split is None else f"{self.split} ({self.data})"

    @cached_property
    def texts(self) -> LabelledTexts:
        """All texts, also those that ``data.unknown_labels`` drops."""
        return self.corpus.texts(self.scored) if isinstance(self.scored, str) else self.scored

    @cached_property
    def corpus(self) -> Corpus:
        """The texts of the run's splits."""
        from seqclf.data.corpus import Corpus

        return Corpus(self.config)

    @cached_property
    def rows(self) -> InputRows | None:
        """The table rows of the texts; None if they are not from a table."""
        from seqclf.evaluation.input_rows import InputRows
        from seqclf.sources import RowSource

        if not isinstance(self.scored, str):
            return InputRows(self.source, self.scored.origin) if isinstance(self.source, RowSource) else None
        corpus = self.corpus
        if not isinstance(corpus.source, RowSource):
            return None
        sampled = self.scored == "train" or not corpus.has_own_part(self.scored)
        return InputRows(corpus.source, corpus.part(self.scored), corpus.places(self.scored) if sampled else None)

    @property
    def unknown_labels(self) -> UnknownLabels:
        """``data.unknown_labels``; a training text with a label that no training text has is an error."""
        return "error" if self.split == "train" else self.config.data.unknown_labels

    def kept(self, labels: Labels) -> NDArray[np.int64] | None:
        """Places of the texts that ``data.unknown_labels`` does not drop; None: all of them."""
        from seqclf.data.label_sets import label_ids
        from seqclf.data.label_spelling import spelled_alike

        texts, _ = spelled_alike(self.texts, labels.names)
        return label_ids(texts, labels, self.unknown_labels).kept

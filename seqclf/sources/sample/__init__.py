"""``source: sample``: synthetic texts built into seqclf, to try everything without any data.

``grammar.py`` generates the reviews and ``dna.py`` the DNA sequences. They are not real, and scores on them say nothing
about real texts.
"""

from __future__ import annotations

from seqclf.sources.sample import dna, grammar
from seqclf.sources.texts import LabelledTexts, digest

_DATA_SETS = {"reviews": (grammar.reviews, grammar.LABELS), "dna": (dna.sequences, dna.LABELS)}
SYNTHETIC = {"reviews": "synthetic sample", "dna": "synthetic DNA"}
"""Names of the data sets in output and messages."""
_ROWS = {"train": 4_000, "test": 1_000}


class SampleSource:
    """Parts: ``train`` and ``test``. No text is in both. ``dataset``: ``reviews`` or ``dna``."""

    def __init__(self, dataset: str) -> None:
        self._name = SYNTHETIC[dataset]
        self._rows, self._labels = _DATA_SETS[dataset]

    def check(self, part: str) -> None:
        pass

    def fingerprint(self, part: str) -> str:
        return digest("synthetic", *self.read(part).texts)

    def read(self, part: str) -> LabelledTexts:
        rows = self._rows(sum(_ROWS.values()))
        rows = rows[: _ROWS["train"]] if part == "train" else rows[_ROWS["train"] :]
        texts, labels = zip(*rows, strict=True)
        return LabelledTexts(texts, labels, origin=f"{self._name}, {part}", label_names=self._labels)

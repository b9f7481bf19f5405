"""The scores of a language model that are added to a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.inference.scorer import TextScore

_DIGITS = 6
_COLUMNS = ("log_probability", "tokens", "perplexity", "bits_per_character", "unknown")


@dataclass(frozen=True)
class ScoreAnswers:
    """``RowAnswers`` for scores of texts; ``prefix``: start of the column names."""

    prefix: str = ""

    def named(self, *, flat: bool) -> list[str]:
        return [f"{self.prefix}{name}" for name in _COLUMNS]

    def check(self, kind: str) -> None:
        """All kinds of files have numbers."""

    def arrow_types(self) -> dict[str, Any]:
        import pyarrow

        types = (pyarrow.float64(), pyarrow.int64(), pyarrow.float64(), pyarrow.float64(), pyarrow.int64())
        return dict(zip(self.named(flat=False), types, strict=True))

    def options(self) -> dict[str, Any]:
        return {"--score": list(_COLUMNS), "--prefix": self.prefix}

    def rows(self, computed: Sequence[TextScore], texts: Sequence[str], *, flat: bool) -> list[dict[str, Any]]:
        names = self.named(flat=flat)
        return [dict(zip(names, map(_rounded, _values(score)), strict=True)) for score in computed]


def _values(score: TextScore) -> tuple[float, int, float, float, int]:
    return score.log_probability, score.tokens, score.perplexity, score.bits_per_character, score.unknown


def _rounded(value: float) -> float:
    return round(value, _DIGITS) if isinstance(value, float) else value

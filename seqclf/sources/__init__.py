"""Where texts are from: one file or folder for each source type, with its options and its reader. Modules in this
package are discovered automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from seqclf.option_types import kinds_in, one_of
from seqclf.sources.base import (
    PlacedSource,
    RowSource,
    SelectiveSource,
    Source,
    SourceOptions,
    TableColumns,
    UnknownLabels,
)

__all__ = [
    "SOURCE_TYPES",
    "DataConfig",
    "PlacedSource",
    "RowSource",
    "SelectiveSource",
    "Source",
    "SourceOptions",
    "TableColumns",
    "UnknownLabels",
]

_FOUND: dict[str, type[SourceOptions]] = kinds_in(__name__, SourceOptions, key="source")
SOURCE_TYPES = dict(sorted(_FOUND.items(), key=lambda item: item[1].rank))

if TYPE_CHECKING:
    DataConfig: TypeAlias = SourceOptions
else:
    DataConfig = one_of(SOURCE_TYPES, key="source")

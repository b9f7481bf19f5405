"""Where texts are from: the source types of a config, with their options and readers. Modules in this package are
discovered automatically."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, TypeAlias, get_args

from pydantic import Field

from seqclf.sources.base import RowSource, Source, SourceOptions, TableColumns, UnknownLabels

__all__ = [
    "SOURCE_TYPES",
    "DataConfig",
    "RowSource",
    "Source",
    "SourceOptions",
    "TableColumns",
    "UnknownLabels",
]


def _found() -> Iterator[tuple[str, type[SourceOptions]]]:
    """Every source type with its tag."""
    for module in pkgutil.iter_modules(__path__):
        for kind in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(kind, type) and issubclass(kind, SourceOptions):
                for tag in get_args(kind.model_fields["source"].annotation):
                    yield str(tag), kind


SOURCE_TYPES = dict(sorted(_found(), key=lambda found: (found[1].rank, found[0])))

if TYPE_CHECKING:
    DataConfig: TypeAlias = SourceOptions
else:
    DataConfig = Annotated[reduce(or_, SOURCE_TYPES.values()), Field(discriminator="source")]

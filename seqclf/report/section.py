"""A part of a page with a heading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Section:
    """A heading and what is below it.

    Attributes:
        anchor: its id, unique on a page.
        template: a file of ``templates/sections``, without its extension.
        values: what the template shows.
    """

    anchor: str
    title: str
    template: str
    values: Mapping[str, Any]

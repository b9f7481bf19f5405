"""What the tables of broken configs share: the first lines of configs, lists of types in messages."""

from collections.abc import Mapping
from typing import Any

MINIMAL = "data: {source: sample}\nlayers:\n  - {type: lstm, units: 4}\n"
LAYERS = "data: {source: sample}\nlayers:\n"
POOL = "layers: [{type: pool}]\n"


def names(types: Mapping[str, Any], option: str | None = None) -> str:
    """The types that a message lists: all, or those that have an option. New types need no change of the cases."""
    return ", ".join(name for name, kind in types.items() if option is None or option in kind.model_fields)

"""Settings for hints that load with the user's config: another type comes with the options that it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqclf.config import Override
    from seqclf.config.walk import Model
    from seqclf.option_types import OptionPath

_CONFIGS = (".yaml", ".yml")

_EXAMPLES = {
    "units": 64,
    "filters": 128,
    "kernel_size": 3,
    "size": 2,
    "rate": 0.5,
    "stddev": 0.1,
    "warmup": 100,
    "layer": {"type": "dense", "units": 64},
}
"""Values for options without a default."""

_MODELS: dict[str, list[dict[str, Any]]] = {
    "bag": [{"type": "pool", "method": ["mean", "max"]}],
    "conv": [{"type": "conv1d", "filters": 128, "kernel_size": 3}, {"type": "pool", "method": ["mean", "max"]}],
}
"""``layers`` for the kinds of model of ``init`` that are no types of layers."""


def working_setting(words: Sequence[str], key: str, value: str, *, other: str | None = None) -> str:
    """``KEY=VALUE`` for the config among ``words``. ``other``: another option that the user may have meant.

    If the config has no place for the option, or the type that it sets needs other options than those of the section,
    returns a setting of the whole section, or of the layer that has the option. If nothing loads, or the words name no
    config that loads, returns the plain ``KEY=VALUE``.
    """
    from seqclf.errors import InputError

    plain = f"{key}={value}"
    file = next((Path(word) for word in words if word.endswith(_CONFIGS) and Path(word).is_file()), None)
    if file is None:
        return plain
    try:
        also = () if other is None else (f"{other}={value}",)
        return next((one for one in (plain, *_others(file, key, value), *also) if _loads(file, one)), plain)
    except InputError:
        return plain


def _others(file: Path, key: str, value: str) -> list[str]:
    """Settings that may stand for ``KEY=VALUE``, the least change first. Raises ``InputError``."""
    from seqclf.config import read_config
    from seqclf.config.loading import parse_override
    from seqclf.starter.write import scalar

    section, _, option = key.rpartition(".")
    options = read_config(file).written.value
    if option != "type":
        layers = options.get("layers") if re.fullmatch(r"layers\[\d+\]", section) else None
        return [f"layers[{index}].{option}={value}" for index in range(len(layers))] if layers else []
    if section == "layers[0]" and value in _MODELS:
        return [f"layers={scalar(_MODELS[value])}"]
    model = _model(re.sub(r"\[\d+\]", "", section), value)
    if model is None:
        return []
    path = parse_override(f"{key}={value}").path[:-1]
    changed = scalar(_with_type(_at(options, path), model, value))
    last = re.sub(r"\[\d+\]$", "", section)
    one = f"[{changed}]" if last != section else changed
    pooled = f"[{changed}, {scalar(_MODELS['bag'][0])}]"
    return [f"{section}={changed}", *([f"{last}={one}", f"{last}={pooled}"] if last != section else [])]


def _model(section: str, kind: str) -> Model | None:
    from seqclf.config.walk import homes_of, tag_of

    return next((model for place, model in homes_of("type") if place == section and tag_of(model) == kind), None)


def _with_type(options: Any, model: Model, kind: str) -> dict[str, Any]:
    """A section with another type: it keeps the options that the type has, and gets those that it needs."""
    fields = model.model_fields
    kept = {name: value for name, value in options.items() if name in fields} if isinstance(options, dict) else {}
    needed = {name: _EXAMPLES[name] for name, field in fields.items() if field.is_required() and name in _EXAMPLES}
    return {"type": kind, **needed, **{name: value for name, value in kept.items() if name != "type"}}


def _at(value: Any, path: OptionPath) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _loads(file: Path, setting: str) -> bool:
    from seqclf.config import read_config
    from seqclf.config.loading import parse_override
    from seqclf.errors import InputError

    override: Override = parse_override(setting)
    try:
        read_config(file, [override])
    except InputError:
        return False
    return True

"""All options of the schema."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.config import Config
from seqclf.config.walk import Model, models_of


def _models(model: Model = Config, seen: tuple[Model, ...] = ()) -> Iterator[Model]:
    yield model
    for option in model.model_fields.values():
        for inner in models_of(option.annotation):
            if inner not in seen:
                yield from _models(inner, (*seen, model))


OPTIONS = sorted({f"{model.__name__}.{name}" for model in _models() for name in model.model_fields})

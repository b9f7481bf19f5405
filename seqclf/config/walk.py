"""Navigate the schema: the models that an annotation allows, and the config path of a pydantic error."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag

from seqclf.config.schema import Config
from seqclf.option_types import MAPPING, OptionPath

Model = type[BaseModel]
DISCRIMINATORS = ("type", "source")


def models_of(annotation: Any) -> list[Model]:
    """All models that the annotation allows for a value or a list item."""
    return list(dict.fromkeys(_models(annotation)))


def tag_of(model: Model) -> str | None:
    """``lstm`` for the LSTM layer's model; None for a model without alternatives."""
    for name in DISCRIMINATORS:
        if name in model.model_fields and (values := get_args(model.model_fields[name].annotation)):
            return str(values[0])
    return None


def sections_of_kind(tag: str) -> list[str]:
    """The sections or lists that accept this type."""
    found = [path for path, model in homes_of("type") if tag_of(model) == tag]
    return list(dict.fromkeys(found))


def is_required(path: OptionPath) -> bool:
    """Whether the option has no default (list items have none)."""
    names = [part for part in path if isinstance(part, str)]
    models: list[Model] = [Config]
    field = None
    for name in names:
        field = next((model.model_fields[name] for model in models if name in model.model_fields), None)
        models = models_of(field.annotation) if field else []
    return field is None or field.is_required() or isinstance(path[-1], int)


def is_truth_value(path: OptionPath) -> bool:
    """Whether the option is true or false, for a type of its section at least."""
    models: list[Model] = [Config]
    fields: list[Any] = []
    for name in (part for part in path if isinstance(part, str)):
        fields = [model.model_fields[name] for model in models if name in model.model_fields]
        models = [below for field in fields for below in models_of(field.annotation)]
    return any(bool in (field.annotation, *get_args(field.annotation)) for field in fields)


def homes_of(option: str) -> tuple[tuple[str, Model], ...]:
    """All places in the schema that have an option of this name: the section's path and the model."""
    found: list[tuple[str, Model]] = []

    def visit(model: Model, path: str) -> None:
        if option in model.model_fields:
            found.append((path, model))
        for name, field in model.model_fields.items():
            for below in models_of(field.annotation):
                visit(below, f"{path}.{name}" if path else name)

    visit(Config, "")
    return tuple(found)


def locate(location: Sequence[int | str]) -> tuple[OptionPath, list[Model]]:
    """Pydantic's location as a path, without the parts that name union members, and the models at its end."""
    path: list[str | int] = []
    models: list[Model] = [Config]
    inside: Any = Config
    for index, part in enumerate(location):
        if isinstance(part, int):
            path.append(part)
        elif len(models) > 1:
            models = [model for model in models if (tag_of(model) or "custom") == part] or models
        elif models and _has_tag(inside, part):
            inside = models[0]  # the part says that the value is a mapping of it, or a list
        elif models and inside is not None:
            path.append(part)
            field = models[0].model_fields.get(part)
            inside = field.annotation if field else None
            models = models_of(inside) if field else models
            if not models:
                path += _entry(inside, location[index + 1 : index + 3])
                break
    return tuple(path), models


def _entry(annotation: Any, rest: Sequence[int | str]) -> Sequence[int | str]:
    """The key of a mapping or the index of a list in ``rest``, a location below an option without a model."""
    if get_origin(annotation) is dict:
        return rest[:1]
    if rest and isinstance(rest[0], int):
        return rest[:1]
    # The first part names one of the types that the value may have.
    return rest[1:] if rest and (rest[0] == MAPPING or str(rest[0]).startswith("list[")) else ()


def _has_tag(annotation: Any, name: str) -> bool:
    """Whether the annotation is a union, one of whose members has this tag."""
    if any(isinstance(mark, Tag) and mark.tag == name for mark in getattr(annotation, "__metadata__", ())):
        return True
    is_union = get_origin(annotation) in (Union, types.UnionType) or hasattr(annotation, "__metadata__")
    return is_union and any(_has_tag(argument, name) for argument in get_args(annotation))


def _models(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        for argument in get_args(annotation):
            yield from _models(argument)

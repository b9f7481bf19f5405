"""The reference page as Markdown: every option of the schema with its type, bounds, unit, default and meaning."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from seqclf.config.schema import Config
from seqclf.config.walk import DISCRIMINATORS, Model, models_of, tag_of

_PREFACE = """\
# Config reference

Generated from the schema by `seqclf schema --markdown`; [writing_configs.md](writing_configs.md) explains how to write,
check and compare configs. An option without a default is required.
"""


def reference() -> str:
    """The page's text."""
    return "\n".join([_PREFACE, *_section(Config, "", 2)])


def _section(model: Model, path: str, depth: int, beside: Sequence[Model] = ()) -> Iterator[str]:
    """A table of the options of ``model``, then a section for each option that has options itself.

    ``beside`` are the alternatives to ``model``, which have their own sections.
    """
    properties = model.model_json_schema()["properties"]
    rows = [_row(name, properties[name], model, beside) for name in model.model_fields if name in properties]
    tagged_first = sorted(rows, key=lambda row: not row.startswith(tuple(f"| `{name}`" for name in DISCRIMINATORS)))
    yield "\n".join(["| option | value | default | meaning |", "|---|---|---|---|", *tagged_first, ""])
    for name, field in model.model_fields.items():
        choices = models_of(field.annotation)
        if not choices or set(choices) <= set(beside):
            continue
        here = f"{path}.{name}" if path else name
        yield f"{'#' * depth} `{here}`\n"
        if len(choices) > 1:
            yield f"{field.description}\n"
        for choice in choices:
            if len(choices) > 1:
                key = next(key for key in DISCRIMINATORS if key in choice.model_fields)
                tag = tag_of(choice) or " or ".join(choice.model_fields[key].examples or [])
                yield f"{'#' * (depth + 1)} `{here}`: `{key}: {tag}`\n"
            yield f"{' '.join(str(inspect.getdoc(choice)).split())}\n"
            yield from _section(choice, here, depth + 1 + (len(choices) > 1), choices)


def _row(name: str, schema: dict[str, Any], model: Model, beside: Sequence[Model]) -> str:
    field = model.model_fields[name]
    default = "" if field.is_required() else _default(field.get_default())
    choices = models_of(field.annotation)
    where = "for another of these types" if choices and set(choices) <= set(beside) else "see below"
    value = f"options, {where}" if choices else _value(schema)
    if choices and any(one.get("items", {}).get("type") == "number" for one in _alternatives(schema)):
        value += ", or a list of numbers"
    if choices and any(
        one.get("type") == "string" and not one.keys() & {"enum", "const"} for one in _alternatives(schema)
    ):
        value = f"string, or {value}"
    return f"| `{name}` | {value} | {default} | {field.description} |"


def _alternatives(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema, and all its alternatives."""
    yield schema
    for choice in [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
        yield from _alternatives(choice)


def _value(schema: dict[str, Any]) -> str:
    """A description of the values that an option accepts."""
    for choices in ("anyOf", "oneOf"):
        if choices in schema:
            return " or ".join(_value(choice) for choice in schema[choices])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return "a list of those"
    if schema.get("type") == "object":
        return "names and values"
    if "enum" in schema:
        return ", ".join(
            f"`{str(choice).lower() if isinstance(choice, bool) else choice}`" for choice in schema["enum"]
        )
    names = {
        "integer": "integer",
        "number": "number",
        "string": "string",
        "boolean": "`true` or `false`",
        "null": "`null`",
    }
    limits = " ".join(filter(None, [_bounds(schema), schema.get("unit")]))
    return f"{names[schema['type']]} ({limits})" if limits else names[schema["type"]]


def _bounds(schema: dict[str, Any]) -> str:
    least = _number(schema["minimum"]) if "minimum" in schema else ""
    if "exclusiveMinimum" in schema:
        least = f"above {_number(schema['exclusiveMinimum'])}"
    if "exclusiveMaximum" in schema:
        return f"{least} to below {_number(schema['exclusiveMaximum'])}"
    if "maximum" in schema:
        return f"{least} to {_number(schema['maximum'])}"
    return least if least.startswith("above") or not least else f"{least} or more"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _default(value: Any) -> str:
    if isinstance(value, BaseModel):
        tag = tag_of(type(value))
        return f"`{tag}`" if tag else "the defaults below"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"

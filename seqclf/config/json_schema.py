"""The schema as JSON Schema, for editors that complete and validate YAML (yaml-language-server)."""

from __future__ import annotations

from typing import Any

from seqclf.config.schema import Config
from seqclf.config.walk import DISCRIMINATORS

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "description": "Path of the config that this one overrides, relative to this file's folder.",
}

_RANGE = {
    "description": "Values that `seqclf tune` searches in place of one.",
    "oneOf": [
        {
            "type": "object",
            "required": ["search"],
            "additionalProperties": False,
            "properties": {
                "search": {
                    "type": "object",
                    "required": ["low", "high"],
                    "additionalProperties": False,
                    "properties": {
                        "low": {"type": "number", "description": "The least value."},
                        "high": {"type": "number", "description": "The greatest value."},
                        "log": {
                            "type": "boolean",
                            "description": "Equal factors are equally likely.",
                            "default": False,
                        },
                        "step": {"type": "number", "description": "Distance of two values.", "exclusiveMinimum": 0},
                    },
                }
            },
        },
        {
            "type": "object",
            "required": ["choices"],
            "additionalProperties": False,
            "properties": {"choices": {"type": "array", "minItems": 2, "maxItems": 100, "uniqueItems": True}},
        },
    ],
}
_REFERENCE = {"$ref": "#/$defs/Range"}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of a config file.

    A file that extends another may omit required options, so a weaker form applies to it: the same options, none of
    them required.
    """
    complete = _without_titles(Config.model_json_schema())
    definitions = {name: _with_ranges(one) for name, one in complete.pop("$defs").items()}
    complete = _with_ranges(complete)
    partial = _partial(complete)
    partial["properties"] = {"extends": _EXTENDS, **partial["properties"]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "seqclf config",
        "description": complete.pop("description"),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": partial,
        "else": complete,
        "$defs": {
            **definitions,
            **{f"Partial{name}": _partial(content) for name, content in definitions.items()},
            "Range": _RANGE,
            "PartialRange": _RANGE,
        },
    }


def _with_ranges(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a mapping in which every option may also be a range, but for its type."""
    if "properties" not in schema:
        return schema
    properties = {
        name: option if name in DISCRIMINATORS else {**_about(option), "anyOf": [_values_of(option), _REFERENCE]}
        for name, option in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _about(option: dict[str, Any]) -> dict[str, Any]:
    return {name: option[name] for name in ("description", "default", "unit") if name in option}


def _values_of(option: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in option.items() if name not in _about(option)}


def _without_titles(schema: Any, names: bool = False) -> Any:
    """Remove pydantic's titles, which repeat the names. ``names``: the keys are options, possibly ``title`` itself."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value, names=key in ("properties", "$defs") and not names)
        for key, value in schema.items()
        if names or key != "title"
    }


def _partial(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_partial(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    content = {
        "anyOf" if key == "oneOf" else key: _partial(value) for key, value in schema.items() if key != "required"
    }
    content.pop("discriminator", None)
    if isinstance(reference := content.get("$ref"), str):
        content["$ref"] = reference.replace("#/$defs/", "#/$defs/Partial")
    return content

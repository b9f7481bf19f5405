"""The schema as JSON Schema, for editors that complete and validate YAML (yaml-language-server)."""

from __future__ import annotations

from typing import Any

from seqclf.config.schema import Config

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "description": "Path of the config that this one overrides, relative to this file's folder.",
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of a config file.

    A file that extends another may omit required options, so a weaker form applies to it: the same options, none of
    them required.
    """
    complete = _without_titles(Config.model_json_schema())
    definitions = complete.pop("$defs")
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
        "$defs": definitions | {f"Partial{name}": _partial(content) for name, content in definitions.items()},
    }


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

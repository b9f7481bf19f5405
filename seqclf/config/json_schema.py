"""The schema as JSON Schema, for editors that complete and check YAML (yaml-language-server)."""

from __future__ import annotations

from typing import Any

from seqclf.config.schema import Config

_EXTENDS = {
    "type": "string",
    "minLength": 1,
    "description": "Another config, from this file's folder, that this one changes.",
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of a config file.

    A file that extends another may leave out what has no default, so it is held to a weaker form: the same options,
    none required.
    """
    whole = _without_titles(Config.model_json_schema())
    definitions = whole.pop("$defs")
    partial = _partial(whole)
    partial["properties"] = {"extends": _EXTENDS, **partial["properties"]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "seqclf config",
        "description": whole.pop("description"),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": partial,
        "else": whole,
        "$defs": definitions | {f"Partial{name}": _partial(content) for name, content in definitions.items()},
    }


def _without_titles(schema: Any, names: bool = False) -> Any:
    """Pydantic's titles repeat the names; ``names`` says that the keys are options, one of which may be ``title``."""
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

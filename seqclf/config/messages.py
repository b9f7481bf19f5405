"""Pydantic's errors as our messages: what is wrong, what was expected, what was found."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from seqclf.config.guesses import meant_kind, meant_option, unknown_kind, unknown_option, unknown_value
from seqclf.config.problems import Problem
from seqclf.config.walk import DISCRIMINATORS, Model, is_required, locate, tag_of
from seqclf.option_types import AUTO, OR_AUTO, OptionPath

MISSING = "is missing; it has no default"

_SHORT = 40  # characters of a value that a hint repeats

_TYPES = {
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a string",
    "list_type": 'a list ("- ..." lines, or [...])',
    "model_type": "options (name: value)",
    "model_attributes_type": "options (name: value)",
    "dict_type": "options (name: value)",
}
_EXPECTED = {
    "string_unicode": "text (rename a file whose name is not UTF-8)",
    "too_short": "at least one",
    "string_too_short": "a non-empty string",
    "finite_number": "a finite number",
    "string_pattern_mismatch": "letters, digits, dots, dashes and underscores, starting with a letter or digit",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def problems_of(error: ValidationError, words: Mapping[OptionPath, str]) -> list[Problem]:
    """One problem for each invalid option.

    ``words`` are the values written as an unquoted ``yes``, ``no``, ``on`` or ``off``.
    """
    by_path: dict[OptionPath, tuple[list[Any], list[Model]]] = {}
    misspelt: set[OptionPath] = set()
    for details in error.errors(include_url=False):
        path, models = locate(details["loc"])
        if details["type"] == "union_tag_invalid":
            path = (*path, _discriminator(details))
        by_path.setdefault(path, ([], models))[0].append(details)
        if details["type"] == "extra_forbidden" and (meant := meant_option(str(path[-1]), models[0])):
            misspelt.add((*path[:-1], meant))
    for path in misspelt & by_path.keys():
        if by_path[path][0][0]["type"] == "missing":  # it is present, under the misspelled name
            del by_path[path]
    # A list with an invalid item also fails as a single value: report the item only.
    lists = {path[:-1] for path in by_path if isinstance(path[-1], int)}
    return [
        Problem(path, _message(found, models, path, words))
        for path, (found, models) in by_path.items()
        if path not in lists or not isinstance(found[0]["input"], list)
    ]


def kinds_meant(error: ValidationError) -> dict[OptionPath, str]:
    """By the path of a misspelt ``type`` or ``source``, what it probably stands for."""
    found = {}
    for details in error.errors(include_url=False):
        if details["type"] != "union_tag_invalid" or not isinstance(details["input"], dict):
            continue
        path, models = locate(details["loc"])
        name = _discriminator(details)
        tag, tags = details["input"].get(name), [tag for tag in map(tag_of, models) if tag]
        if isinstance(tag, str) and (meant := meant_kind(tag, tags)) is not None:
            found[(*path, name)] = meant
    return found


def _message(errors: Sequence[Any], models: Sequence[Model], path: OptionPath, words: Mapping[OptionPath, str]) -> str:
    # A value that may have several types has an error for each type: those of its own type are the most specific.
    own = [error for error in errors if not error["type"].endswith("_type")] or errors
    details = next(
        (error for error in own if error["type"] != "literal_error" or isinstance(error["input"], str)), own[0]
    )
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    tags = [tag for tag in map(tag_of, models) if tag]
    if kind == "extra_forbidden":
        return unknown_option(str(path[-1]), path, models[0])
    if kind == "missing":
        return MISSING
    if kind == "union_tag_not_found" and not isinstance(found, dict):
        kind, errors = "model_type", [{**details, "type": "model_type"}]
    if kind == "union_tag_not_found":
        return _without_kind(_discriminator(details), found, tags)
    if kind == "union_tag_invalid":
        tag = found.get(path[-1]) if isinstance(found, dict) else None
        return unknown_kind(tag, tags, str(path[0])) if isinstance(tag, str) else _none_of(tags, tag)
    if kind == "literal_error":
        options = [_as_yaml(option.strip()) for option in context["expected"].replace(" or ", ", ").split(",")]
        if words.get(path, "").lower() in ("no", "off") and "false" in options:
            return f'expected one of {", ".join(options)}; "{found}" is a boolean only in YAML 1.1; write false'
        return unknown_value(found, options) if isinstance(found, str) else _none_of(options, found)
    if kind.endswith("_type"):
        expected = " or ".join(dict.fromkeys(_TYPES.get(error["type"], error["type"]) for error in errors))
        expected += f", or {AUTO}" if details["loc"][-1] == OR_AUTO else ""
        return f"expected {expected}, found {shown(found)}{_hint(found, kind, models, path, words.get(path))}"
    if kind in _BOUNDS:
        bound, words_for_it = _BOUNDS[kind]
        limit = context[bound]
        expected = f"{words_for_it} {format(int(limit), ',') if limit == int(limit) else limit}"
    elif kind.endswith("too_long"):
        what, count = (" characters", len(found)) if isinstance(found, str) else ("", len(found))
        return f"expected at most {context['max_length']}{what}, found {count}"
    elif kind == "too_short" and context["min_length"] > 1:
        expected = f"at least {context['min_length']}"
    elif kind == "string_pattern_mismatch" and ":" in context["pattern"]:
        expected = "a layer type of seqclf, or a module and a class such as my_package.my_module:MyLayer"
    else:
        expected = _EXPECTED.get(kind, details["msg"])
    return f"expected {expected}, found {shown(found)}{_quotes(found) if kind == 'label' else ''}"


def _as_yaml(literal: str) -> str:
    """Pydantic's form of a value, as written in a config."""
    return {"True": "true", "False": "false"}.get(literal, literal.strip("'"))


def _discriminator(details: Any) -> str:
    """The option that distinguishes the models of a union. For layer types it is a function that reads ``type``."""
    name: str = details["ctx"]["discriminator"].strip("'")
    return name if name in DISCRIMINATORS else "type"


def _without_kind(key: str, found: Any, tags: Sequence[str]) -> str:
    names = list(found) if isinstance(found, dict) else []
    named = next((name for name in names if name in tags), None)
    hint = f"; write {key}: {named}, with its options next to it" if named else ""
    if any(name.startswith(f"{key}:") for name in names):
        hint = "; a colon needs a space after it"
    return f"needs {key} (one of {', '.join(tags)}){hint}"


def _none_of(options: Sequence[str], found: Any) -> str:
    return f"expected one of {', '.join(options)}; found {shown(found)}"


def _hint(found: Any, kind: str, models: Sequence[Model], path: OptionPath, word: str | None) -> str:
    """Why a value has another type than its writer expected, and what to write instead."""
    tags = [tag for tag in map(tag_of, models) if tag]
    if word is not None and kind == "bool_type":
        truth = "true" if word.lower() in ("yes", "on") else "false"
        return f" ({word} is a boolean only in YAML 1.1); write {truth}"
    if word is not None:
        return f" ({word} is a boolean in YAML 1.1, but text in YAML 1.2)"
    if isinstance(found, str) and kind.startswith("model") and ":" in found:
        return "; a colon needs a space after it"
    if isinstance(found, str) and found.lower() in ("none", "nil", "null"):
        return "; write null for none"
    if isinstance(found, str) and (tag := next(iter(difflib.get_close_matches(found, tags, n=1)), None)):
        written = f"{{{'source' if 'table' in tags else 'type'}: {tag}}}"
        return f"; write [{written}]" if kind == "list_type" else f"; write {written}"
    if isinstance(found, bool) and kind.startswith("model"):
        needed = next((name for model in models for name, one in model.model_fields.items() if one.is_required()), None)
        alone = "{} for its defaults" if needed is None else f"its options, such as {needed}"
        options = f"{{type: {tags[0]}}}, or another type" if len(tags) > 1 else alone
        return f"; write {options}, or remove it"
    if isinstance(found, int | float) and kind.startswith("model") and len(models) == 1 and not tags:
        fields = models[0].model_fields.items()
        meant = next((name for name, field in fields if isinstance(field.default, (type(found), type(...)))), None)
        return f"; write {{{meant}: {found}}}" if meant else ""
    if isinstance(found, str) and kind.startswith("model") and len(models) == 1 and not tags:
        fields = models[0].model_fields.items()
        needed = next((name for name, field in fields if field.is_required()), None)
        return f"; write {{{needed}: {found}}}" if needed and len(found) <= _SHORT else ""
    if found is None:
        return "; it has no default" if is_required(path) else "; remove it to use its default"
    if isinstance(found, str) and kind in ("int_type", "float_type") and _is_number(found):
        return "; remove the quotes"
    if isinstance(found, str) and kind == "bool_type" and found.lower() in ("true", "false"):
        return "; remove the quotes"
    return _quotes(found) if kind == "string_type" else ""


def _quotes(found: Any) -> str:
    """Advice for a number or truth value where a text is expected."""
    return f'; write it with quotes: "{shown(found)}"' if isinstance(found, int | float) else ""


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def shown(value: Any) -> str:
    """A value as its writer would recognise it, in at most 60 characters."""
    if value is None:
        text = "nothing"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f"the string {json.dumps(value, ensure_ascii=False)}"
    elif isinstance(value, dict):
        text = f"a mapping ({', '.join(map(str, value))})" if value else "an empty mapping"
    elif isinstance(value, list):
        text = f"a list of {len(value)}" if value else "an empty list"
    elif isinstance(value, int) and abs(value) >= 10**20:
        text = "a number of more than 20 digits"
    else:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

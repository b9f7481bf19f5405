"""What is wrong with a config, all of it at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from seqclf.errors import InputError


@dataclass(frozen=True)
class Problem:
    """``path`` leads to the option (``("layers", 1, "units")``); ``message`` says what is wrong and what is right."""

    path: tuple[str | int, ...]
    message: str


class ConfigError(InputError):
    """A config that cannot be used.

    Attributes:
        problems: everything that is wrong with it.
    """

    def __init__(self, problems: Sequence[Problem], rendered: Sequence[str] | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(rendered or [f"{dotted(p.path)}: {p.message}" for p in problems]))


def dotted(path: Iterable[str | int]) -> str:
    """``("layers", 1, "units")`` -> ``layers[1].units``; the empty path -> ``config``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "config"


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """``; did you mean "units"?``, or what there is to choose from."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else f" (known: {', '.join(known)})"


@dataclass
class Known:
    """What the schema has for the mapping at each dotted path: its options, and the values of its type or source."""

    options: dict[str, list[str]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)


def problems_of(error: ValidationError, value: Any, known: Known) -> list[Problem]:
    """Pydantic's errors in our words."""
    problems: dict[tuple[str | int, ...], Problem] = {}
    for details in error.errors(include_url=False):
        path = _path_in(value, details["loc"])
        if details["type"] == "union_tag_invalid":
            path = (*path, details["ctx"]["discriminator"].strip("'"))
        problems.setdefault(path, Problem(path, _message(details, path, known)))
    return list(problems.values())


def _path_in(value: Any, location: tuple[int | str, ...]) -> tuple[str | int, ...]:
    """Pydantic's location without the tags of unions, which name no option."""
    path: list[str | int] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(value, dict) and (part in value or (last and not _is_tag(value, part))):
            value = value.get(part)
            path.append(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part] if part < len(value) else None
            path.append(part)
    return tuple(path)


def _is_tag(mapping: dict[str, Any], part: int | str) -> bool:
    return part in (mapping.get("type"), mapping.get("source"))


def _message(details: Any, path: tuple[str | int, ...], known: Known) -> str:
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown option" + did_you_mean(str(path[-1]), known.options.get(dotted(path[:-1]), []))
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "union_tag_not_found":
        return f"needs {context['discriminator'].strip(chr(39))} (one of {', '.join(known.tags.get(dotted(path), []))})"
    if kind == "union_tag_invalid":
        return f'unknown value "{context["tag"]}"' + did_you_mean(
            str(context["tag"]), known.tags.get(dotted(path[:-1]), [])
        )
    if kind == "too_short":
        return f"expected at least {context['min_length']}, found none"
    if kind == "literal_error":
        options = [tag.strip().strip("'") for tag in context["expected"].replace(" or ", ", ").split(",")]
        return f'unknown value "{found}"' + did_you_mean(str(found), options)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"expected options (name: value), found {_shown(found)}"
    if kind == "string_pattern_mismatch":
        return f"expected letters, digits, dots, dashes and underscores, no dash or dot first; found {_shown(found)}"
    message = (
        details["msg"]
        .replace("Input should be", "expected")
        .replace("a valid integer", "a whole number")
        .replace("a valid boolean", "true or false")
    )
    return f"{message.replace('a valid ', 'a ')}, found {_shown(found)}"


def _shown(value: Any) -> str:
    text = {None: "nothing", True: "true", False: "false"}.get(value) if isinstance(value, bool | None) else None
    text = text or (f'the text "{value}"' if isinstance(value, str) else repr(value))
    return text if len(text) <= 60 else text[:57] + "..."

"""What is wrong with a config, all of it at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def problems_of(error: ValidationError, value: Any, known_options: dict[str, list[str]]) -> list[Problem]:
    """Pydantic's errors in our words.

    ``known_options`` gives, for the dotted path of each mapping in ``value``, the options that it may have.
    """
    problems: dict[tuple[str | int, ...], Problem] = {}
    for details in error.errors(include_url=False):
        path = _path_in(value, details["loc"])
        problems.setdefault(path, Problem(path, _message(details, path, known_options)))
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


def _message(details: Any, path: tuple[str | int, ...], known_options: dict[str, list[str]]) -> str:
    kind, found, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown option" + did_you_mean(str(path[-1]), known_options.get(dotted(path[:-1]), []))
    if kind == "missing":
        return "is missing; it has no default"
    if kind == "union_tag_not_found":
        return f"needs {context['discriminator']} (one of {context.get('expected_tags') or 'the known ones'})"
    if kind == "union_tag_invalid":
        tags = [tag.strip().strip("'") for tag in context["expected_tags"].split(",")]
        return f'unknown {context["discriminator"].strip(chr(39))} "{context["tag"]}"' + did_you_mean(
            str(context["tag"]), tags
        )
    if kind == "literal_error":
        options = [tag.strip().strip("'") for tag in context["expected"].replace(" or ", ", ").split(",")]
        return f'unknown value "{found}"' + did_you_mean(str(found), options)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"expected options (name: value), found {_shown(found)}"
    if kind == "string_pattern_mismatch":
        return f"{_shown(found)} does not have the form {context['pattern']}"
    message = (
        details["msg"]
        .replace("Input should be", "expected")
        .replace("a valid integer", "a whole number")
        .replace("a valid boolean", "true or false")
    )
    return f"{message.replace('a valid ', 'a ')}, found {_shown(found)}"


def _shown(value: Any) -> str:
    text = {None: "nothing", True: "true", False: "false"}.get(value) if isinstance(value, bool | None) else None
    text = text or repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

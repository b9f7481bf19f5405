"""Types of the values of command-line options: numbers in a range and choices, with errors that say what to type."""

from __future__ import annotations

import difflib
import math
import re
from typing import Any, TypeVar

import click

_DURATION = re.compile(r"(?:(\d{1,6}(?:\.\d+)?)h)?(?:(\d{1,6}(?:\.\d+)?)m)?(?:(\d{1,9}(?:\.\d+)?)s?)?", re.ASCII)

_Number = TypeVar("_Number", int, float)

_ELSEWHERE = {
    **dict.fromkeys(("lm", "languagemodel", "causal_lm", "text_generation"), "language_model"),
    **dict.fromkeys(("classifier", "clf", "text_classification"), "classification"),
    **dict.fromkeys(("dev", "val", "eval", "development"), "validation"),
    "training": "train",
    **dict.fromkeys(("tf", "tensorflow", "pb"), "saved_model"),
    **dict.fromkeys(("h5", "hdf5"), "keras"),
    **dict.fromkeys(("excel", "xls", "ods"), "xlsx"),
    **dict.fromkeys(("json", "ndjson"), "jsonl"),
    **dict.fromkeys(("text", "plain", "lines"), "txt"),
}
"""Other names of choices."""


class Whole(click.IntRange):
    """A whole number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r}: expected a whole number, {_range(self)}", param, ctx)
        return _within(self, number, value, param, ctx)


class Real(click.FloatRange):
    """A finite number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            self.fail(f"{value!r}: expected a number such as {_with_point(value) or '0.5'}", param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r}: expected a finite number, {_range(self)}", param, ctx)
        return _within(self, number, value, param, ctx)


class Duration(click.ParamType[float]):
    """An amount of time such as ``90s``, ``10m``, ``1h30m`` or ``600``, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value).strip().lower())
        numbers = [] if found is None else [float(number or 0) for number in found.groups()]
        if not any(numbers):
            self.fail(f"{value!r}: expected an amount of time such as 90s, 10m or 1h30m", param, ctx)
        hours, minutes, seconds = numbers
        return 3600 * hours + 60 * minutes + seconds


class OneOf(click.Choice[str]):
    """One of several words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            if (meant := self._meant(str(value))) is None:
                raise
            message = f"{error.message.removesuffix('.')}; did you mean {meant}?"
            raise click.BadParameter(message, ctx=ctx, param=param) from error

    def _meant(self, word: str) -> str | None:
        word = word.lower().replace("-", "_")
        if (meant := _ELSEWHERE.get(word)) in self.choices:
            return meant
        begun = [choice for choice in self.choices if word and choice.startswith(word)]
        return next(iter(begun or difflib.get_close_matches(word, self.choices, n=1)), None)


def _within(
    kind: click.IntRange | click.FloatRange,
    number: _Number,
    value: Any,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> _Number:
    low = kind.min is not None and (number <= kind.min if kind.min_open else number < kind.min)
    high = kind.max is not None and (number >= kind.max if kind.max_open else number > kind.max)
    if low or high:
        kind.fail(f"{value}: expected {_range(kind)}", param, ctx)
    return number


def _range(kind: click.IntRange | click.FloatRange) -> str:
    """``0 or more``, ``more than 0, and 1 at most`` or ``from 1 to 100``."""
    least, most = (None if bound is None else f"{bound:,}" for bound in (kind.min, kind.max))
    lower = None if least is None else f"more than {least}" if kind.min_open else f"{least} or more"
    upper = None if most is None else f"less than {most}" if kind.max_open else f"{most} at most"
    if not (kind.min_open or kind.max_open) and least is not None and most is not None:
        return f"from {least} to {most}"
    return ", and ".join(filter(None, (lower, upper)))


def _with_point(value: Any) -> str | None:
    """The number with a decimal point in place of a comma, of a percentage the fraction; None if it is none."""
    written = str(value).strip().replace(",", ".")
    try:
        if written.endswith("%"):
            written = f"{float(written[:-1]) / 100:g}"
        return written if math.isfinite(float(written)) else None
    except ValueError:
        return None

"""Ranges that stand in a config in place of values: what they say, and their values in the config's own schema.

``{search: {low: 1e-4, high: 1e-2, log: true}}`` is a range of numbers, ``{choices: [32, 64]}`` a list of values.
"""

from __future__ import annotations

import copy
import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqclf.config.messages import shown
from seqclf.config.problems import Problem, dotted
from seqclf.config.validation import validate
from seqclf.option_types import OptionPath

SEARCH, CHOICES = "search", "choices"
KEYS = ("low", "high", "log", "step")
_MOST_CHOICES = 100
_FORM = "{search: {low: 1e-4, high: 1e-2, log: true}} or {choices: [32, 64]}"

Values = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """The values that an option may take.

    Attributes:
        path: of the option.
        choices: the values of a list; empty for a range of numbers.
        low, high: bounds of a range of numbers, both included.
        log: whether equal factors are equally likely, instead of equal differences.
        step: distance between two values; None: any number, or any integer.
        whole: whether the values are integers.
    """

    path: OptionPath
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    whole: bool = False

    @property
    def name(self) -> str:
        """``layers[0].units``"""
        return dotted(self.path)

    @property
    def ends(self) -> tuple[tuple[OptionPath, Any], ...]:
        """The values that stand in the config, each with its path below the range's."""
        if self.choices:
            return tuple(((CHOICES, place), choice) for place, choice in enumerate(self.choices))
        number = int if self.whole else float
        return ((SEARCH, "low"), number(self.low)), ((SEARCH, "high"), number(self.high))

    @property
    def middle(self) -> Any:
        """A value inside: the first choice, or the mean of the bounds, the geometric one if ``log``."""
        if self.choices:
            return self.choices[0]
        mean = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        if self.step is not None:
            mean = self.low + round((mean - self.low) / self.step) * self.step
        return round(mean) if self.whole else mean

    def __contains__(self, value: Any) -> bool:
        if self.choices:
            return any(type(value) is type(choice) and value == choice for choice in self.choices)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high and (self.step is None or self._on_step(value))

    def _on_step(self, value: float) -> bool:
        assert self.step is not None
        steps = (value - self.low) / self.step
        return math.isclose(steps, round(steps), abs_tol=1e-6)

    def __str__(self) -> str:
        """``training.optimizer.learning_rate: 0.0001 to 0.01, log``"""
        if self.choices:
            return f"{self.name}: {', '.join(_plain(choice) for choice in self.choices)}"
        form = "d" if self.whole else "g"
        low, high = (int(end) if self.whole else end for end in (self.low, self.high))
        steps = "" if self.step is None else f", in steps of {self.step:g}"
        return f"{self.name}: {low:{form}} to {high:{form}}{steps}{', log' if self.log else ''}"


def is_range(value: Any) -> bool:
    """Whether a value of a config is a range, well-formed or not."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    name, content = next(iter(value.items()))
    return (name == SEARCH and not isinstance(content, str)) or (name == CHOICES and not isinstance(content, str))


def places_of_ranges(value: Any, path: OptionPath = ()) -> Iterator[tuple[OptionPath, dict[str, Any]]]:
    """The ranges of a config's plain values, in order, with their paths."""
    if is_range(value):
        yield path, value
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from places_of_ranges(below, (*path, name))
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from places_of_ranges(below, (*path, place))


def read_range(path: OptionPath, value: Mapping[str, Any]) -> tuple[Range | None, list[Problem]]:
    """The range that stands at a path, not yet checked against the schema; or its problems."""
    if CHOICES in value:
        return _read_choices(path, value[CHOICES])
    content, here = value[SEARCH], (*path, SEARCH)
    if not isinstance(content, dict):
        return None, [Problem(here, f"expected {{low: ..., high: ...}}, found {shown(content)}")]
    problems = [Problem((*here, name), _unknown(name)) for name in content if name not in KEYS]
    problems += [Problem(here, f"needs {name}, such as {_FORM}") for name in ("low", "high") if name not in content]
    for name in ("low", "high", "step"):
        number = content.get(name)
        if name in content and (isinstance(number, bool) or not isinstance(number, int | float)):
            problems.append(Problem((*here, name), f"expected a number, found {shown(number)}"))
        elif isinstance(number, float) and not math.isfinite(number):
            problems.append(Problem((*here, name), f"expected a finite number, found {shown(number)}"))
    if not isinstance(content.get("log", False), bool):
        problems.append(Problem((*here, "log"), f"expected true or false, found {shown(content['log'])}"))
    if problems:
        return None, problems
    low, high, step, log = content["low"], content["high"], content.get("step"), content.get("log", False)
    problems = [Problem((*here, name), message) for name, message in _conflicts(low, high, step, log=log)]
    if problems:
        return None, problems
    whole = all(isinstance(number, int) for number in (low, high, *([] if step is None else [step])))
    return Range(path, low=low, high=high, log=log, step=step, whole=whole), []


def _conflicts(low: float, high: float, step: float | None, *, log: bool) -> Iterator[tuple[str, str]]:
    if low >= high:
        yield "low", f"is {low:g}, but must be less than high ({high:g})"
    elif log and low <= 0:
        yield "low", f"is {low:g}, but a range with log: true needs a low above 0"
    elif step is not None and log:
        yield "step", "has no effect with log: true; remove one of them"
    elif step is not None and not 0 < step <= high - low:
        yield "step", f"is {step:g}, but must be above 0 and at most high - low ({high - low:g})"


def _read_choices(path: OptionPath, choices: Any) -> tuple[Range | None, list[Problem]]:
    here = (*path, CHOICES)
    if not isinstance(choices, list):
        return None, [Problem(here, f"expected a list of values, found {shown(choices)}")]
    if len(choices) < 2:
        return None, [Problem(here, f"expected two values or more, found {len(choices)}")]
    if len(choices) > _MOST_CHOICES:
        return None, [Problem(here, f"expected at most {_MOST_CHOICES} values, found {len(choices)}")]
    problems = [
        Problem((*here, place), "is listed twice") for place, choice in enumerate(choices) if choice in choices[:place]
    ]
    problems += [
        Problem((*here, place), "is a range itself; list its values here")
        for place, choice in enumerate(choices)
        if any(True for _ in places_of_ranges(choice))
    ]
    return (None, problems) if problems else (Range(path, choices=tuple(choices)), [])


def _unknown(name: str) -> str:
    close = next(iter(difflib.get_close_matches(name, KEYS, n=1, cutoff=0.5)), None)
    known = f"; did you mean {close}?" if close else f" (known: {', '.join(KEYS)})"
    return f"unknown option of a range{known}"


def with_values(value: Values, chosen: Mapping[OptionPath, Any]) -> Values:
    """A copy of a config's plain values with other values at these paths; mappings on the way are made."""
    made = copy.deepcopy(value)
    for path, one in chosen.items():
        target: Any = made
        for part in path[:-1]:
            if isinstance(target, dict) and not isinstance(target.get(part), dict | list):
                target[part] = {"type": target[part]} if isinstance(target.get(part), str) else {}
            target = target[part]
        target[path[-1]] = copy.deepcopy(one)
    return made


def check_ranges(value: Values, ranges: Sequence[Range]) -> tuple[list[Range], Values, list[Problem]]:
    """Check both ends, or each choice, of every range against the schema.

    Args:
        value: the config's plain values, with ranges in them.

    Returns:
        The ranges, which now know whether their values are integers; the values with those to start from in place of
        the ranges: an option's default if the range has it, else ``Range.middle``; and all problems.
    """
    ranges = [_typed(value, one, ranges) for one in ranges]
    start = with_values(value, {one.path: one.middle for one in ranges})
    _, known = validate(start)
    if not known:
        start = with_values(start, {one.path: _default(start, one) for one in ranges})
    problems: list[Problem] = []
    for one in ranges:
        for place, end in one.ends:
            _, found = validate(with_values(start, {one.path: end}))
            problems += [_of_end(problem, one, place, end) for problem in found if problem not in known]
    inside = {one.path for one in ranges}
    problems += [problem for problem in known if not any(problem.path[: len(path)] == path for path in inside)]
    own = [problem for problem in known if any(problem.path[: len(path)] == path for path in inside)]
    problems += [
        problem for problem in own if not any(other.path[: len(problem.path)] == problem.path for other in problems)
    ]
    return ranges, start, problems


def _typed(value: Values, one: Range, ranges: Sequence[Range]) -> Range:
    """The range as one of numbers if the option takes them, although its bounds are written as integers."""
    if one.choices or not one.whole or one.step is not None:
        return one
    others = {other.path: other.middle for other in ranges}
    accepted, _ = validate(with_values(value, others | {one.path: one.low + (one.high - one.low) / 2 + 0.25}))
    whole = accepted is None
    return Range(one.path, low=one.low, high=one.high, log=one.log, step=one.step, whole=whole)


def _default(start: Values, one: Range) -> Any:
    """The option's default if the range has it, else the value in the middle."""
    without = copy.deepcopy(start)
    target: Any = without
    for part in one.path[:-1]:
        target = target[part]
    if not isinstance(target, dict) or not isinstance(one.path[-1], str):
        return one.middle
    del target[one.path[-1]]
    config, _ = validate(without)
    found: Any = config
    for part in one.path if config is not None else ():
        found = found[part] if isinstance(part, int) else getattr(found, part, None)
    return found if found in one else one.middle


def _of_end(problem: Problem, one: Range, place: OptionPath, end: Any) -> Problem:
    """A problem of one value of a range, at that value."""
    own = problem.path[: len(one.path)] == one.path
    what = problem.message if own else f"{dotted(problem.path)}: {problem.message}"
    below = problem.path[len(one.path) :] if own else ()
    return Problem((*one.path, *place, *below), what if own else f"with {_plain(end)}, {what}")


def _plain(value: Any) -> str:
    """A value as a config has it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_plain(one)}" for name, one in value.items()) + "}"
    return "null" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

"""How many tunes in ABC notation have bars that add up to their metre.

    python benchmarks/abc_bars.py tunes.txt             tunes between blank lines
    python benchmarks/abc_bars.py runs/abc_tunes-1      100 new tunes of a run, with the seeds 1 to 100
    seqclf generate --samples 100 --tokens 2000 --json | python benchmarks/abc_bars.py -

A tune passes if it has a metre and at least four full bars, if all of it can be read, and if every bar is as long as
the metre says. Only the first bar of a part (a pick-up) and its last one may be shorter. A part ends at every bar line
other than ``|`` and where an ending begins.

The second count is stricter: each shorter bar must add up with one that is played before or after it, as a pick-up does
with the last bar, or the two halves of a bar that a repeat sign divides. After a part comes the next one or, in a
repeat, an earlier one.

Follows the ABC standard 2.1, https://abcnotation.com/wiki/abc:standard:v2.1, for tunes of one voice.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from seqclf.generation import Generator

_LEAST_FULL_BARS = 4
_LENGTH = r"[0-9]*(?:/+[0-9]*)*"
_NOTE = r"(?:\^{1,2}|_{1,2}|=)?[A-Ga-g][,']*|[zx]"
_TOKEN = re.compile(
    rf"""
    (?P<ending> (?: \[ | (?<=[|:\]]) ) \s* [0-9][0-9,-]* )
    | (?P<silent> [-).~`\s\\H-Wh-w] | "[^"\n]*" | \{{[^}}\n]*\}} | ![^!\s]*! | \+[^+\s]*\+ | y[0-9]* | \((?![2-9]) )
    | \[ (?P<field>[A-Za-z]) : (?P<value>[^\]\n]*) \]
    | (?P<bar> (?: \[?\|+[\]:]* | :+\|*[\]:]* )+ )
    | \[ (?P<chord> (?: (?:{_NOTE}){_LENGTH} | [-.()~Tuv] )+ ) \] (?P<chord_length>{_LENGTH})
    | \( (?P<tuplet>[2-9]) (?: :(?P<time>[0-9]*) )? (?: :(?P<notes>[0-9]*) )?
    | (?P<note> {_NOTE} ) (?P<length>{_LENGTH})
    | Z (?P<rests>[0-9]*)
    | (?P<broken> >+ | <+ )
    """,
    re.VERBOSE,
)
_FIELD_LINE = re.compile(r"\s*([A-Za-z+]):(?![|:])(.*)")
_TIME_OF_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # of the others: 3 in compound metres, else 2


class Bar(NamedTuple):
    """What stands between two bar lines. Lengths are parts of a whole note."""

    text: str
    length: Fraction
    metre: Fraction | None

    @property
    def full(self) -> bool:
        return self.length == self.metre

    @property
    def longer(self) -> bool:
        return self.metre is not None and self.length > self.metre

    def __str__(self) -> str:
        return f"{self.length} in {self.metre}: {self.text}"


def length_factor(text: str) -> Fraction:
    """Of what follows a note: ``3`` is three times as long, ``/`` half as long, ``3/2`` one and a half times.

    Raises:
        ValueError: the length is 0, or a fraction of 0.
    """
    numerator, *denominators = re.split("/", text)
    factor = Fraction(int(numerator or 1))
    for denominator in denominators:
        if denominator and not int(denominator):
            raise ValueError(f"a length of {text}")
        factor /= int(denominator or 2)
    if not factor:
        raise ValueError(f"a length of {text}")
    return factor


def metre_of(value: str) -> tuple[Fraction | None, bool]:
    """The length of a bar and whether the metre is compound, from the value of an ``M:`` field."""
    value = value.split("%")[0].replace(" ", "")
    named = {"C": "4/4", "C|": "2/2"}.get(value, value)
    found = re.fullmatch(r"\(?([0-9]+(?:\+[0-9]+)*)\)?/([1-9][0-9]*)", named)
    if not found:
        return None, False
    beats, unit = sum(map(int, found[1].split("+"))), int(found[2])
    return Fraction(beats, unit) or None, unit >= 8 and beats % 3 == 0 and beats > 3


class _Reader:
    """Reads one tune. ``parts`` are lists of bars; ``problems`` say what could not be read."""

    def __init__(self) -> None:
        self.parts: list[list[Bar]] = [[]]
        self.problems: list[str] = []
        self.metre: Fraction | None = None
        self.compound = False
        self.unit: Fraction | None = None
        self._text, self._length = "", Fraction(0)
        self._before: Fraction | None = None  # the note before, if it is in this bar
        self._broken = Fraction(1)  # what a broken rhythm makes of the next note
        self._tuplet, self._left = Fraction(1), 0  # the factor of a tuplet and its notes to come

    def read(self, tune: str) -> None:
        for line in tune.splitlines():
            if found := _FIELD_LINE.match(line):
                self.set_field(found[1], found[2])
            else:
                self._read_music(re.sub(r"%.*", "", line))
        self._bar_line(ends_part=True)

    def set_field(self, name: str, value: str) -> None:
        if name == "M":
            self.metre, self.compound = metre_of(value)
        elif name == "L":
            unit, _ = metre_of(value)
            if unit is None:
                self.problems.append(f"L:{value}")
            self.unit = unit

    def _read_music(self, line: str) -> None:
        place = 0
        while place < len(line):
            found = _TOKEN.match(line, place)
            if found is None:
                self.problems.append(f"unreadable: {line[place : place + 8]}")
                place += 1
                continue
            try:
                self._take(found)
            except ValueError as error:
                self.problems.append(str(error))
            place = found.end()

    def _take(self, found: re.Match[str]) -> None:
        if found["bar"]:
            self._bar_line(ends_part=found["bar"] != "|")
            return
        if found["ending"]:
            self._bar_line(ends_part=True)
            return
        self._text += found[0]
        if found["field"]:
            self.set_field(found["field"], found["value"])
        elif found["note"]:
            self._sound(length_factor(found["length"]))
        elif found["chord"]:
            first = re.search(rf"(?:{_NOTE})({_LENGTH})", found["chord"])
            if first is None:
                raise ValueError(f"a chord without notes: {found[0]}")
            self._sound(length_factor(first[1]) * length_factor(found["chord_length"]))
        elif found["tuplet"]:
            self._begin_tuplet(int(found["tuplet"]), found["time"], found["notes"])
        elif found["broken"]:
            self._break_rhythm(found["broken"])
        elif found["rests"] is not None:
            self._rest(int(found["rests"] or 1))

    def _sound(self, factor: Fraction) -> None:
        """A note, rest or chord."""
        if self.unit is None:
            self.unit = Fraction(1, 16 if (self.metre or 1) < Fraction(3, 4) else 8)
        length = factor * self.unit * self._broken
        self._broken = Fraction(1)
        if self._left:
            self._left, length = self._left - 1, length * self._tuplet
        self._before, self._length = length, self._length + length

    def _begin_tuplet(self, count: int, time: str | None, notes: str | None) -> None:
        if self._left:
            raise ValueError("a tuplet inside another")
        usual = _TIME_OF_TUPLETS.get(count, 3 if self.compound else 2)
        self._tuplet, self._left = Fraction(int(time or usual), count), int(notes or count)

    def _break_rhythm(self, marks: str) -> None:
        if self._before is None or self._broken != 1:
            raise ValueError(f"{marks} without a note before it")
        short = Fraction(1, 2 ** len(marks))
        first, second = (2 - short, short) if marks[0] == ">" else (short, 2 - short)
        self._length += self._before * (first - 1)
        self._before, self._broken = None, second

    def _rest(self, bars: int) -> None:
        if self.metre is None or self._length:
            raise ValueError("Z inside a bar or without a metre")
        self.parts[-1] += [Bar("Z", self.metre, self.metre)] * (bars - 1)
        self._length = self.metre

    def _bar_line(self, *, ends_part: bool) -> None:
        if self._left:
            self.problems.append(f"an incomplete tuplet: {self._text.strip()}")
        if self._broken != 1:
            self.problems.append(f"a broken rhythm without a second note: {self._text.strip()}")
        if self._length:
            self.parts[-1].append(Bar(self._text.strip(), self._length, self.metre))
        self._text, self._length, self._before = "", Fraction(0), None
        self._broken, self._left = Fraction(1), 0
        if ends_part and self.parts[-1]:
            self.parts.append([])


class Verdict(NamedTuple):
    """The result for a tune: why it does not pass, and its shorter bars that complete no other bar."""

    problems: list[str]
    alone: list[str]


def read(tune: str) -> tuple[list[list[Bar]], list[str]]:
    """The bars of each part of a tune, and what could not be read."""
    reader = _Reader()
    reader.read(tune)
    return [part for part in reader.parts if part], reader.problems


def check(tune: str) -> Verdict:
    parts, problems = read(tune)
    bars = [bar for part in parts for bar in part]
    if any(bar.metre is None for bar in bars):
        return Verdict([*problems, "no metre"], [])
    inner = (bar for part in parts for place, bar in enumerate(part) if bar.longer or 0 < place < len(part) - 1)
    problems += [f"bar of the wrong length: {bar}" for bar in inner if not bar.full]
    if sum(bar.full for bar in bars) < _LEAST_FULL_BARS:
        problems.append("too few full bars")
    return Verdict(problems, [str(bar) for bar in _alone(parts)])


def _alone(parts: list[list[Bar]]) -> Iterator[Bar]:
    """Shorter bars at the ends of parts that do not add up with one before or after them."""
    for number, part in enumerate(parts):
        after = [other[0] for other in parts[: number + 2]]
        before = [other[-1] for other in parts[max(number - 1, 0) :]]
        both = after + before if len(part) == 1 else []
        for bar, others in ((part[0], both or before), (part[-1], both or after)):
            if not bar.full and not any(bar.length + other.length in (bar.metre, other.metre) for other in others):
                yield bar


def tunes_of(source: str, options: argparse.Namespace) -> Iterator[str]:
    """The tunes of a file, of JSON lines or of standard input (``-``), or new ones from a run."""
    if Path(source).is_dir():
        generator = Generator.load(source)
        for seed in range(options.seed, options.seed + options.samples):
            yield generator.generate(
                "", tokens=options.tokens, temperature=options.temperature, top_p=options.top_p, seed=seed
            )
        return
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    if text.startswith("{"):
        for line in text.splitlines():
            made = json.loads(line)
            yield made["prompt"] + made["text"]
    else:
        yield from (tune for tune in re.split(r"\n\s*\n", text) if tune.strip())


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="FILE, RUN or -")
    parser.add_argument("--failures", action="store_true", help="print the tunes that do not pass")
    for name, default in (("samples", 100), ("seed", 1), ("tokens", 3000)):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"of a run's tunes, {default} if omitted")
    for name, share in (("temperature", 0.5), ("top-p", 1.0)):
        parser.add_argument(f"--{name}", type=float, default=share, help=f"of a run's tunes, {share} if omitted")
    options = parser.parse_args(arguments)
    if options.source != "-" and not Path(options.source).exists():
        parser.error(f"{options.source}: no such file or folder")
    tunes = list(tunes_of(options.source, options))
    if not tunes:
        parser.error(f"{options.source}: contains no tunes")
    verdicts = [check(tune) for tune in tunes]
    passed = [verdict for verdict in verdicts if not verdict.problems]
    complete = sum(not verdict.alone for verdict in passed)
    for tune, verdict in zip(tunes, verdicts, strict=True):
        if options.failures and verdict.problems:
            print(tune.strip(), *(f"    {problem}" for problem in verdict.problems), sep="\n", end="\n\n")
    print(
        f"{len(passed):,} of {len(tunes):,} tunes have bars that add up to their metre ({len(passed) / len(tunes):.1%})"
    )
    print(f"{complete:,} ({complete / len(tunes):.1%}) also if each shorter bar must add up with another")
    reasons = Counter(verdict.problems[0].split(":")[0] for verdict in verdicts if verdict.problems)
    for reason, count in reasons.most_common():
        print(f"{count:6,}  {reason}")


if __name__ == "__main__":
    main(sys.argv[1:])

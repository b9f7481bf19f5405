"""A hint below an error: what to type instead."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import click

ARGUMENTS = "seqclf.arguments"
"""Key of the command line's words in a context's ``meta``."""


@dataclass(frozen=True)
class Hint:
    """``sentence`` says what to do; ``command``, if given, is the complete line to type."""

    sentence: str
    command: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The hint on one line."""
        return f"{self.sentence}: {shlex.join(self.command)}" if self.command else self.sentence

    def lines(self, width: int) -> str:
        """For a terminal: the command on its own lines, broken so that it can be copied and pasted."""
        if not self.command:
            return self.sentence
        words: list[str] = []
        for word in map(shlex.quote, self.command):
            if words and words[-1] == "--set":  # keep it on one line with its value
                words[-1] += f" {word}"
            else:
                words.append(word)
        lines = [f"  {words[0]}"]
        for word in words[1:]:
            if len(lines[-1]) + len(word) + 3 <= width:
                lines[-1] += f" {word}"
            else:
                lines[-1] += " \\"
                lines.append(f"    {word}")
        return "\n".join([f"{self.sentence}:", *lines])


class HintedError(click.UsageError):
    """A wrong command line that only the command itself can detect, with what to type instead."""

    def __init__(self, message: str, hint: Hint) -> None:
        super().__init__(message)
        self.hint = hint

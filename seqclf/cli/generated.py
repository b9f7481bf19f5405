"""What ``seqclf generate`` reads and prints."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.streams import check_output
from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.generation.loop import Continuation

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters besides tab and line feed: a terminal may take them for commands."""


def prompt_of(argument: str) -> str:
    """The prompt of the command line; ``-`` stands for standard input, of which a line end at the end is dropped.

    What is not UTF-8 becomes U+FFFD. Raises ``InputError`` if standard input cannot be read.
    """
    if argument != "-":  # Python decodes invalid UTF-8 on the command line to lone surrogates
        return argument.encode("utf-8", "surrogateescape").decode("utf-8", errors="replace")
    try:
        text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"standard input: cannot be read ({error.strerror})") from error
    return re.sub(r"(?:\r\n|\r|\n)\Z", "", text)


def print_text(prompt: str, continuation: Iterable[str]) -> None:
    """Print the prompt, and the text after it as it is made. An interrupted text ends its line, too."""
    is_terminal = sys.stdout.isatty()
    try:
        _show(prompt, is_terminal)
        for piece in continuation:
            _show(piece, is_terminal)
    finally:
        click.echo()
    check_output()


def _show(text: str, is_terminal: bool) -> None:
    shown = _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text) if is_terminal else text
    sys.stdout.write(shown)  # click.echo takes escape sequences away
    sys.stdout.flush()
    check_output()


def as_object(prompt: str, continuation: Continuation, seed: int | None) -> dict[str, Any]:
    """The text after a prompt as an object for JSON."""
    started = time.perf_counter()
    text = "".join(continuation)
    seconds = round(time.perf_counter() - started, 4)
    return {
        "prompt": prompt,
        "text": text,
        "tokens": continuation.tokens,
        "ending": continuation.ending,
        "seed": seed,
        "seconds": seconds,
    }

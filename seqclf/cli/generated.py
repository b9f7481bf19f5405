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
    from seqclf.text.tokenizer import Tokenizer

_TYPED_ESCAPES = re.compile(r"(?:\\[nrt])+")

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


def stop_warning(stop: str, tokenizer: Tokenizer) -> str | None:
    """Why the value of ``--stop`` never ends a text, or hardly means what was typed; None if nothing speaks against it.

    >>> from seqclf.text.kinds.byte import ByteTokenizer
    >>> stop_warning("END", ByteTokenizer()) is None
    True
    """
    from seqclf.generation.stops import unwritten

    missing = unwritten(stop, tokenizer)
    if _TYPED_ESCAPES.search(stop) if missing else _TYPED_ESCAPES.fullmatch(stop):
        found = f"is text with a backslash{', which the model never writes' if chr(92) in missing else ''}"
        return f"Warning: --stop '{stop}' {found}; for line ends and tabs, type --stop $'{stop}' in bash or zsh"
    if not missing:
        return None
    lower = stop.lower()
    instead = (
        f"; it writes small letters: --stop {lower!r}" if lower != stop and not unwritten(lower, tokenizer) else ""
    )
    return f"Warning: --stop {stop!r:.60} never ends the text: the model does not write {missing!r:.60}{instead}"


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


def cut_off(cut: int, samples: int, tokens: int) -> str:
    """The note that ``cut`` of the texts do not end where the model or a stop text ends them."""
    subject = "The text was" if samples == 1 else f"{cut:,} of {samples:,} texts were"
    return f"{subject} cut off after {tokens:,} token{'' if tokens == 1 else 's'}; more: --tokens N"


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

"""The words of a command line: options, their values and arguments."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import click


def command_line(context: click.Context) -> tuple[str, ...]:
    """``("seqclf", "config", "show")``."""
    return ("seqclf", *context.command_path.split()[1:])


def key_of(name: str) -> str:
    """``--Max-tokens`` as ``max_tokens``."""
    return name.strip("-").lower().replace("-", "_")


def places(command: click.Command) -> list[click.Parameter]:
    """The arguments of a command."""
    return [parameter for parameter in command.params if isinstance(parameter, click.Argument)]


def arguments_in(command: click.Command, words: Sequence[str], skip: int) -> Iterator[str]:
    """The words that are neither options nor values of options, without the first ``skip``."""
    return iter(separated(command, words)[0][skip:])


def separated(command: click.Command, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words that are neither options nor values of options, and the others."""
    arguments: list[str] = []
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option = option_named(command, word.partition("=")[0])
        if option is None and not word.startswith("-"):
            arguments.append(word)
            continue
        others.append(word)
        if option is not None and not option.is_flag and "=" not in word and rest:
            others.append(rest.pop(0))
    return arguments, others


def value_of(words: Sequence[str], option: str) -> str | None:
    """The value of an option; None if the words lack it."""
    for word, following in itertools.pairwise((*words, "")):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def option_named(command: click.Command, name: str) -> click.Option | None:
    """The option with this spelling; None if the command has none."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and name in (*parameter.opts, *parameter.secondary_opts):
            return parameter
    return None


def option_names(command: click.Command) -> list[str]:
    """All spellings of a command's options."""
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return [name for option in options for name in (*option.opts, *option.secondary_opts)]


def renamed(words: tuple[str, ...], name: str, meant: str) -> tuple[str, ...]:
    """Replace option ``name`` by ``meant``, which may include a value."""
    changed: list[str] = []
    for word in words:
        if word.partition("=")[0] != name:
            changed.append(word)
        elif " " in meant:
            changed += meant.split()
        else:
            changed.append(f"{meant}{word[len(name) :]}")
    return tuple(changed)


def without(words: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Remove option ``name``: ``--config x`` and ``--config=x`` become ``x``."""
    return tuple(word.removeprefix(f"{name}=") for word in words if word != name)

"""Hints below click's errors: what to type instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import click

from seqclf.cli.command_hints import is_unknown_command, unknown_command
from seqclf.cli.command_words import (
    arguments_in,
    command_line,
    key_of,
    option_named,
    option_names,
    places,
    renamed,
    separated,
    value_of,
    without,
)
from seqclf.cli.file_hints import TABLES, several_files
from seqclf.cli.hint import ARGUMENTS, Hint, HintedError
from seqclf.cli.other_names import ARGUMENTS_ELSEWHERE, DATA_OPTIONS, OPTIONS_ELSEWHERE
from seqclf.cli.split_settings import split_by_shell
from seqclf.cli.working_settings import working_setting

_CONFIGS = (".yaml", ".yml")
_OF_TEXTS = ("predict", "generate")
"""Commands whose arguments are texts."""


OF_RESUME = ("--epochs", "--patience")
"""Options of ``train`` that work only with ``--resume``; without it, hints suggest the config's options."""


def hint_for(error: click.UsageError, arguments: Sequence[str]) -> Hint | None:
    """What to type instead, or None. ``arguments`` is the command line, starting with the command's name."""
    if isinstance(error, HintedError):
        return error.hint
    if error.ctx is not None and is_unknown_command(error):
        return unknown_command(error.ctx)
    if error.ctx is None or error.ctx.parent is None:
        return None
    command = error.ctx.command
    words = tuple(arguments[len(command_line(error.ctx)) - 1 :])
    if command.name in _OF_TEXTS and (hint := _text_with_a_dash(error.ctx, words)) is not None:
        return hint
    if isinstance(error, click.NoSuchOption):
        return _unknown_options(error.ctx, error.option_name, words)
    if error.message.startswith("Got unexpected extra argument"):
        return _extra_argument(error.ctx, words)
    return None


def _text_with_a_dash(context: click.Context, words: tuple[str, ...]) -> Hint | None:
    """For ``predict "-bad product"``, a text that looks like options."""
    before = words[: words.index("--")] if "--" in words else words
    texts = [word for word in before if word.startswith("-") and any(map(str.isspace, word)) and "=" not in word]
    return _behind_dashes(context, words, texts) if texts else None


def _behind_dashes(context: click.Context, words: tuple[str, ...], texts: Sequence[str]) -> Hint:
    others = [word for word in words if word not in texts and word != "--"]
    return Hint("Put -- before texts that start with a dash", (*command_line(context), *others, "--", *texts))


def _as_typed(name: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """An unknown option as it was typed, of which click names two characters: ``-prompt``, or ``-k`` and its value for
    ``-k5``; and the words, with such a value as one of its own."""
    if len(name) == 2:
        for place, word in enumerate(words):
            if word.startswith(name) and word.partition("=")[0] != name:
                if re.fullmatch("[0-9.]+", value := word[2:]):
                    return name, (*words[:place], name, value, *words[place + 1 :])
                return word.partition("=")[0], words
    return name, words


def _unknown_options(context: click.Context, name: str, words: tuple[str, ...]) -> Hint:
    """The hint for an unknown option. A command that it suggests has no other unknown option."""
    hint, line = _unknown_option(context, name, words), command_line(context)
    if hint.command[: len(line)] != line:
        return hint
    mended = hint.command[len(line) :]
    left = _unknown_in(context.command, mended)
    if not left or mended == words:
        return hint
    further = _unknown_options(context, left[0], mended)
    if not further.command:
        return Hint(f"{left[0]} is not an option, either. {further.sentence}")
    return Hint("Several options have other names here; type", further.command)


def _unknown_in(command: click.Command, words: Sequence[str]) -> list[str]:
    """The names of options in the words that the command does not have."""
    others = separated(command, words[: words.index("--")] if "--" in words else words)[1]
    names = []
    while others:
        word = others.pop(0)
        name = word.partition("=")[0]
        option = option_named(command, name) or (None if name.startswith("--") else option_named(command, word[:2]))
        if option is None and name not in ("-", "-h", "--help"):
            names.append(name)
        elif option is not None and not option.is_flag and name == word and option_named(command, name) and others:
            others.pop(0)
    return names


def _unknown_option(context: click.Context, name: str, words: tuple[str, ...]) -> Hint:
    command, line = context.command, command_line(context)
    own = str(command.name)
    name, words = _as_typed(name, words)
    also = () if "--resume" in words else OF_RESUME
    if own == "train" and (hint := _template(command, words) or _kind_of_model(command, name, words)) is not None:
        return hint
    if own == "init" and (written := _in_the_config(name, words)) is not None:
        return Hint(f"init has no option for this; write the config to a file with -o and add to its data: {written}")
    if (fixed := _with_settings(command, words, also)) is not None:
        return Hint("Change options of the config with --set; type", (*line, *fixed))
    reads_file = own in ("predict", "explain") and any(word.partition("=")[0] in ("-i", "--input") for word in words)
    if not reads_file and (place := ARGUMENTS_ELSEWHERE.get(own, {}).get(key_of(name))) is not None:
        return Hint(f"Give {place} without an option", (*line, *without(words, name)))
    known = option_names(command)
    meant = _elsewhere(own, key_of(name)) or _closest(command, name, 0.75)
    if meant is not None and _is_given(command, meant, words):
        meant = None
    if meant is not None:
        return Hint(f"Did you mean {meant}? Type", (*line, *renamed(words, name, meant)))
    if own in _OF_TEXTS and len(name) > 2 and not name.startswith("--"):
        return _behind_dashes(context, words, [word for word in words if word.partition("=")[0] == name])
    more = "; change options of the config with --set KEY=VALUE" if _has_settings(command) and own != "eval" else ""
    return Hint(f"Options of {own}: {', '.join(option for option in known if option.startswith('--'))}{more}")


def _template(command: click.Command, words: tuple[str, ...]) -> Hint | None:
    """For ``train DATA --template NAME``: ``init``, which writes the template's model into a config for the data."""
    if (given := next((word for word in words if key_of(word.partition("=")[0]) == "template"), None)) is None:
        return None
    name = value_of(words, given.partition("=")[0]) or "NAME"
    data = next((word for word in arguments_in(command, words, skip=0) if word != name), None)
    if data is not None and (Path(data).suffix.lower() in TABLES or Path(data).is_dir()):
        written = f"{Path(data).stem}-{name}.yaml"
        init = ("seqclf", "init", "--template", name, "--from", data, "-o", written)
        return Hint(f"Write a config with the model of this template, then train {written}; type", init)
    written = f"{name}.yaml"
    return Hint(
        f"Write the template to a file, then train {written}; type",
        ("seqclf", "init", "--template", name, "-o", written),
    )


def _kind_of_model(command: click.Command, name: str, words: tuple[str, ...]) -> Hint | None:
    """For ``train DATA --layers lstm``: ``init``, whose ``--layers`` also sets the options that such a model needs."""
    from seqclf.cli.commands.init import FAMILIES
    from seqclf.config.typed import meant_key

    if meant_key(name) != "layers[0].type":
        return None
    _, _, value = next(word for word in words if word.partition("=")[0] == name).partition("=")
    kind = (value or next(iter(words[words.index(name) + 1 :]), "")).lower()
    data = next((word for word in arguments_in(command, words, skip=0) if word.lower() != kind), "")
    if kind not in FAMILIES or not (Path(data).suffix.lower() in TABLES or Path(data).is_dir()):
        return None
    written = f"{Path(data).stem}.yaml"
    init = ("seqclf", "init", "--from", data, "--layers", kind, "-o", written)
    return Hint(f"Write a config with this kind of model, then train {written}; type", init)


def _in_the_config(name: str, words: Sequence[str]) -> str | None:
    """The option of a config's ``data`` for a column that ``init`` does not take."""
    option = DATA_OPTIONS.get(key_of(name))
    return option and f"{option}: {value_of(words, name) or 'COLUMN'}"


def _with_kind(value: str) -> str:
    """The value of ``data.extra`` for a column's name, or for ``NAME=KIND``."""
    column, _, kind = value.partition("=")
    return value if value.startswith("{") else f"{{{column}: {kind or 'number'}}}"


def settings_hint(context: click.Context) -> Hint:
    """The hint for ``--epochs`` and ``--patience`` without ``--resume``: change the config with ``--set``."""
    words = tuple(context.meta[ARGUMENTS][len(command_line(context)) - 1 :])
    fixed = _with_settings(context.command, words, also=OF_RESUME)
    return Hint("Change options of the config with --set; type", (*command_line(context), *(fixed or ())))


def _with_settings(command: click.Command, words: tuple[str, ...], also: Sequence[str] = ()) -> tuple[str, ...] | None:
    """The words with unknown options, and those in ``also``, rewritten as ``--set KEY=VALUE``; None if there are
    none."""
    from seqclf.config.guesses import known_kind
    from seqclf.config.typed import is_flag, meant_key, other_key

    if not _has_settings(command):
        return None
    named = {**OPTIONS_ELSEWHERE.get(str(command.name), {}), **ARGUMENTS_ELSEWHERE.get(str(command.name), {})}
    kept: list[str] = []
    settings: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        known = None if name in also else option_named(command, name)
        key = None
        if word.startswith("-") and known is None and key_of(name) not in named:
            key = meant_key(name) if name in also or not _closest(command, name, 0.85) else None
        if key is None or (command.name == "eval" and not key.startswith("data.")):
            kept.append(word)
            if known is not None and not equals and not known.is_flag and rest:
                kept.append(rest.pop(0))
            continue
        value = value if equals else _value(rest, is_flag(key))
        if key == "task" or key.endswith(".type"):
            value = known_kind(value)
        value = _with_kind(value) if key == "data.extra" else value
        settings += ["--set", working_setting(words, key, value, other=other_key(name))]
    return (*kept, *settings) if settings else None


def _value(rest: list[str], flag: bool) -> str:
    """Remove an option's value from ``rest`` and return it; for a flag without a value, return ``true``."""
    if flag:
        return rest.pop(0) if rest and rest[0].lower() in ("true", "false") else "true"
    return rest.pop(0) if rest and not rest[0].startswith("--") else "VALUE"


def _extra_argument(context: click.Context, words: tuple[str, ...]) -> Hint | None:
    own, line = str(context.command.name), command_line(context)
    extra = next(iter(arguments_in(context.command, words, skip=len(places(context.command)))), None)
    if extra is None:
        return None
    if _has_settings(context.command) and (whole := split_by_shell(words)) is not None:
        return Hint("The shell has split a setting into several words; put it in quotes. Type", (*line, *whole))
    if (hint := several_files(context, words)) is not None:
        return hint
    if own == "generate":
        prompt, options = separated(context.command, words)
        return Hint("Put the prompt in quotes; type", (*line, " ".join(prompt), *options))
    others = tuple(word for word in words if word != extra)
    path, suffix = Path(extra), Path(extra).suffix.lower()
    if "=" in extra and _has_settings(context.command):
        return Hint("Change options of the config with --set; type", (*line, *others, "--set", extra))
    if own == "init":
        if suffix in TABLES or path.exists():
            return Hint("Name data with --from; type", (*line, "--from", extra, *others))
        return Hint("Name a template with --template; type", (*line, "--template", extra, *others))
    if own in ("list", "best"):
        return Hint("Choose runs by their names with --name; type", (*line, "--name", extra, *others))
    if own not in ("eval", "export"):
        return None
    if suffix in _CONFIGS:
        return Hint(f"{own} takes a trained run, not its config; type", (*line, "--run", "RUN", *others))
    if own == "eval" and (suffix in TABLES or (path.is_dir() and not (path / "manifest.json").exists())):
        return Hint("Name your own labelled texts with --data; type", (*line, "--data", extra, *others))
    if own == "export" and _is_new(context, extra) and "--to" not in words:
        sentence = "Name the folder to write with --to, or a run with --run; type"
        return Hint(sentence, (*line, "--to", extra, *others))
    return Hint("Name a run with --run; type", (*line, "--run", extra, *others))


def _is_new(context: click.Context, name: str) -> bool:
    """Whether this is neither a path nor a run, and not named like one."""
    runs = context.params.get("runs") or Path("runs")
    return not (Path(name).exists() or (runs / name).exists() or re.search(r"-\d+(-fold\d+)?$", name))


def _elsewhere(command: str, key: str) -> str | None:
    """Our option for another tool's option, allowing for small misspellings."""
    names = OPTIONS_ELSEWHERE.get(command, {})
    close = difflib.get_close_matches(key, [name for name in names if len(name) > 2], n=1, cutoff=0.8)
    return names.get(key) or (names[close[0]] if close else None)


def _has_settings(command: click.Command) -> bool:
    return "--set" in option_names(command)


def _is_given(command: click.Command, name: str, words: Sequence[str]) -> bool:
    """Whether the words have an option that can be given only once. ``name`` may include a value."""
    option = option_named(command, name.split()[0])
    return option is not None and not option.multiple and any(word.partition("=")[0] in option.opts for word in words)


def _closest(command: click.Command, name: str, cutoff: float) -> str | None:
    known = [option for option in option_names(command) if option.startswith("--") and option not in OF_RESUME]
    by_key = {key_of(option): option for option in known}
    close = difflib.get_close_matches(key_of(name), by_key, n=1, cutoff=cutoff)
    return by_key[close[0]] if close else None

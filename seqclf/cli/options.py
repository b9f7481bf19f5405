"""Options that several commands share, and their shell completion."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from seqclf.files import expanded, shell_word

_THREADS_WORDS = ("auto", "stock")
MOST_THREADS = 1024

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def complete_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from seqclf.run_choice import LATEST, run_names

    runs = context.params.get("runs") or Path("runs")
    names = [(LATEST, "the newest finished one"), *run_names(runs)]
    return [CompletionItem(name, help=status) for name, status in names if name.startswith(incomplete)]


def complete_unfinished(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from seqclf.run_choice import LATEST, resumable_names

    names = [LATEST, *resumable_names(context.params.get("runs") or Path("runs"))]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class UserPath(click.Path):
    """A path in which ``~`` is the home folder, also where no shell replaces it, as in ``--input=~/x.csv``.

    An empty path, as of an unset variable in a script, is an error: to Python it is the current folder.
    """

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        if value == "":
            self.fail("expected a path, found nothing", parameter, context)
        given = str(expanded(value)) if isinstance(value, str) and value.startswith("~") else value
        return super().convert(given, parameter, context)


def only_once(context: click.Context, parameter: click.Parameter, values: tuple[Any, ...]) -> Any:
    """A click callback for an option that can be given once: its value, or None.

    The option needs ``multiple``: else click would take the last value without a word.
    """
    if len(values) > 1:
        raise click.BadParameter(f"expected one value, found {len(values)} ({', '.join(map(str, values))})")
    return next(iter(values), None)


runs_option: Decorator = click.option(
    "--runs",
    type=UserPath(path_type=Path, file_okay=False),
    default=Path("runs"),
    envvar="SEQCLF_RUNS",
    show_envvar=True,
    show_default=True,
    is_eager=True,  # so that --run is completed from this folder
    help="Folder of runs.",
)


def runs_argument(runs: Path) -> str:
    """`` --runs DIR``, for commands to type next; empty if ``runs`` is the default folder."""
    default = os.environ.get("SEQCLF_RUNS") or "runs"
    return "" if runs.absolute() == Path(default).absolute() else f" --runs {shell_word(runs)}"


run_option: Decorator = click.option(
    "--run",
    "run_name",
    metavar="RUN",
    shell_complete=complete_run,
    help="Name, with or without its number, or path of a run, or latest. [default: latest, the newest "
    "finished run, else the newest interrupted one]",
)

run_or_hub_option: Decorator = click.option(
    "--run",
    "run_name",
    metavar="RUN",
    shell_complete=complete_run,
    help="Name, with or without its number, or path of a run, or latest; or a model on a hub, as hf:USER/NAME or "
    "hf:USER/NAME@REVISION. [default: latest, the newest finished run, else the newest interrupted one]",
)

config_argument: Decorator = click.argument("config", metavar="CONFIG", type=UserPath())

set_option: Decorator = click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change an option of the config, such as training.epochs=3 or layers[0].units=32. Repeatable.",
)


def check_utf8(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A click callback that checks a text that a config is to contain."""
    from seqclf.tables.values import is_text

    if value is not None and not is_text([value]):
        escaped = value.encode("ascii", "backslashreplace").decode("ascii")
        raise click.BadParameter(f"{escaped} is not UTF-8; give another text")
    return value


def _not_empty(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("expected a non-empty text, such as '|'")
    return check_utf8(context, parameter, value)


def label_separator_option(default: str) -> Decorator:
    """``--label-separator``; ``default`` says in its help what holds without it."""
    return click.option(
        "--label-separator",
        metavar="TEXT",
        callback=_not_empty,
        help=f"Separator between several labels in one field, such as '|'. [default: {default}]",
    )


def check_encoding(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A click callback that checks names of encodings."""
    from seqclf.file_encoding import canonical

    if value is not None and canonical(value) is None:
        raise click.BadParameter(f"{value!r} is not one of Python's text encodings, such as utf-8, cp1252 or utf-16")
    return value


encoding_option: Decorator = click.option(
    "--encoding",
    metavar="NAME",
    callback=check_encoding,
    help="Encoding of the file, such as cp1252 or utf-16. [default: UTF-8 if the file is that, else that of the run's "
    "training texts]",
)


def _threads(context: click.Context, parameter: click.Parameter, value: str) -> int | str:
    if value.lower() in _THREADS_WORDS:
        return value.lower()
    if value.isdecimal() and 1 <= int(value) <= MOST_THREADS:
        return int(value)
    raise click.BadParameter(f"{value!r} is not auto, stock or a number from 1 to {MOST_THREADS}")


def _complete_threads(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in _THREADS_WORDS if word.startswith(incomplete)]


threads_option: Decorator = click.option(
    "--threads",
    metavar="N",
    callback=_threads,
    shell_complete=_complete_threads,
    default="auto",
    envvar="SEQCLF_THREADS",
    show_envvar=True,
    show_default=True,
    help="Number of threads. auto: one for each core; stock: do not change TensorFlow's threads and the C "
    "library's memory allocator.",
)


def _allow_code(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from seqclf.layer_types import allow_code

        allow_code()


allow_code_option: Decorator = click.option(
    "--allow-code",
    is_flag=True,
    callback=_allow_code,
    expose_value=False,
    envvar="SEQCLF_ALLOW_CODE",
    show_envvar=True,
    help="Import the modules of custom layer types in the config. They run with your rights: allow only code that you "
    "trust.",
)

data_settings_option: Decorator = click.option(
    "--set",
    "settings",
    metavar="data.KEY=VALUE",
    multiple=True,
    help="Change a data option of the run's config, such as data.data_dir=DIR. Repeatable.",
)

json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

"""``seqclf init``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from seqclf.cli.options import UserPath, check_encoding, check_utf8, label_separator_option, only_once
from seqclf.cli.value_types import OneOf
from seqclf.cli.wrap import GLUE, say
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.starter.make import Starter

KINDS = ("number", "category")
CLASSIFICATION = "classification"
FAMILIES = ("bag", "lstm", "gru", "min_gru", "conv", "ngrams")
_OF_CLASSIFIERS = ("label", "weight", "extra", "header")
_OF_LANGUAGE_MODELS = ("text", "encoding", "validation", "test", "name")


def _complete_template(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from seqclf.config.templates import template_names

    return [CompletionItem(name) for name in template_names() if name.startswith(incomplete)]


def _names(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """The names in ``--header``."""
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(","))
    if value == "none":
        return ()
    if len(names) == 1 and len(several := [name.strip() for name in re.split(r"[;|\t]", value)]) > 1:
        raise click.BadParameter(f"separate the names by commas, however the file is separated: {','.join(several)}")
    if not all(names) or len(set(names)) < len(names):
        raise click.BadParameter("expected different names separated by commas, such as label,title,text")
    check_utf8(context, parameter, value)
    return names


def _kinds(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    """The columns in ``--extra`` with their kinds."""
    found: dict[str, str] = {}
    for one in value:
        name, _, kind = one.rpartition("=")
        if not name or kind not in KINDS:
            raise click.BadParameter(f"expected COLUMN=number or COLUMN=category, such as price=number; found {one!r}")
        if name in found:
            raise click.BadParameter(f"names {name!r} twice")
        found[name] = kind
        check_utf8(context, parameter, name)
    return found


def _each_once(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that an option names, each once."""
    for place, name in enumerate(value):
        if name in value[:place]:
            raise click.BadParameter(f"names {name!r} twice")
    return value


def _run_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The name of runs. A config with another would be written, but not read again."""
    check_utf8(context, parameter, value)
    if value is None:
        return None
    from seqclf.starter.make import name_problem
    from seqclf.starter.write import as_name

    if (problem := name_problem(value)) is not None:
        cleaned = as_name(value)
        raise click.BadParameter(problem + (f"; write --name {cleaned}" if cleaned else ""))
    return value


@click.command("init")
@click.option(
    "--template",
    metavar="NAME",
    shell_complete=_complete_template,
    help="A config that comes with seqclf; an unknown NAME lists them. With --from: use its model on DATA. "
    "[default: quickstart]",
)
@click.option(
    "--from",
    "data",
    metavar="DATA",
    multiple=True,
    callback=only_once,
    type=UserPath(),
    help="Your texts (csv, tsv, json, parquet, xlsx, or a folder of LABEL/*.txt), to write a config that fits them.",
)
@click.option(
    "--text",
    metavar="COLUMN",
    multiple=True,
    callback=_each_once,
    help="Column of DATA's texts. Repeat it for texts of several columns. [default: found by name and content]",
)
@click.option(
    "--label",
    metavar="COLUMN",
    multiple=True,
    callback=_each_once,
    help="Column of DATA's labels. Repeat it for columns of 0 and 1, one per label. [default: found by name and "
    "content]",
)
@click.option(
    "--weight", metavar="COLUMN", help="Column of DATA's weights: how much each text counts. [default: all the same]"
)
@click.option(
    "--extra",
    metavar="COLUMN=KIND",
    multiple=True,
    callback=_kinds,
    help="Column of DATA that the model reads beside the text; KIND is number or category. Can be repeated.",
)
@label_separator_option("found in the labels; none: one label per text")
@click.option(
    "--header",
    metavar="NAMES",
    callback=_names,
    help="Names of the columns, separated by commas, if DATA has no line of names; none: its first line is one, even "
    "if it looks like a row. [default: found by content]",
)
@click.option(
    "--encoding",
    metavar="NAME",
    callback=check_encoding,
    help="Encoding of DATA, such as cp1252 or utf-16. [default: UTF-8, or guessed]",
)
@click.option(
    "--validation", type=UserPath(), metavar="PART", help="Validation texts: a file or folder, or a fraction of DATA."
)
@click.option("--test", type=UserPath(), metavar="PART", help="Test texts: a file or folder, or a fraction of DATA.")
@click.option(
    "--name",
    callback=_run_name,
    help="First part of the names of runs: letters, digits, dots, dashes and underscores. [default: the name of DATA]",
)
@click.option("--layers", "family", type=OneOf(FAMILIES), help="Kind of model. [default: chosen to fit the texts]")
@click.option(
    "--task",
    type=OneOf(["classification", "language_model"]),
    default="classification",
    show_default=True,
    help="What the model is for. language_model: reads DATA without labels: also a txt file, or a folder of them.",
)
@click.option(
    "--try", "tried", is_flag=True, help="Train three models on a sample of DATA; write the best one's config."
)
@click.option(
    "-o", "--output", type=UserPath(path_type=Path), help="File to write; an existing file is never overwritten."
)
def init_command(
    *,
    template: str | None,
    data: str | None,
    label_separator: str | None,
    family: Any,
    task: str,
    tried: bool,
    output: Path | None,
    **about: Any,
) -> None:
    """Print a config to start from, with comments."""
    from seqclf.config.templates import DEFAULT_TEMPLATE
    from seqclf.config.templates import template as text_of
    from seqclf.files import check_new, write_new

    if output is not None:
        check_new(output)
    more: tuple[str, ...] = ()
    if data is None:
        if (
            family
            or tried
            or label_separator
            or task != CLASSIFICATION
            or any(value not in (None, (), {}) for value in about.values())
        ):
            raise click.UsageError("only --template and -o work without --from; add --from DATA")
        text = text_of(template or DEFAULT_TEMPLATE)
    elif task != CLASSIFICATION:
        if template or family or tried or label_separator or any(about[name] for name in _OF_CLASSIFIERS):
            raise click.UsageError(
                f"--task {task} works only with --from, --text, --encoding, --validation, --test, --name and -o"
            )
        text = _of_language_model(data, about)
    else:
        made = _from_data(data, template, family=family, separator=label_separator, tried=tried, about=about)
        text = made.text
        if made.missing_vectors is not None:
            more = ("--set", "embedding.vectors=null")
    if output is None:
        click.echo(text, nl=False)
        return
    write_new(output, text)
    words = (shell_word(output), *more)
    check, train = (GLUE.join(("seqclf", command, *words)) for command in ("check", "train"))
    say(f"Wrote {output}. Next: {check}, then {train}", err=True)


def _of_language_model(data: str, about: dict[str, Any]) -> str:
    from seqclf.cli.starting_language_models import language_model_from
    from seqclf.starter.request import Request

    return language_model_from(Request(data, **{name: about[name] for name in _OF_LANGUAGE_MODELS})).text


def _from_data(
    data: str,
    template: str | None,
    *,
    family: Any,
    separator: str | None,
    tried: bool,
    about: dict[str, Any],
) -> Starter:
    from seqclf.cli.file_hints import with_column_mended
    from seqclf.cli.starting import made_from
    from seqclf.starter.named_columns import NamedColumns, NoSuchColumn
    from seqclf.starter.request import Request

    if template is not None and (family or tried):
        raise click.UsageError("--template sets the model: omit --layers and --try")
    if family and tried:
        raise click.UsageError("--try chooses the kind of model: omit --layers")
    guess, separator = separator is None, None if separator == "none" else separator
    columns = NamedColumns(about.pop("weight"), about.pop("extra"))
    model: dict[str, Any] = {"family": family, "template": template}
    request = Request(data, separator=separator, guess_separator=guess, columns=columns, **model, **about)
    try:
        return made_from(request, tried=tried)
    except NoSuchColumn as error:
        raise with_column_mended(error) from error

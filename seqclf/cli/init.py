"""``seqclf init``."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from seqclf.cli.options import label_separator_option


def _complete_template(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from seqclf.config.templates import template_names

    return [CompletionItem(name) for name in template_names() if name.startswith(begun)]


@click.command("init")
@click.option(
    "--template",
    "template_name",
    metavar="NAME",
    shell_complete=_complete_template,
    help="A config that comes with seqclf; a wrong NAME lists them. [default: quickstart]",
)
@click.option(
    "--from",
    "data",
    metavar="DATA",
    type=click.Path(),
    help="Your texts (csv, tsv, jsonl, parquet, or a folder of LABEL/*.txt): looked at for a config that fits.",
)
@click.option("--text", "text_column", metavar="COLUMN", help="Column of DATA's texts. [default: guessed]")
@click.option("--label", "label_column", metavar="COLUMN", help="Column of DATA's labels. [default: guessed]")
@label_separator_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write; one that exists is never overwritten."
)
def init_command(
    template_name: str | None,
    data: str | None,
    text_column: str | None,
    label_column: str | None,
    label_separator: str | None,
    output: Path | None,
) -> None:
    """Print a config to start from, with comments."""
    from seqclf.config.templates import DEFAULT_TEMPLATE, template
    from seqclf.files import write_new

    if data is not None and template_name is not None:
        raise click.UsageError("--template and --from exclude each other")
    if data is None and (text_column or label_column or label_separator):
        raise click.UsageError("--text, --label and --label-separator are about the columns of --from DATA")
    if data is not None:
        from seqclf.data.starter import starter

        made = starter(data, text_column, label_column, label_separator)
        text = made.text
        click.echo(f"Seen: {made.seen}.", err=True)
    else:
        text = template(template_name or DEFAULT_TEMPLATE)
    if output is None:
        click.echo(text, nl=False)
        return
    write_new(output, text)
    click.echo(f"Wrote {output}. Next: seqclf check {output}, then seqclf train {output}", err=True)

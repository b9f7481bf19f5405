"""``seqclf schema``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("schema")
@click.option("--markdown", is_flag=True, help="Print the reference page instead.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def schema_command(markdown: bool, output: Path | None) -> None:
    """Print the JSON Schema of configs, by which editors complete and check them.

    With the schema in seqclf.schema.json, a config that begins with the line
    "# yaml-language-server: $schema=seqclf.schema.json" is checked as it is typed.
    """
    from seqclf.config.json_schema import json_schema
    from seqclf.config.reference import reference
    from seqclf.errors import InputError
    from seqclf.files import write_text

    text = reference() if markdown else json.dumps(json_schema(), indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_text(output, text)
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror})") from error

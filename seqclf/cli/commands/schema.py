"""``seqclf schema``."""

from __future__ import annotations

import json

import click


@click.command("schema", short_help="Print the JSON Schema of configs, for editors.")
@click.option("--markdown", is_flag=True, help="Print the reference page instead.")
def schema_command(markdown: bool) -> None:
    """Print the JSON Schema of configs, which editors use to complete and check them.

    After `seqclf schema > seqclf.schema.json`, editors check a config as you type if it starts with the line
    "# yaml-language-server: $schema=seqclf.schema.json".
    """
    from seqclf.config.json_schema import json_schema
    from seqclf.config.reference import reference

    click.echo(reference().rstrip() if markdown else json.dumps(json_schema(), indent=2))

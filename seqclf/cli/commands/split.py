"""``seqclf split``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import UserPath, allow_code_option, json_option, set_option
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say, width_of

if TYPE_CHECKING:
    from seqclf.cli.columns import Column

_MOST_LABELS = 30


@click.command("split", short_help="Write the splits of a config as files.")
@click.argument("config_file", metavar="CONFIG", type=UserPath(path_type=Path))
@click.option("--to", "folder", required=True, type=UserPath(path_type=Path), help="New folder for the files.")
@set_option
@allow_code_option
@json_option
def split_command(config_file: Path, folder: Path, settings: tuple[str, ...], as_json: bool) -> None:
    """Write the training, validation and test texts of CONFIG as files, split exactly as in `seqclf train` and `seqclf
    eval`, to compare other programs on the same rows.

    Rows of a table keep all their columns. Prints how many texts of each label a file has, and the lines that make a
    config read the files. Never overwrites a file.
    """
    from seqclf.cli.problems import check_files, show_problem
    from seqclf.config import parse_override, read_config
    from seqclf.data.written_splits import data_section, write_splits

    loaded = read_config(config_file, [parse_override(setting) for setting in settings])
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    if loaded.config.data.needs_tensorflow:
        from seqclf.tensorflow_startup import start_tensorflow

        start_tensorflow()
    written = write_splits(loaded.config, folder)
    # With $SEQCLF_DATA, a config's relative paths do not start in the current folder.
    absolute = bool(os.environ.get("SEQCLF_DATA"))
    files = {name: split.path.absolute() if absolute else split.path for name, split in written.items()}
    section = data_section(loaded.config, files)
    if as_json:
        splits = {
            name: {"file": str(split.path), "texts": split.texts, "labels": split.labels}
            for name, split in written.items()
        }
        print_json({"splits": splits, "data": section})
        return
    from seqclf.cli.columns import first_that_fits
    from seqclf.cli.label_counts import counts_of_labels

    counts = {name: (split.labels, split.texts) for name, split in written.items()}

    def columns(shares: bool) -> list[Column]:
        return counts_of_labels(counts, _MOST_LABELS, shares=shares, total=True)

    click.echo("\n".join(first_that_fits(columns, width_of(sys.stdout))))
    say(f"\nWritten to {folder}. To train on these files, use this in a config:\n")
    click.echo("\n".join(["data:", *(f"  {name}: {_yaml(value)}" for name, value in section.items())]))


def _yaml(value: Any) -> str:
    import yaml

    return "null" if value is None else yaml.safe_dump(value, width=10_000).removesuffix("...\n").strip()

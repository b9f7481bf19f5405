"""``seqclf suspects``."""

from __future__ import annotations

from pathlib import Path

import click

from seqclf.cli.options import UserPath, allow_code_option, json_option, runs_option, set_option, threads_option
from seqclf.cli.streams import print_json
from seqclf.cli.value_types import OneOf, Real, Whole


@click.command("suspects", short_help="List training texts with a doubtful label, and duplicates.")
@click.argument("config_file", metavar="CONFIG", type=UserPath(path_type=Path))
@click.option(
    "--model",
    type=OneOf(["linear", "network"]),
    default="linear",
    show_default=True,
    help="What judges the labels. linear: TF-IDF with logistic regression, in seconds or minutes; network: the model "
    "of CONFIG, trained once for each fold.",
)
@click.option("--folds", type=Whole(min=2, max=1_000), default=5, show_default=True, help="Parts to judge in turn.")
@click.option(
    "--similarity",
    type=Real(0, 1, min_open=True),
    default=0.7,
    show_default=True,
    metavar="S",
    help="Least similarity of near-duplicates: of their pieces of three words, the share that both texts have.",
)
@click.option("--near-duplicates/--no-near-duplicates", default=True, help="Find near-duplicates, or only equal texts.")
@click.option(
    "--output",
    "-o",
    type=UserPath(path_type=Path),
    default=Path("suspects.csv"),
    show_default=True,
    help="File for all suspects: csv, tsv, jsonl or parquet by its extension.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option("--top", type=Whole(min=0), default=10, show_default=True, metavar="N", help="Texts to show here.")
@runs_option
@set_option
@threads_option
@allow_code_option
@json_option
def suspects_command(
    config_file: Path,
    *,
    model: str,
    folds: int,
    similarity: float,
    near_duplicates: bool,
    output: Path,
    overwrite: bool,
    top: int,
    runs: Path,
    settings: tuple[str, ...],
    threads: int | str,
    as_json: bool,
) -> None:
    """List the training and validation texts of CONFIG, or of a data file, whose label may be wrong, and texts that
    occur several times.

    A label is judged by a model that was trained on other texts only. Equal and similar texts are found in the
    training, validation and test texts; labels of test texts are not read. Writes all of it to a file, with the place
    of each text, to look through; changes no data.
    """
    from seqclf.cli.origins import with_origin
    from seqclf.cli.problems import check_files, show_problem
    from seqclf.cli.starting import load_or_make
    from seqclf.config import parse_override
    from seqclf.suspects.listing import Listing, check_unread, listing_target

    target = listing_target(output, overwrite=overwrite)
    loaded, _ = load_or_make(config_file, [parse_override(setting) for setting in settings], runs=runs)
    check_unread(target.path, loaded.config)
    loaded = with_origin(loaded, runs)
    for warning in loaded.warnings:
        show_problem(warning, "warning")
    check_files(loaded)
    if loaded.config.data.needs_tensorflow:
        from seqclf.tensorflow_startup import start_tensorflow

        start_tensorflow(loaded.config, threads)
    from seqclf.cli.suspects_models import judged
    from seqclf.cli.suspects_report import as_json_object, show

    found = judged(loaded, model, folds=folds, similarity=similarity if near_duplicates else None, threads=threads)
    listing = Listing(found, loaded.config)
    listing.write(target)
    if as_json:
        print_json(as_json_object(found, listing, target.path, top))
    else:
        show(found, listing, target.path, top)

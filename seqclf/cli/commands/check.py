"""``seqclf check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import UserPath, allow_code_option, json_option, runs_option, set_option, threads_option
from seqclf.cli.origins import init_from_option, origin_override, with_origin
from seqclf.cli.problems import check_files, show_problem
from seqclf.cli.streams import print_json
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.config.problems import Problem
    from seqclf.training.examined import Report


@click.command("check", short_help="Check a config, its data and its model before training.")
@click.argument("config_file", metavar="CONFIG", type=UserPath(path_type=Path))
@runs_option
@init_from_option
@set_option
@threads_option
@allow_code_option
@json_option
def check_command(
    config_file: Path,
    *,
    runs: Path,
    init_from: str | None,
    settings: tuple[str, ...],
    threads: int | str,
    as_json: bool,
) -> None:
    """Check a config, its data and its model before training. For a data file, check the config that `train` would
    write.

    Counts texts and labels of each split, empty and repeated texts, texts in more than one split, lengths in tokens
    and unknown tokens. Shows the model, and times a few steps. Exits with 1 if training or evaluation would fail;
    warnings do not change the exit code.
    """
    from seqclf.cli.starting import load_or_make
    from seqclf.config import parse_override
    from seqclf.config.problems import ConfigError, Problem
    from seqclf.errors import InputError
    from seqclf.tensorflow_startup import silence_tensorflow, start_tensorflow

    try:
        overrides = [*map(parse_override, settings), *origin_override(init_from)]
        loaded, _ = load_or_make(config_file, overrides, runs=runs, search=True)
        loaded = with_origin(loaded, runs)
        check_files(loaded)
        silence_tensorflow()
        from seqclf.training.examine import examine

        report = examine(
            loaded,
            lambda stage: say(stage, err=True),
            lambda: start_tensorflow(loaded.config, threads),
            runs=runs,
        )
    except InputError as error:
        if not as_json:
            raise
        problems = error.problems if isinstance(error, ConfigError) else [Problem((), str(error))]
        print_json({"problems": [problem.as_json() for problem in problems]})
        sys.exit(error.exit_code)
    from seqclf.training.what_to_try import what_to_try

    to_try = what_to_try(loaded.config, report, str(config_file))
    ranges = [str(one) for one in loaded.ranges]
    if as_json:
        print_json({**_as_json(report), "ranges": ranges, "what_to_try": to_try})
    else:
        _show(report, to_try)
        _show_ranges(ranges, config_file)
    if report.problems:
        sys.exit(1)


def _show(report: Report, to_try: Sequence[str]) -> None:
    from seqclf.cli.check_report import print_report

    print_report(report)
    for warning in report.warnings:
        show_problem(warning, "warning")
    for problem in report.problems:
        show_problem(problem, "error")
    click.echo(f"{_count(report.problems, 'problem')}, {_count(report.warnings, 'warning').lower()}.")
    if to_try:
        say("\nWhat to try:\n" + "\n".join(f"- {sentence}" for sentence in to_try))


def _show_ranges(ranges: Sequence[str], config_file: Path) -> None:
    """What a search would change; the report is about the values that it starts from."""
    if ranges:
        listed = "\n".join(f"- {one}" for one in ranges)
        say(f"\nSearched by `seqclf tune {config_file}`, beginning with the values checked here:\n{listed}")


def _as_json(report: Report) -> dict[str, Any]:
    from seqclf.data.statistics import QUANTILES

    splits: dict[str, dict[str, Any]] = {name: asdict(split) for name, split in report.splits.items()}
    for split in splits.values():
        del split["names"]
        for name in ("weights", "shares"):  # for texts that have some
            if split[name] is None:
                del split[name]
    if report.unlabelled is not None:
        splits["unlabelled"] = asdict(report.unlabelled)
    for name, tokens in (report.tokens or {}).items():
        quantiles = {f"{quantile:g}": value for quantile, value in zip(QUANTILES, tokens.quantiles, strict=True)}
        splits[name]["tokens"] = asdict(tokens) | {"quantiles": quantiles}
    for name, leaked in report.leaks.items():
        splits[name]["also_in_splits_before"] = asdict(leaked)
    for column, by_split in report.extra.items():
        for name, beside in by_split.items():
            splits[name].setdefault("extra", {})[column] = asdict(beside)
    return {
        "data": report.data,
        "problems": [problem.as_json() for problem in report.problems],
        "warnings": [warning.as_json() for warning in report.warnings],
        "splits": splits,
        "vocabulary": report.vocabulary,
        "max_tokens": report.max_tokens,
        "initialize": report.starts_from,
        "automatic": report.automatic,
        "vectors": None if report.pretrained is None else report.pretrained.as_json(),
        "baseline": None if report.baseline is None else report.baseline.to_json(),
        "layers": None if report.layers is None else [asdict(row) for row in report.layers],
        "epoch": None if report.estimate is None else asdict(report.estimate),
    }


def _count(items: list[Problem], name: str) -> str:
    return f"{len(items) or 'No'} {name}{'' if len(items) == 1 else 's'}"

"""``seqclf check``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import json_option, set_option
from seqclf.cli.problems import check_files, show_problem

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig
    from seqclf.config.problems import Problem
    from seqclf.data.prepare import Corpus
    from seqclf.data.source import LabelledTexts
    from seqclf.data.statistics import Leak, TextStatistics, TokenStatistics
    from seqclf.training.estimate import Estimate, LayerRow


@dataclass
class Report:
    """All that ``check`` finds out. What a problem keeps from being looked at is None."""

    data: str
    splits: dict[str, TextStatistics]
    leaks: dict[str, Leak]
    problems: list[Problem]
    warnings: list[Problem]
    max_tokens: int
    vocabulary: int | None = None
    tokens: dict[str, TokenStatistics] | None = None
    layers: list[LayerRow] | None = None
    estimate: Estimate | None = None


@click.command("check")
@click.argument("config_file", metavar="CONFIG", type=click.Path(path_type=Path))
@set_option
@json_option
def check_command(config_file: Path, settings: tuple[str, ...], as_json: bool) -> None:
    """Look at a config, its data and its model before training.

    Counts texts and labels of each split, empty and repeated texts, texts that stand in more than one split, lengths in
    tokens, unknown tokens; shows the model, and times a few steps. Exits with 1 where training or evaluation would
    fail; warnings change nothing.
    """
    from seqclf.config import parse_override, read_config
    from seqclf.config.problems import ConfigError, Problem
    from seqclf.errors import InputError

    try:
        loaded = read_config(config_file, [parse_override(setting) for setting in settings])
        check_files(loaded)
        report = _examine(loaded)
    except InputError as error:
        if not as_json:
            raise
        problems = error.problems if isinstance(error, ConfigError) else [Problem((), str(error))]
        click.echo(json.dumps({"problems": [problem.as_json() for problem in problems]}, ensure_ascii=False))
        sys.exit(error.exit_code)
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        from seqclf.cli.check_report import print_report

        print_report(report)
        for warning in report.warnings:
            show_problem(warning, "warning")
        for problem in report.problems:
            show_problem(problem, "error")
        click.echo(f"{_count(report.problems, 'problem')}, {_count(report.warnings, 'warning').lower()}.")
    if report.problems:
        sys.exit(1)


def _examine(loaded: LoadedConfig) -> Report:
    """Raises ``InputError`` for data that cannot be read."""
    from seqclf.cli.start import hush_tensorflow, start_tensorflow
    from seqclf.data.prepare import Corpus, encode_split, prepare
    from seqclf.data.source import describe
    from seqclf.data.statistics import (
        label_problems,
        leak,
        text_statistics,
        text_warnings,
        token_statistics,
        token_warnings,
    )

    config = loaded.config
    hush_tensorflow()
    if config.data.source == "tfds":
        start_tensorflow()
    corpus = Corpus(config)

    def stage(text: str) -> None:
        click.echo(text, err=True)

    stage(f"Reading all texts ({describe(config.data)})")
    names = [split for split in ("train", "validation", "test") if corpus.has(split)]
    texts = _read(corpus, names, loaded)
    splits = {name: text_statistics(texts[name]) for name in names}
    report = Report(
        data=describe(config.data),
        splits=splits,
        leaks={
            name: leak([texts[before] for before in names[:place]], texts[name]) for place, name in enumerate(names)
        },
        problems=[loaded.placed(problem) for problem in label_problems(splits)],
        warnings=loaded.warnings,
        max_tokens=config.tokenizer.max_tokens,
    )
    del report.leaks["train"]
    report.warnings += [loaded.placed(warning) for warning in text_warnings(splits, report.leaks)]
    if report.problems:
        return report
    data = prepare(config, stage, corpus)
    encoded = {"train": data.train, "validation": data.validation}
    if "test" in names:
        encoded["test"] = encode_split(corpus, "test", data.tokenizer, data.labels, stage)
    report.vocabulary = data.tokenizer.vocabulary_size
    report.tokens = {
        name: token_statistics(texts, report.max_tokens) for name, texts in encoded.items() if texts is not None
    }
    report.warnings += [loaded.placed(warning) for warning in token_warnings(report.tokens, report.max_tokens)]
    stage("Timing training steps")
    start_tensorflow()
    from seqclf.training.estimate import measure

    report.layers, report.estimate = measure(config, data)
    return report


def _read(corpus: Corpus, names: list[str], loaded: LoadedConfig) -> dict[str, LabelledTexts]:
    """All splits. Raises ``ConfigError`` for all that cannot be read."""
    from seqclf.config.problems import Problem
    from seqclf.errors import InputError

    texts, problems = {}, []
    for name in names:
        try:
            texts[name] = corpus.texts(name)
        except InputError as error:
            problems.append(Problem(("data", name), str(error).removeprefix(f"data.{name}: ")))
            if not corpus.has_own_part(name):
                break  # the other shares are of the same texts
    if problems:
        raise loaded.error(problems)
    return texts


def _as_json(report: Report) -> dict[str, Any]:
    from seqclf.data.statistics import QUANTILES

    splits: dict[str, dict[str, Any]] = {name: asdict(split) for name, split in report.splits.items()}
    for name, tokens in (report.tokens or {}).items():
        quantiles = {f"{quantile:g}": value for quantile, value in zip(QUANTILES, tokens.quantiles, strict=True)}
        splits[name]["tokens"] = asdict(tokens) | {"quantiles": quantiles}
    for name, leaked in report.leaks.items():
        splits[name]["also_in_splits_before"] = asdict(leaked)
    return {
        "data": report.data,
        "problems": [problem.as_json() for problem in report.problems],
        "warnings": [warning.as_json() for warning in report.warnings],
        "splits": splits,
        "vocabulary": report.vocabulary,
        "max_tokens": report.max_tokens,
        "layers": None if report.layers is None else [asdict(row) for row in report.layers],
        "epoch": None if report.estimate is None else asdict(report.estimate),
    }


def _count(items: list[Problem], name: str) -> str:
    return f"{len(items) or 'No'} {name}{'' if len(items) == 1 else 's'}"

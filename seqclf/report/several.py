"""A page that compares runs: scores side by side, the options that differ, their curves, and what they have cost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seqclf.config.diff import ABSENT
from seqclf.files import shell_word
from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.scores import words_of
from seqclf.quantities import duration, in_bytes
from seqclf.report.cost import energy_of
from seqclf.report.facts import Facts, read_facts
from seqclf.report.figures.curves import Line, over_epochs
from seqclf.report.figures.texts import estimates
from seqclf.report.numbers import number_in, value_with_interval
from seqclf.report.page import page
from seqclf.report.paired import paired_test
from seqclf.report.section import Section
from seqclf.report.targets import identity
from seqclf.report.verdict import Estimate, of_network
from seqclf.run_catalogue.differences import Comparison, compare, split_to_test
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import TEST, for_people, main_score
from seqclf.runs import LANGUAGE_MODEL

MOST_CURVES = 10
_NONE = "–"


@dataclass(frozen=True)
class Table:
    """Runs and their scores on a split: a row for each run, with the place of its best cells."""

    title: str
    heads: list[str]
    rows: list[tuple[str, list[tuple[str, bool]]]]
    figure: Any
    warning: str


def several_page(entries: Sequence[Entry], output: Path) -> str:
    """The page. Raises ``InputError`` if a config or a manifest is missing or malformed.

    ``output``: where it will be, for links to the reports of the runs.
    """
    comparison = compare(entries)
    facts = {one.name: read_facts(one.run) for one in entries if not one.is_cross_validation}
    sections = [_scores(comparison, facts), _curves(list(facts.values())), _options(comparison), _cost(entries, facts)]
    names = [one.name for one in entries]
    return page(
        "sections",
        title=f"Comparison of {len(names)} runs",
        runs=identity(str(one.path.absolute()) for one in entries),
        what="Comparison",
        subtitle=names,
        note="",
        warning="",
        problems=[problem for one in facts.values() for problem in one.problems],
        sections=[*(one for one in sections if one is not None), _reports(entries, output)],
    )


def _scores(comparison: Comparison, facts: Mapping[str, Facts]) -> Section | None:
    test = paired_test(comparison)
    same = None if test is None else test.same
    tables = [
        _table(part, split, facts, same_texts=split == same or part.same_texts.get(split))
        for part in comparison.by_task.values()
        for split in part.scores
        if for_people(part.scores[split])
    ]
    if not tables:
        return None
    command = None if test is not None else _how_to_test(comparison)
    return Section("scores", "Scores", "compared", {"tables": tables, "test": test, "command": command or ""})


def _table(part: Comparison, split: str, facts: Mapping[str, Facts], *, same_texts: bool | None) -> Table:
    scores = for_people(part.scores[split])
    main = main_score({split: {name: 0.0 for name in scores}}) or next(iter(scores))
    names = sorted(scores, key=lambda name: name != main)
    best = {name: part.best_places(split, name) for name in names}
    found = [_estimate(facts.get(entry.name), split, main) for entry in part.entries]
    rows = []
    for place, entry in enumerate(part.entries):
        cells = []
        for name in names:
            estimate = found[place] if name == main else None
            cells.append((_cell(name, scores[name][place], estimate), place in best[name]))
        rows.append((entry.name, cells))
    known = [(entry.name, one) for entry, one in zip(part.entries, found, strict=True) if one is not None]
    figure = None
    if len(known) > 1 and all(one.interval for _, one in known):
        figure = estimates(known[:MOST_CURVES], words_of(main), name=f"estimates-{main}-{split}", in_legend=True)
    warning = ""
    if same_texts is False and len(part.entries) > 1:
        warning = f"These runs were measured on different {split} texts: their scores do not compare well."
    if "loss" in names and part.calibrated:
        warning += " Only some of the runs are calibrated, which lowers the loss, but changes no label."
    for entry in part.entries:
        if (about := entry.about_teachers(split)) is not None:
            warning += f" {entry.name}: {about}. Its scores are not marked."
    kind = " of language models" if part.entries[0].task == LANGUAGE_MODEL else ""
    return Table(
        f"{split.capitalize()} scores{kind}", [words_of(name) for name in names], rows, figure, warning.strip()
    )


def _estimate(facts: Facts | None, split: str, name: str) -> Estimate | None:
    """The score of a classifier with its interval."""
    measured = None if facts is None else facts.measured.get(split)
    return None if measured is None else of_network(measured.metrics, name)


def _cell(name: str, value: float | None, estimate: Estimate | None) -> str:
    if value is None:
        return _NONE
    return value_with_interval(name, value, None if estimate is None else estimate.interval)


def _how_to_test(comparison: Comparison) -> str | None:
    """The command that tests whether two runs differ by more than chance."""
    split = split_to_test(comparison)
    if split is None:
        return None
    first, second = (shell_word(one.path) for one in comparison.entries)
    return f"seqclf eval --run {first} --against {second}{'' if split == TEST else f' --split {split}'}"


def curves_of(runs: Sequence[tuple[str, Facts]], of: str = "") -> list[Any]:
    """Figures of the validation scores and losses of runs over their epochs; of those that have any.

    ``of``: what the runs are, for the captions of a page with curves of others.
    """
    shown, end = runs[:MOST_CURVES], f" of {of}." if of else "."
    id_end = f"-{of.replace(' ', '-')}" if of else ""
    figures = []
    for name in ("accuracy", "micro_f1", "perplexity", "loss"):
        lines = [
            Line(title, one.history.curve(f"{PREFIX}{name}"), place) for place, (title, one) in enumerate(shown, 1)
        ]
        figures.append(
            over_epochs(f"{name}-curves{id_end}", lines, f"Validation {words_of(name)}{end}", y=words_of(name))
        )
    trained = [Line(title, one.history.curve("loss"), place) for place, (title, one) in enumerate(shown, 1)]
    figures.append(over_epochs(f"training-curves{id_end}", trained, f"Training loss{end}", y="training loss"))
    return [one for one in figures if one is not None]


def _curves(facts: Sequence[Facts]) -> Section | None:
    """Losses of classifiers and language models are not drawn together: they do not compare."""
    kinds = {"classifiers": [one for one in facts if not one.is_language_model]}
    kinds["language models"] = [one for one in facts if one.is_language_model]
    several = all(kinds.values())
    figures, notes = [], []
    for kind, found in kinds.items():
        figures += curves_of([(one.entry.name, one) for one in found], kind if several else "")
        if len(found) > MOST_CURVES:
            notes.append(f"Only the first {MOST_CURVES} {kind if several else 'runs'} are drawn.")
    if not figures:
        return None
    return Section("learning", "Learning curves", "drawings", {"figures": figures, "notes": notes})


def _options(comparison: Comparison) -> Section:
    def rows(of_one_kind: bool) -> list[tuple[str, list[str]]]:
        return [
            (option, [_option(value) for value in values])
            for option, values in comparison.options.items()
            if (option in comparison.of_one_kind) is of_one_kind
        ]

    names = [one.name for one in comparison.entries]
    values = {"names": names, "rows": rows(False), "others": rows(True)}
    return Section("options", "Options that differ", "options", values)


def _option(value: Any) -> str:
    if value is ABSENT:
        return _NONE
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _cost(entries: Sequence[Entry], facts: Mapping[str, Facts]) -> Section:
    heads = ["state", "time", "epochs", "tokens/s", "peak memory", "parameters", "estimated energy", "size on disk"]
    rows = [(entry.name, list(_cost_cells(entry, facts.get(entry.name)))) for entry in entries]
    return Section(
        "cost", "Cost", "plain_table", {"caption": "What the trainings have cost", "heads": heads, "rows": rows}
    )


def _cost_cells(entry: Entry, facts: Facts | None) -> Iterator[str]:
    manifest = entry.manifest
    yield entry.state
    yield _NONE if entry.seconds is None else duration(entry.seconds)
    yield _NONE if (epochs := number_in(manifest, "epochs")) is None else f"{epochs:,.0f}"
    speed = None if facts is None else facts.history.tokens_per_second
    yield _NONE if speed is None else f"{speed:,.0f}"
    yield _NONE if (peak := number_in(manifest, "peak_memory_bytes")) is None else in_bytes(int(peak))
    yield _NONE if (size := number_in(manifest, "parameters")) is None else f"{size:,.0f}"
    spent = energy_of(entry.run, manifest)
    yield _NONE if spent is None else f"{'at most ' if spent.at_most else ''}{spent.watt_hours:.3g} Wh"
    yield in_bytes(entry.size)


def _reports(entries: Sequence[Entry], output: Path) -> Section:
    links = [(one.name, link) for one in entries if (link := link_to(one, output)) is not None]
    return Section("reports", "Reports of the runs", "links", {"links": links})


def link_to(entry: Entry, output: Path) -> str | None:
    """A relative link from a page to the report of a run; None if there is no such file."""
    if entry.is_cross_validation or not entry.run.report.is_file():
        return None
    path = os.path.relpath(entry.run.report.absolute(), output.absolute().parent)
    return f"./{quote(os.fsencode(path))}"

"""The page of a cross-validation: the scores of its folds, and how far they spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.metrics.scores import UNDEFINED, words_of
from seqclf.quantities import duration
from seqclf.report.facts import Facts, read_facts
from seqclf.report.numbers import counted, number_in, points, value_of
from seqclf.report.page import page
from seqclf.report.section import Section
from seqclf.report.sections.about import config, environment
from seqclf.report.several import curves_of, link_to
from seqclf.report.targets import identity
from seqclf.report.verdict import ADDS, CHANCE, LOSES, UNKNOWN, Verdict
from seqclf.run_catalogue.entry import Entry
from seqclf.run_catalogue.scores import for_people, main_score, scores_of
from seqclf.run_catalogue.state import DAMAGED
from seqclf.runs import FINISHED, Run

_NONE = "–"


def folds_page(entry: Entry, output: Path) -> str:
    """The page. Raises ``InputError`` if the summary or the manifest of a fold is malformed, or no fold has begun.

    ``output``: where it will be, for links to the reports of the folds.
    """
    if entry.state == DAMAGED:
        raise InputError(str(entry.problem))
    if not entry.fold_folders:
        raise InputError(f"{entry.path}: no fold of it is there; train it again")
    facts = [read_facts(Run(folder)) for folder in entry.fold_folders]
    about = [(one.entry.name, one) for one in facts]
    figures = curves_of(about)
    curves = Section("learning", "Learning curves", "drawings", {"figures": figures, "notes": []}) if figures else None
    about_first = [_of_first(config(facts[0])), _of_first(environment(facts[0]))]
    sections = [_result(entry), _folds(entry), curves, *about_first, _cost(facts)]
    links = [(one.entry.name, link) for one in facts if (link := link_to(one.entry, output))]
    return page(
        "sections",
        title=entry.name,
        runs=identity([str(entry.path.absolute())]),
        what=f"Cross-validation of {counted(len(facts), 'fold')}",
        subtitle=[part for part in (entry.data, entry.state) if part],
        note="",
        warning="" if entry.state == FINISHED else "Not all folds are finished: means are over those that are.",
        problems=[problem for one in facts for problem in one.problems],
        sections=[
            *(one for one in sections if one is not None),
            Section("reports", "Reports of the folds", "links", {"links": links}),
        ],
    )


def _of_first(section: Section | None) -> Section | None:
    """A section about the first fold, whose title says so."""
    return None if section is None else replace(section, title=f"{section.title} of the first fold")


def _spread(found: Any, name: str, end: str) -> float | None:
    one = found.get(name) if isinstance(found, Mapping) else None
    return number_in(one, end) if isinstance(one, Mapping) else None


def _result(entry: Entry) -> Section | None:
    scores = entry.scores.get("validation", {})
    name = main_score({"validation": scores}) if scores else None
    if name is None:
        return None
    saved = entry.manifest.get("validation")
    baseline = entry.manifest.get("baseline")
    linear = baseline.get("linear") if isinstance(baseline, Mapping) else None
    rows = []
    for one in sorted(for_people(scores), key=lambda one: one != name):
        ends = [_spread(saved, one, end) for end in ("mean", "std", "min", "max")]
        cells = [UNDEFINED if end is None else value_of(one, end) for end in ends]
        mean = _spread(linear, one, "mean")
        rows.append((words_of(one), [*cells, _NONE if mean is None else value_of(one, mean)]))
    deviation = _spread(saved, name, "std")
    values = {
        "number": value_of(name, scores[name]),
        "score": f"mean {words_of(name)}",
        "spread": "" if deviation is None else f"standard deviation {value_of(name, deviation)}",
        "verdict": _verdict(entry, name, _spread(linear, name, "mean")),
        "heads": ["mean", "standard deviation", "smallest", "largest", "mean of the linear model"],
        "rows": rows,
    }
    return Section("result", "Result", "folds", values)


def _verdict(entry: Entry, name: str, linear: float | None) -> Verdict:
    pairs = list(_pairs(entry, name))
    if linear is None or not pairs:
        return Verdict(UNKNOWN, "Nothing says what the network adds: not every fold has a baseline.")
    lead = sum(network - other for network, other in pairs) / len(pairs)
    ahead = sum(network > other for network, other in pairs)
    what = f"level with the linear model in {words_of(name)}"
    if lead:
        side = "ahead of" if lead > 0 else "behind"
        what = f"{points(abs(lead))} points of {words_of(name)} {side} the linear model"
    kind = ADDS if ahead == len(pairs) else LOSES if lead < 0 and not ahead else CHANCE
    sentence = f"The network is {what} on average, and ahead in {ahead} of {counted(len(pairs), 'fold')}."
    return Verdict(kind, sentence, "Folds share most of their training texts, so their spread says little of chance.")


def _pairs(entry: Entry, name: str) -> Iterator[tuple[float, float]]:
    """The scores of network and linear model in each fold that has both."""
    for row in _rows(entry):
        baseline = row.get("baseline")
        linear = scores_of(baseline.get("linear")) if isinstance(baseline, dict) else {}
        network = scores_of(row.get("validation"))
        if name in network and name in linear:
            yield network[name], linear[name]


def _rows(entry: Entry) -> list[dict[str, Any]]:
    return [row for row in entry.manifest.get("runs", []) if isinstance(row, dict)]


def _folds(entry: Entry) -> Section | None:
    rows = _rows(entry)
    if not rows:
        return None
    scores = for_people(entry.scores.get("validation", {}))
    main = main_score({"validation": scores}) if scores else None
    names = sorted(scores, key=lambda one: one != main)
    cells = []
    for row in rows:
        found = scores_of(row.get("validation"))
        seconds, best = number_in(row, "seconds"), number_in(row, "best_epoch")
        cells.append(
            (
                str(row.get("run", "")),
                [
                    str(row.get("status", "")),
                    *(_NONE if name not in found else value_of(name, found[name]) for name in names),
                    _NONE if best is None else f"{best:.0f}",
                    _NONE if seconds is None else duration(seconds),
                ],
            )
        )
    heads = ["state", *map(words_of, names), "best epoch", "time"]
    return Section("folds", "Folds", "plain_table", {"caption": "Scores of each fold", "heads": heads, "rows": cells})


def _cost(facts: list[Facts]) -> Section | None:
    seconds = [one.entry.seconds for one in facts if one.entry.seconds is not None]
    if not seconds:
        return None
    return Section("cost", "Cost", "facts", {"rows": [("time of all folds", duration(sum(seconds)))], "notes": []})

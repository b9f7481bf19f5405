"""The report of one run."""

from __future__ import annotations

from collections.abc import Callable

from seqclf.quantities import duration
from seqclf.report.facts import Facts, read_facts
from seqclf.report.numbers import moment
from seqclf.report.page import page
from seqclf.report.section import Section
from seqclf.report.sections.about import config, cost, environment, members
from seqclf.report.sections.data import data
from seqclf.report.sections.labels import confusion, labels
from seqclf.report.sections.learning import learning
from seqclf.report.sections.probabilities import probabilities, ranking, threshold_table
from seqclf.report.sections.result import result
from seqclf.report.sections.texts import label_errors, slices, wrong
from seqclf.run_catalogue.state import KILLED
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, Run

SECTIONS: tuple[Callable[[Facts], Section | None], ...] = (
    result, learning, labels, confusion, probabilities, ranking, threshold_table, slices, wrong, label_errors, data,
    members, config, environment, cost,
)  # fmt: skip
"""In the order of a page. One that returns None is left out."""

_STATES = {
    RUNNING: "This run is being trained: its report is about the epochs so far.",
    INTERRUPTED: "The training was interrupted: the report is about the epochs before.",
    FAILED: "The training failed.",
    KILLED: "The training was killed: it can be resumed from its last checkpoint.",
}


def run_page(run: Run) -> str:
    """The page. Raises ``InputError`` if the manifest of the run is missing or malformed."""
    facts = read_facts(run)
    sections = [found for section in SECTIONS if (found := section(facts)) is not None]
    entry = facts.entry
    problems = list(facts.problems)
    if entry.state != FINISHED and isinstance(error := facts.manifest.get("error"), str):
        problems.append(error)
    return page(
        "sections",
        title=entry.name,
        runs=entry.name,
        what=_what(facts),
        subtitle=_subtitle(facts),
        note=entry.note or "",
        warning=_STATES.get(entry.state, ""),
        problems=problems,
        sections=sections,
    )


def _what(facts: Facts) -> str:
    if facts.is_language_model:
        return "Language model"
    number = len(facts.labels)
    if not number:
        return "Text classifier"
    each = "any number of them on a text" if facts.labels.multi else "one on each text"
    return f"Text classifier with {number:,} labels, {each}"


def _subtitle(facts: Facts) -> list[str]:
    entry, texts = facts.entry, facts.manifest.get("training_texts")
    ended = moment(entry.ended)
    spent = "for {} so far" if entry.state == RUNNING else "in {}"
    return [
        part
        for part in (
            f"trained on {texts:,} texts" if isinstance(texts, int) else "",
            entry.data or "",
            "" if entry.seconds is None else spent.format(duration(entry.seconds)),
            "" if ended is None else f"{entry.state} {ended}",
        )
        if part
    ]

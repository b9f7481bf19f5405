"""How the run came about: its config, the environment, and what it has cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seqclf.quantities import duration, in_bytes
from seqclf.report.cost import WATTS_PER_CORE, WATTS_PER_GIGABYTE, Energy, energy_of
from seqclf.report.facts import Facts
from seqclf.report.numbers import moment
from seqclf.report.section import Section
from seqclf.report.words import MOST_OF_FILE, in_lines
from seqclf.run_catalogue.origins import made_of, origins_of, teachers_of
from seqclf.run_catalogue.scores import is_number
from seqclf.run_members import ENSEMBLE, SOUP
from seqclf.runs import RUNNING

Rows = Iterator[tuple[str, str]]


_OF_FIRST = "The config below is that of the first; the time is that of all trainings."
_JOINED = {
    ENSEMBLE: (
        "Members",
        f"The probabilities are the mean of those of these models, with these weights. {_OF_FIRST}",
    ),
    SOUP: ("Mean of weights", f"The weights are the mean of those of these runs. {_OF_FIRST}"),
}
"""Title and note of the section on what a run was made of."""


def members(facts: Facts) -> Section | None:
    """What an ensemble, or a mean of weights, was made of."""
    made = made_of(facts.manifest)
    if made is None:
        return None
    title, note = _JOINED[made.kind]
    return Section("members", title, "facts", {"rows": list(made.parts), "notes": [note]})


def config(facts: Facts) -> Section | None:
    """The config as it is in the run."""
    if facts.config_text is None:
        return None
    text = in_lines(facts.config_text, MOST_OF_FILE)
    values = {"text": text, "origins": origins_of(facts.entry), "teachers": teachers_of(facts.manifest)}
    return Section("config", "Config", "config", values)


def environment(facts: Facts) -> Section | None:
    """Versions, machine, code and seed."""
    rows = list(_environment(facts.manifest))
    return Section("environment", "Environment", "facts", {"rows": rows, "notes": []}) if rows else None


def _environment(manifest: Any) -> Rows:
    if is_number(manifest.get("seed")):
        yield "seed", str(manifest["seed"])
    versions, git, machine = (manifest.get(name) for name in ("versions", "git", "machine"))
    if isinstance(versions, dict):
        for name, version in versions.items():
            if version:
                yield str(name), str(version)
    if isinstance(git, dict) and git.get("commit"):
        yield "git commit", f"{git['commit']}{', with changes' if git.get('dirty') else ''}"
    if isinstance(machine, dict):
        for heading in ("system", "processor"):
            if machine.get(heading):
                yield heading, str(machine[heading])
        if is_number(machine.get("cpus")):
            yield "cores", f"{machine['cpus']:,}"
    for heading in ("started", "ended"):
        if (at := moment(manifest.get(heading))) is not None:
            yield heading, at


def cost(facts: Facts) -> Section | None:
    """Time, speed, memory and energy."""
    rows = list(_cost(facts))
    if not rows:
        return None
    spent = energy_of(facts.run, facts.manifest)
    notes = [] if spent is None else [_assumption(spent)]
    if spent is not None and (ENSEMBLE in facts.manifest or SOUP in facts.manifest):
        notes.append("The energy is the sum of those of the trainings that this run was made of.")
    return Section("cost", "Cost of the training", "facts", {"rows": rows, "notes": notes})


def _cost(facts: Facts) -> Rows:
    manifest, entry = facts.manifest, facts.entry
    if entry.seconds is not None:
        yield "time", duration(entry.seconds) + (" so far" if entry.state == RUNNING else "")
    if is_number(manifest.get("epochs")):
        yield "epochs", f"{manifest['epochs']:,}"
    if is_number(manifest.get("processor_seconds")):
        yield "processor time", duration(manifest["processor_seconds"])
    if (speed := facts.history.tokens_per_second) is not None:
        yield "speed", f"{speed:,.0f} tokens/s"
    if is_number(manifest.get("peak_memory_bytes")):
        yield "peak memory", in_bytes(int(manifest["peak_memory_bytes"]))
    if is_number(manifest.get("parameters")):
        yield "parameters", f"{manifest['parameters']:,}"
    if (spent := energy_of(facts.run, facts.manifest)) is not None:
        yield "estimated energy", f"{'at most ' if spent.at_most else ''}{_watt_hours(spent.watt_hours)}"


def _watt_hours(value: float) -> str:
    return f"{value / 1000:,.2f} kWh" if value >= 1000 else f"{value:.3g} Wh"


def _assumption(spent: Energy) -> str:
    source = "the time of all cores from start to end" if spent.at_most else "processor time"
    return (
        f"Energy is an estimate, not a measurement: {source} ({duration(spent.processor_seconds)}) times "
        f"{WATTS_PER_CORE:g} watts per core, and {WATTS_PER_GIGABYTE:g} watts per GB of peak memory (Lannelongue et "
        "al. 2021). It leaves out cooling, disks and graphics cards."
    )

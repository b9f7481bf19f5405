"""What a training has cost: time, memory, and an estimate of its energy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqclf.errors import InputError
from seqclf.report.numbers import number_in
from seqclf.run_members import ENSEMBLE, SOUP, parts_of
from seqclf.runs import Run

WATTS_PER_CORE = 12.0
"""Of a busy core, if its model is not known (Lannelongue et al. 2021, Green Algorithms)."""
WATTS_PER_GIGABYTE = 0.3725
"""Of memory (the same paper)."""

_HOUR = 3600.0


@dataclass(frozen=True)
class Energy:
    """An estimate.

    Attributes:
        watt_hours: of processor and memory; not of cooling, disks and graphics cards.
        processor_seconds: the time it is computed from.
        at_most: whether that is the time of all cores from start to end, because an earlier version counted none.
    """

    watt_hours: float
    processor_seconds: float
    at_most: bool = False


def energy_of(run: Run, manifest: Mapping[str, Any]) -> Energy | None:
    """The energy of a run with this manifest; of an ensemble or a mean of weights, the sum over what it was made of.

    None if it is unknown.
    """
    if ENSEMBLE not in manifest and SOUP not in manifest:
        return energy(manifest)
    try:
        found = [energy(part.manifest) for part in parts_of(run)]
    except (InputError, TypeError):  # a damaged manifest
        return None
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found):
        return None
    hours, seconds = sum(one.watt_hours for one in known), sum(one.processor_seconds for one in known)
    return Energy(hours, seconds, at_most=any(one.at_most for one in known))


def energy(manifest: Mapping[str, Any]) -> Energy | None:
    """Processor time times ``WATTS_PER_CORE``, and peak memory times wall time times ``WATTS_PER_GIGABYTE``.

    None if the manifest does not say how long the training took.
    """
    names = ("wall_seconds", "processor_seconds", "peak_memory_bytes")
    wall, spent, peak = (number_in(manifest, name) for name in names)
    machine = manifest.get("machine")
    cores = number_in(machine, "cpus") if isinstance(machine, Mapping) else None
    if wall is None or (spent is None and cores is None):
        return None
    seconds = spent if spent is not None else wall * (cores or 0.0)
    memory = (peak or 0.0) / 1e9 * WATTS_PER_GIGABYTE * wall
    return Energy((seconds * WATTS_PER_CORE + memory) / _HOUR, seconds, at_most=spent is None)

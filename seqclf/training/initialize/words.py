"""What a training takes from another run, in words and for its manifest."""

from __future__ import annotations

from typing import Any

from seqclf.training.initialize.origin import Origin
from seqclf.training.initialize.start import Start


def taken(start: Start) -> list[str]:
    """What comes from the run."""
    layers = [_title(start, pair.here) for pair in start.plan.pairs]
    return ["tokenizer", "embedding", *layers, *(_above(start) if start.plan.output else [])]


def fresh(start: Start) -> list[str]:
    """What starts with random weights."""
    layers = [_title(start, index) for index in start.plan.fresh]
    return layers if start.plan.output else [*layers, *_above(start)]


def sentences(start: Start) -> list[str]:
    """Both in words."""
    lines = [f"Starting from {_runs(start)}: {', '.join(taken(start))}"]
    if rest := fresh(start):
        lines.append(f"Starting fresh: {', '.join(rest)}")
    return lines


def as_json(start: Start) -> dict[str, Any]:
    """For the manifest."""
    return {
        "runs": [_run_as_json(origin) for origin in start.origins],
        "tokenizer": start.origins[0].tokenizer.fingerprint,
        "taken": taken(start),
        "fresh": fresh(start),
    }


def _run_as_json(origin: Origin) -> dict[str, Any]:
    manifest = origin.run.manifest
    state = {name: manifest.get(name) for name in ("status", "best_epoch", "ended")}
    return {"folder": str(origin.run.folder), "task": origin.run.task, **state}


def _runs(start: Start) -> str:
    origins = start.origins
    if len(origins) == 1:
        return f"the {origins[0].kind} {origins[0].name}"
    return f"{origins[0].name} (forward) and {origins[1].name} (backward)"


def _above(start: Start) -> list[str]:
    """What is above ``layers``."""
    head = enumerate(start.config.head)
    return [*(f"head[{index}] ({layer.short_name})" for index, layer in head if layer.has_weights), "output layer"]


def _title(start: Start, index: int) -> str:
    return f"layers[{index}] ({start.config.layers[index].short_name})"

"""What a training takes from another run, in words and for its manifest."""

from __future__ import annotations

from typing import Any

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
    lines = [f"Starting from the {start.origin.kind} {start.origin.name}: {', '.join(taken(start))}"]
    if rest := fresh(start):
        lines.append(f"Starting fresh: {', '.join(rest)}")
    return lines


def as_json(start: Start) -> dict[str, Any]:
    """For the manifest."""
    manifest = start.origin.run.manifest
    return {
        "from": str(start.origin.run.folder),
        "task": start.origin.run.task,
        "status": manifest["status"],
        "best_epoch": manifest.get("best_epoch"),
        "tokenizer": start.origin.tokenizer.fingerprint,
        "taken": taken(start),
        "fresh": fresh(start),
    }


def _above(start: Start) -> list[str]:
    """What is above ``layers``."""
    head = enumerate(start.config.head)
    return [*(f"head[{index}] ({layer.short_name})" for index, layer in head if layer.has_weights), "output layer"]


def _title(start: Start, index: int) -> str:
    return f"layers[{index}] ({start.config.layers[index].short_name})"

"""Files beside a model that others read: what is known of the run, without paths, machine and training texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from seqclf.config import Config, load_config
from seqclf.config.shareable import last_name, shareable_text
from seqclf.files import write_json, write_text
from seqclf.run_members import ENSEMBLE, SOUP, member_folder, members_of, parts_of
from seqclf.runs import Run

_TOLD = (
    "status started ended seed task encoding versions data_fingerprint training_texts parameters stopped_by best_epoch "
    "epochs wall_seconds ngrams"
).split()
"""Entries of a manifest that say nothing of the user, the machine and its folders."""


def write_shared_files(run: Run, config: Config, folder: Path) -> None:
    """Write ``config.yaml``, ``manifest.json`` and ``metrics.json`` of a run, and what an ensemble has of its members,
    with names instead of paths."""
    write_text(folder / run.config.name, shareable_text(config))
    manifest = run.manifest
    told = {name: manifest[name] for name in _TOLD if name in manifest}
    told |= _parts(run, folder)
    write_json(folder / "manifest.json", told | {"data": _source(str(manifest["data"]), config)})
    if metrics := run.metrics:
        write_json(folder / "metrics.json", _with_sources(metrics, config), lists_in_lines=True)


def _parts(run: Run, folder: Path) -> dict[str, Any]:
    """Write what a model is made of to ``members/<number>``; returns the entry of the manifest about it, in which
    numbers replace the names of runs, which say nothing to others."""
    manifest = run.manifest
    for place, part in enumerate(parts_of(run)):
        beside = member_folder(Run(folder), place)
        beside.folder.mkdir(parents=True)
        write_text(beside.config, shareable_text(load_config(part.config)))
        beside.write_labels(part.labels)
        beside.write_calibration(part.calibration)
    if members := members_of(run):
        named = [replace(one, name=str(place + 1)).to_json() for place, one in enumerate(members)]
        return {ENSEMBLE: {**manifest[ENSEMBLE], "members": named}}
    if isinstance(soup := manifest.get(SOUP), dict):
        numbers = {
            name: [str(place + 1) for place, _ in enumerate(soup.get(name) or ())] for name in ("runs", "left_out")
        }
        return {SOUP: {**soup, **numbers}}
    return {}


def _source(data: str, config: Config) -> str:
    """The source of texts in words; a name instead of a path."""
    return last_name(data) if "train" in config.data.path_options else data


def _with_sources(metrics: dict[str, Any], config: Config) -> dict[str, Any]:
    def changed(entry: Any) -> Any:
        if not isinstance(entry, dict) or not isinstance(entry.get("data"), str):
            return entry
        return entry | {"data": _source(entry["data"], config)}

    return {split: changed(entry) for split, entry in metrics.items()}

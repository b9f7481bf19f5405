"""Models from a hub, as folders in the cache of ``huggingface_hub``. Their content is untrusted."""

from __future__ import annotations

from pathlib import Path

from seqclf.errors import InputError
from seqclf.hub.names import HubName, hub_name, is_hub_name
from seqclf.hub.problems import explained
from seqclf.hub.quiet import hush

LIGHT = (
    "model.onnx",
    "tokenizer/*",
    "labels.json",
    "thresholds.json",
    "calibration.json",
    "extra.json",
    "prior.json",
    "texts.json",
    "config.yaml",
    "manifest.json",
    "metrics.json",
    "members/*",
)
"""Files that a prediction without TensorFlow may read."""
KERAS = ("model.keras",)


def downloaded(name: HubName) -> Path:
    """The folder of a model with ``model.onnx`` and what belongs to it; with ``model.keras`` if it has no ONNX model.

    Asks the hub for what has changed, and downloads only that. If the hub cannot be reached, or ``HF_HUB_OFFLINE`` is
    set, takes what was downloaded before.

    Raises:
        InputError: no such model, or it is not one of seqclf.
        SeqclfError: the hub cannot be reached, and the model was not downloaded before.
    """
    folder = _snapshot(name, LIGHT)
    if not (folder / "model.onnx").exists():
        folder = _snapshot(name, LIGHT + KERAS)
        if not (folder / "model.keras").exists() or not (folder / "tokenizer").is_dir():
            raise InputError(f"{name}: is no model of seqclf; it has neither model.onnx nor model.keras")
    return folder


def local_folder(folder: str | Path) -> Path:
    """The folder itself, or that of ``downloaded`` for the name of a model on a hub, ``hf:user/name``.

    Raises as ``downloaded``.
    """
    if isinstance(folder, str) and is_hub_name(folder):
        return downloaded(hub_name(folder))
    return Path(folder)


def _snapshot(name: HubName, patterns: tuple[str, ...]) -> Path:
    from huggingface_hub import constants, snapshot_download

    hush()
    with explained(name, writing=False):
        return Path(
            snapshot_download(
                name.repository,
                revision=name.revision,
                allow_patterns=list(patterns),
                endpoint=constants.ENDPOINT,
                library_name="seqclf",
                local_files_only=constants.is_offline_mode(),
                max_workers=1,  # threads share a client, which the library closes when one of them cannot connect
            )
        )

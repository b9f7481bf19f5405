"""Keeps ``huggingface_hub`` from printing."""

from __future__ import annotations

import logging


def hush() -> None:
    """No bars of progress and no warnings of the library: they would stand between a command's own lines."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)

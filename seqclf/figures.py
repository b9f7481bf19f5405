"""Pictures, by matplotlib where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seqclf.errors import InputError
from seqclf.files import replacing

_DPI = 100


def new_figure(width: float, height: float) -> Any:
    """An empty ``matplotlib.figure.Figure``, sizes in inches. Raises ``InputError`` where there is no matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError('a plot needs matplotlib: pip install "seqclf[plots]"') from error
    return Figure(figsize=(width, height), layout="constrained")


def save_png(figure: Any, path: Path) -> None:
    with replacing(path) as beside:
        figure.savefig(beside, format="png", dpi=_DPI, pil_kwargs={"optimize": True})

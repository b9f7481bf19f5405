"""A row of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = tuple[int, Mapping[str, Any]]
"""Line number (of the row's last line; for parquet, the row number) and the row's values by column."""

"""A small language model's config, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import small_config


def lm_config(train: Path | None = None, task: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A language model that trains in a second; ``changes`` as for ``small_config``."""
    options = {
        "task": {"type": "language_model", "window": 10, **(task or {})},
        "tokenizer__max_tokens": 512,
        "layers": [{"type": "gru", "units": 8}],
        "embedding__dim": 8,
        "head": [],
        "training__batch_size": 4,
        **({} if train is None else {"data__train": str(train)}),
    }
    return small_config(**(options | changes))

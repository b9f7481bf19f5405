"""Adam with weight decay."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from seqclf.config.schema.optimizers.adam import AdamOptions
from seqclf.config.schema.optimizers.base import WEIGHT_DECAY
from seqclf.option_types import NonNegativeReal


class AdamW(AdamOptions):
    """Adam with weight decay by default (Loshchilov & Hutter 2019)."""

    keras_class = "AdamW"

    type: Literal["adamw"] = Field(description="Optimizer type.")
    weight_decay: NonNegativeReal = Field(0.004, description=WEIGHT_DECAY)

    def arguments(self) -> dict[str, Any]:
        """Keras's AdamW rejects None."""
        return super().arguments() | {"weight_decay": self.weight_decay}

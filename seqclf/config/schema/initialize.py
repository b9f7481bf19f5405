"""``initialize``: the run whose tokenizer and weights a training starts from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, create_model

from seqclf.option_types import Name, Strict

_FROM = (
    "Run to start from: its name, such as `imdb-lm-2`; the name without its number, which stands for the newest "
    "finished one; or the path of its folder."
)

# `from` is a keyword of Python, so a class body cannot have it as a field.
_FIELDS: Any = {"from": (Name, Field(description=_FROM))}
_From: Any = create_model("_From", __base__=Strict, **_FIELDS)

LayerIndices = Annotated[list[Annotated[int, Field(ge=0, le=99)]], Field(min_length=1, max_length=100)]


class InitializeConfig(_From):
    """Start from the tokenizer and the weights of another run ([pretraining.md](pretraining.md))."""

    layers: LayerIndices | None = Field(
        None,
        description="Indices of the `layers` that get the run's weights; null: all from the first on, up to one that "
        "has another type than in the run.",
    )

    @property
    def origin(self) -> str:
        """The option ``from``."""
        return str(getattr(self, "from"))

    def with_origin(self, path: str) -> InitializeConfig:
        """The same with another run."""
        return self.model_copy(update={"from": path})


def _complete(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Initialize = Annotated[
    InitializeConfig | None, BeforeValidator(_complete, json_schema_input_type=InitializeConfig | Name | None)
]

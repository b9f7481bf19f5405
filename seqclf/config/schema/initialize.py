"""``initialize``: the runs whose tokenizer and weights a training starts from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, create_model

from seqclf.option_types import MAPPING, Name, Strict

_FROM = (
    "Run to start from: its name, such as `imdb-lm-2`; the name without its number, which stands for the newest "
    "finished one; or the path of its folder. For `bidirectional` layers, a run for each direction."
)


class BothWays(Strict):
    """A run for each direction: every `bidirectional` layer gets one half from each. Both need the same tokenizer."""

    forward: Name = Field(description="Run whose layers read forward.")
    backward: Name = Field(description="Run whose layers read backward, such as one with `direction: backward`.")


def _kind_of_origin(value: Any) -> str | None:
    return "name" if isinstance(value, str) else MAPPING if isinstance(value, dict | BothWays) else None


Origins = Annotated[
    Annotated[Name, Tag("name")] | Annotated[BothWays, Tag(MAPPING)],
    Discriminator(
        _kind_of_origin,
        custom_error_type="origins",
        custom_error_message="the name or path of a run, or {forward: RUN, backward: RUN}",
    ),
]

# `from` is a keyword of Python, so a class body cannot have it as a field.
_FIELDS: Any = {"from": (Origins, Field(description=_FROM))}
_From: Any = create_model("_From", __base__=Strict, **_FIELDS)

LayerIndices = Annotated[list[Annotated[int, Field(ge=0, le=99)]], Field(max_length=100)]


class InitializeConfig(_From):
    """Start from the tokenizer and the weights of another run ([pretraining.md](pretraining.md))."""

    layers: LayerIndices | None = Field(
        None,
        description="Indices of the `layers` that get the run's weights; null: all from the first on, up to one that "
        "has another type, or another pool before it, than in the run; `[]`: none, so only tokenizer and "
        "embedding are the run's.",
    )

    tokenizer: Literal["keep", "grow"] = Field(
        "keep",
        description="keep: the run's tokenizer as it is. grow: with further tokens that the training texts need, up to "
        "`tokenizer.vocab_size`; its own tokens keep their ids and their vectors.",
    )

    @property
    def origins(self) -> tuple[str, ...]:
        """The runs of the option ``from``: one, or one for each direction, forward first."""
        value: str | BothWays = getattr(self, "from")
        return (value,) if isinstance(value, str) else (value.forward, value.backward)

    def with_origins(self, *paths: str) -> InitializeConfig:
        """The same with other runs, as many."""
        value = paths[0] if len(paths) == 1 else BothWays(forward=paths[0], backward=paths[1])
        return self.model_copy(update={"from": value})


def _complete(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Initialize = Annotated[
    InitializeConfig | None, BeforeValidator(_complete, json_schema_input_type=InitializeConfig | Name | None)
]

"""Base class of all layer types, and the data that flows between layers. Keras is imported inside functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from seqclf.option_types import Kind

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

Tensor = Any
"""A symbolic ``keras.KerasTensor``."""

LOWEST = -3e38
"""Lower than any output of a layer, but finite as a float32."""

Activation = Literal["relu", "tanh", "sigmoid", "gelu", "elu", "selu", "silu", "softplus", "linear"]
Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_uniform",
    "random_normal",
    "zeros",
]


@dataclass(frozen=True)
class Flow:
    """The data that one layer passes to the next.

    Attributes:
        x: ``float32 [batch, time, features]``, or ``[batch, features]`` once a layer has made one vector of the text.
        mask: ``bool [batch, time]``, true at real tokens, which precede the padding.
    """

    x: Tensor
    mask: Tensor

    @property
    def is_sequence(self) -> bool:
        return len(self.x.shape) == 3

    @property
    def real(self) -> Tensor:
        """The mask as ``bool [batch, time, 1]``."""
        import keras

        return keras.ops.expand_dims(self.mask, -1)


class Carry:
    """The states of a model that reads its text window by window.

    Attributes:
        before: the model's inputs for the states before a window, ``float32 [batch, units]`` each.
        after: the states after the window, in the same order.
    """

    def __init__(self) -> None:
        self.before: list[Tensor] = []
        self.after: list[Tensor] = []

    def through(self, layer: Any, flow: Flow, *, states: int) -> Tensor:
        """The output of a recurrent Keras layer that returns its states, of which it has ``states``."""
        import keras

        names = state_names(layer.name, states)
        before = [keras.Input((layer.units,), dtype="float32", name=name) for name in names]
        x, *after = layer(flow.x, initial_state=before, mask=flow.mask)
        self.before += before
        self.after += after
        return x


@dataclass(frozen=True)
class Context:
    """What a layer needs in addition to its input and its options.

    Attributes:
        seeds: returns a new seed at each call.
        portable: build layers whose graphs run on any machine and can be saved.
        carry: collects the states of recurrent layers, if the model reads its text in windows.
    """

    seeds: Callable[[], int]
    portable: bool = False
    carry: Carry | None = None


class Layer(Kind):
    """A layer type: its options (the fields), and how it transforms the flow in Keras (``build``) and ONNX (``write``).

    A type is a subclass with a field ``type`` in a module of this package; ``docs/layers.md`` explains how to add one.

    Attributes:
        places: config sections that accept it: ``layers`` (before the text is one vector), ``head``.
        reads: whether it reads along the text, and so needs one vector per token.
        leaves: its output, given one vector per token: ``tokens``, one vector per token; ``text``, one per text;
            ``either``, depending on its option ``return_sequences``. Layers that do not read keep the shape.
        window: the option with the number of tokens that it reads together (the largest, if a list), which must not
            exceed the longest text.
        keeps_length: whether it returns one vector for each that it gets; if not, it defines ``tokens_after``.
        has_onnx: whether ``write`` works; if not, a run has no ONNX model.
        needs_code: whether it runs code from outside seqclf, which the user must allow (``check_allowed``).
        shaping: options that the shapes of the weights depend on, besides the dimension of the input.
        only_training: options without effect once the layer is trained.
    """

    places: ClassVar[tuple[str, ...]] = ("layers",)
    reads: ClassVar[bool] = False
    leaves: ClassVar[Literal["tokens", "text", "either"]] = "tokens"
    window: ClassVar[str | None] = None
    keeps_length: ClassVar[bool] = True
    has_onnx: ClassVar[bool] = True
    needs_code: ClassVar[bool] = False
    shaping: ClassVar[tuple[str, ...]] = ()
    only_training: ClassVar[tuple[str, ...]] = ()

    @property
    def short_name(self) -> str:
        """The type, as used in names."""
        return self.type

    @property
    def has_weights(self) -> bool:
        """Whether training changes weights of the layer; a layer of unknown code may have some."""
        return True

    @abstractmethod
    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        """The flow after this layer.

        Padding must not affect the output: a layer that reads along the text passes ``flow.mask`` on, or replaces
        padding with values that cannot change its output. Its Keras layer is called ``name``; further ones are called
        ``layer_name(name, part)``. Their randomness is seeded with ``context.seeds()``.
        """

    @abstractmethod
    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        """The same in ONNX, for inference: ``name`` is that of ``build``; ``graph`` has the weights of its layers."""

    def check_allowed(self) -> None:
        """Raise ``InputError`` if it needs code that the user has not allowed."""

    def looks_ahead(self) -> Iterator[tuple[str, str]]:
        """Why its output at a token depends on later tokens: option and reason. Empty if it does not."""
        if self.reads:
            yield "type", f"{self.short_name} reads the whole text at once"

    def shaped_by(self, width: int | None) -> dict[str, Any]:
        """The options ``shaping`` with their values, for an input of dimension ``width``; None: it is not known."""
        return {name: getattr(self, name) for name in self.shaping}

    def effect(self) -> dict[str, Any] | None:
        """What the output of the trained layer depends on besides weights and input; None: it returns its input.

        Two layers with the same effect and the same weights return the same. The options ``shaping`` are not part of
        it: the shapes of the weights tell them apart.
        """
        return self.model_dump(exclude={*self.shaping, *self.only_training})

    def width_after(self, width: int) -> int | None:
        """Dimension of the output for an input of this dimension; None: only the built layer knows it."""
        return None

    def tokens_after(self, tokens: int) -> int:
        """Maximum number of tokens after this layer, for a text of ``tokens`` tokens."""
        return tokens

    def kept_numbers(self, tokens: int) -> int:
        """Approximate number of values that a training step stores for a text of ``tokens`` tokens, besides outputs."""
        return 0

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Layer]]:
        """Layers inside this one, with the path of the option that contains each."""
        return iter(())


def layer_name(*parts: str | int) -> str:
    """Name of a Keras layer: the layer's section, index and type in the config, then the part that it plays in it.

    ``build`` and ``write`` both call this, so that they agree. Nothing takes a name apart again.
    """
    return "_".join(map(str, parts))


def state_names(layer: str, states: int) -> list[str]:
    """Names of the model's inputs for the states of a recurrent layer."""
    return [layer_name(layer, "state", number) for number in range(states)]


def named_layers(section: str, layers: Sequence[Layer]) -> Iterator[tuple[str, Layer]]:
    """The layers of a section, ``layers`` or ``head``, with the names that ``build`` and ``write`` receive."""
    for index, layer in enumerate(layers):
        yield layer_name(section, index, layer.short_name), layer


def initializer(name: str, context: Context) -> Any:
    """Keras's initializer with this name, seeded."""
    import keras

    config = {} if name == "zeros" else {"seed": context.seeds()}
    return keras.initializers.get({"class_name": name, "config": config})


def dense_layer(units: int, activation: str | None, context: Context, name: str, **options: Any) -> Any:
    """Keras's dense layer (Glorot & Bengio 2010 initialisation), seeded."""
    import keras

    if "kernel_initializer" not in options:
        options["kernel_initializer"] = initializer("glorot_uniform", context)
    return keras.layers.Dense(units, activation=activation, name=name, **options)

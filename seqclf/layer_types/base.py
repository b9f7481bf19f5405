"""What every layer type has in common, and what flows from one to the next. Keras is imported inside functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from seqclf.option_types import Strict

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

Tensor = Any
"""A symbolic ``keras.KerasTensor``."""

LOWEST = -3e38
"""Below anything that a layer puts out, and still a float32."""

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
    """What flows from one layer to the next.

    Attributes:
        x: ``float32 [batch, time, features]``, or ``[batch, features]`` once a layer has made one vector of the text.
        mask: ``bool [batch, time]``, true at real tokens; they come first.
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


@dataclass(frozen=True)
class Context:
    """What a layer needs besides its input and its own options.

    Attributes:
        seeds: another seed at each call.
        portable: make layers whose graphs run on any machine and can be saved.
    """

    seeds: Callable[[], int]
    portable: bool = False


class Layer(Strict):
    """A layer type: its options (the fields), and what it makes of the flow in Keras (``build``) and ONNX (``write``).

    A type is a subclass with a field ``type`` in a module of this package; ``docs/layers.md`` says how to add one.

    Attributes:
        places: sections of a config in which it may stand: ``layers`` (before the text is one vector), ``head``.
        reads: it looks along the text, and so needs one vector a token.
        leaves: what is left of one vector a token: ``tokens``, one a token; ``text``, one a text; ``either``, as its
            option ``return_sequences`` says. A layer that does not read leaves what it was given.
        window: the option that says how many tokens it looks at together (of several, the most counts), no more
            than the longest text has.
    """

    places: ClassVar[tuple[str, ...]] = ("layers",)
    reads: ClassVar[bool] = False
    leaves: ClassVar[Literal["tokens", "text", "either"]] = "tokens"
    window: ClassVar[str | None] = None

    @property
    def short_name(self) -> str:
        """The type, as part of names."""
        return str(getattr(self, "type"))  # noqa: B009 (the field is the subclasses')

    @abstractmethod
    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        """The flow after this layer.

        Padding must not reach a result: what looks along the text passes ``flow.mask`` on, or puts in padding's place
        what cannot change its result. Layers are named ``name``, or begin with it; what is random in them is seeded
        with ``context.seeds()``.
        """

    @abstractmethod
    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        """The same in ONNX, for predicting: ``name`` is that of ``build``, whose layers' weights ``graph`` knows."""

    def tokens_after(self, tokens: int) -> int:
        """Most tokens that are left of a text of so many."""
        return tokens

    def kept_numbers(self, tokens: int) -> int:
        """About how many numbers a training step keeps of a text of so many tokens, beside the layer's outputs."""
        return 0

    def inner(self) -> Iterator[tuple[tuple[str | int, ...], Layer]]:
        """Layers inside this one, with the options that hold them."""
        return iter(())

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong between the options: option and message."""
        return iter(())

    def warnings(self) -> Iterator[tuple[str, str]]:
        """What is allowed, but costs something or does less than its writer may think: option and message."""
        return iter(())


def initializer(name: str, context: Context) -> Any:
    """Keras's initializer of that name, seeded."""
    import keras

    config = {} if name == "zeros" else {"seed": context.seeds()}
    return keras.initializers.get({"class_name": name, "config": config})


def dense_layer(units: int, activation: str | None, context: Context, name: str, **options: Any) -> Any:
    """Keras's dense layer (Glorot & Bengio 2010 initialisation), seeded."""
    import keras

    if "kernel_initializer" not in options:
        options["kernel_initializer"] = initializer("glorot_uniform", context)
    return keras.layers.Dense(units, activation=activation, name=name, **options)

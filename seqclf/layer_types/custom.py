"""A custom layer, named by its Python import path."""

from __future__ import annotations

import difflib
import importlib
import inspect
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from seqclf.errors import InputError
from seqclf.layer_types.base import Context, Flow, Layer

if TYPE_CHECKING:
    from seqclf.onnx_writer.graph import Graph, OnnxFlow

PATTERN = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"


_allowed = False


def allow_code() -> None:
    """Allow configs to import modules in this process, including modules in the current folder.

    An untrusted config or run could name any module: nothing is imported before this is called.
    """
    global _allowed
    _allowed = True
    if "" not in sys.path:
        sys.path.insert(0, "")


def allows_code() -> bool:
    """Whether ``allow_code`` was called: what starts other processes calls it there, too."""
    return _allowed


class Custom(Layer):
    """A Keras layer of your own, from a module that Python can import (commands need `--allow-code`)."""

    reads: ClassVar = True
    has_onnx: ClassVar = False
    needs_code: ClassVar = True
    shaping: ClassVar = ("options",)

    type: Annotated[str, Field(pattern=PATTERN, examples=["my_package.my_module:MyLayer"])] = Field(
        description="Module and class. The class takes `options` as keywords and returns them from get_config()."
    )
    options: dict[str, bool | int | float | str | None] = Field({}, description="Keyword arguments of the class.")

    @property
    def short_name(self) -> str:
        return self.type.rpartition(":")[2]

    def build(self, flow: Flow, name: str, context: Context) -> Flow:
        made = self._made(name, context)
        made.supports_masking = True  # Keras's own mask propagation is not used
        takes_mask = "mask" in inspect.signature(made.call).parameters
        try:
            x = made(flow.x, mask=flow.mask) if takes_mask else made(flow.x)
        except (TypeError, ValueError, NotImplementedError) as error:
            raise InputError(f"{self.type}: the call on the output of the layer before it failed: {error}") from error
        sizes = zip(x.shape[:2], flow.x.shape[:2], strict=False)
        if len(x.shape) != 3 or any(size not in (None, before) for size, before in sizes):
            shapes = f"expected one vector per token (batch, time, features), found the shape {x.shape}"
            raise InputError(f"{self.type}: {shapes}")
        return replace(flow, x=x)

    def write(self, flow: OnnxFlow, name: str, graph: Graph) -> OnnxFlow:
        raise InputError(f"{self.type}: custom layers cannot be exported to ONNX")

    def check_allowed(self) -> None:
        """Raise ``InputError`` unless the code may be imported."""
        if not _allowed:
            raise InputError(
                f"{self.type}: this custom layer would run code from outside seqclf; if you trust it, add "
                "--allow-code (or set SEQCLF_ALLOW_CODE=1; in Python, call seqclf.layer_types.allow_code())"
            )

    def _made(self, name: str, context: Context) -> Any:
        import keras

        kind = self._imported()
        if not _is_subclass(kind, keras.layers.Layer):
            raise InputError(f"{self.type}: expected a subclass of keras.layers.Layer, found {kind!r}")
        options: dict[str, Any] = {**self.options, "name": name}
        if "seed" in inspect.signature(kind).parameters:
            options.setdefault("seed", context.seeds())
        try:
            made = kind(**options)
            kind.from_config(made.get_config())  # as when a run's model is copied
        except (TypeError, ValueError, NotImplementedError) as error:
            given = self.options or "no options"
            raise InputError(f"{self.type}: construction failed with {given}: {error}") from error
        return made

    def _imported(self) -> Any:
        self.check_allowed()
        module, _, attribute = self.type.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ImportError as error:
            raise InputError(
                f"{self.type}: {error}; seqclf looks for modules in the current folder and in Python's installed "
                "packages"
            ) from error
        except AttributeError as error:
            close = difflib.get_close_matches(attribute, dir(sys.modules[module]), n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise InputError(f"{self.type}: {module} has no {attribute}{meant}") from error


def _is_subclass(kind: Any, parent: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, parent)


def tag(value: Any) -> Any:
    """The tag that distinguishes layer types: ``custom`` for an import path."""
    found = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return "custom" if isinstance(found, str) and ":" in found else found

"""Optimizers whose learning rate depends on the weight, and that may begin with some weights later than with others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar


def by_weight(factors: Sequence[float], *, begins_later: bool = False) -> Callable[[type[Any]], type[Any]]:
    """A function from a class of ``keras.optimizers`` to a subclass of it.

    The subclass multiplies the learning rate of each weight by its factor, in the gradient's update and in weight
    decay. Clipping, constraints and everything else stay the same for all weights.

    Args:
        factors: of the weights that the optimizer is built with, in their order.
        begins_later: the first call of ``apply`` may omit some weights. The optimizer then counts the updates of each
            weight, and keeps the counts in its variables. Adam corrects its running means, which start at zero, by this
            count. By the count of all updates, its first steps in a new weight would be several times too large.
    """
    options = {"factors": tuple(factors), "begins_later": begins_later}
    return lambda kind: type(kind.__name__, (_ByWeight, kind), options)


class _ByWeight:
    """Mixin for a subclass of ``keras.optimizers.Optimizer``.

    Keras computes all updates of a weight in ``update_step`` and ``_apply_weight_decay``, from ``learning_rate`` and
    ``iterations``. Within these two, both are those of the weight.
    """

    factors: ClassVar[tuple[float, ...]]
    begins_later: ClassVar[bool]
    _current: int | None = None

    def build(self: Any, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)  # type: ignore[misc]
        counted = variables if self.begins_later else []
        self._updates = [self.add_variable((), dtype="int64", name="updates") for _ in counted]

    @property
    def iterations(self: Any) -> Any:
        if self._current is None or not self.begins_later:
            return super().iterations  # type: ignore[misc]
        return self._updates[self._current]

    def update_step(self: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
        with self._at(variable) as index:
            super().update_step(gradient, variable, self._scaled(learning_rate))  # type: ignore[misc]
        if self.begins_later:
            self._updates[index].assign_add(1)

    def _apply_weight_decay(self: Any, variables: Sequence[Any]) -> None:
        for variable in variables:
            with self._at(variable):
                super()._apply_weight_decay([variable])  # type: ignore[misc]

    def _get_current_learning_rate(self: Any) -> Any:
        return self._scaled(super()._get_current_learning_rate())  # type: ignore[misc]

    def _scaled(self: Any, learning_rate: Any) -> Any:
        factor = 1.0 if self._current is None else self.factors[self._current]
        return learning_rate if factor == 1 else learning_rate * factor

    @contextlib.contextmanager
    def _at(self: Any, variable: Any) -> Iterator[int]:
        """Within the block, ``learning_rate`` and ``iterations`` are those of a weight."""
        self._current = index = self._get_variable_index(variable)
        try:
            yield index
        finally:
            self._current = None

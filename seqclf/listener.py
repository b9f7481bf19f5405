"""Who is told about downloads and waits: nobody by default, the terminal in a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], object]] = ContextVar("listener", default=lambda sentence: None)


@contextmanager
def telling(listener: Callable[[str], object]) -> Iterator[None]:
    """Call the listener with each sentence that ``tell`` gets in this block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(sentence: str) -> None:
    """Say what takes long, in a sentence without full stop."""
    _listener.get()(sentence)

"""Classes that are found by the names of their modules."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def class_named(name: str, package: str, base: type[Any]) -> Any:
    """The subclass of ``base`` that the module ``name`` of ``package`` defines.

    Safe for untrusted names: imports only modules of the package. Raises ``LookupError`` if there is no such module or
    class.
    """
    if name not in {module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__)}:
        raise KeyError(name)
    module = importlib.import_module(f"{package}.{name}")
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, base) and found.__module__ == module.__name__:
            return found
    raise KeyError(name)

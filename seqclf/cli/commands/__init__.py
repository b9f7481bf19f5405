"""The commands, one per file. A module ``name`` in this package defines ``name_command``; seqclf finds it here.

A command with commands of its own is a folder, such as ``runs``: its ``__init__`` defines the group, with
``Commands(__name__, __path__)``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping

import click

from seqclf.cli.help_pages import use_narrow_pages


class Commands(Mapping[str, click.Command]):
    """All commands of a package by name. A command's module is imported when the command is first used."""

    def __init__(self, package: str = __name__, path: Iterable[str] = tuple(__path__)) -> None:
        self._package = package
        self._modules = {module.name.replace("_", "-"): module.name for module in pkgutil.iter_modules(path)}
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._imported:
            module = self._modules[name]
            command: click.Command = getattr(importlib.import_module(f"{self._package}.{module}"), f"{module}_command")
            use_narrow_pages(command)
            self._imported[name] = command
        return self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

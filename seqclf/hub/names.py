"""Names of models on a hub: ``user/name``, and ``hf:user/name@revision`` where a run's name is expected."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqclf.errors import InputError

PREFIX = "hf:"
_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|[A-Za-z0-9_]")
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]*")
_MOST = 96


@dataclass(frozen=True)
class HubName:
    """A model on a hub.

    Attributes:
        repository: ``user/name``.
        revision: a branch, a tag or a commit; None: the newest of the main branch.
    """

    repository: str
    revision: str | None = None

    def __str__(self) -> str:
        """As ``--run`` takes it."""
        return PREFIX + self.repository + (f"@{self.revision}" if self.revision else "")


def is_hub_name(name: str | None) -> bool:
    """Whether the name of a run is that of a model on a hub."""
    return name is not None and name.startswith(PREFIX)


def hub_name(text: str) -> HubName:
    """Read ``user/name``, ``user/name@revision``, or either after ``hf:``. Raises ``InputError``.

    >>> hub_name("hf:ann/reviews@v1")
    HubName(repository='ann/reviews', revision='v1')
    """
    repository, at, revision = text.removeprefix(PREFIX).partition("@")
    user, slash, name = repository.partition("/")
    if not slash or not user or not name:
        raise InputError(f"{text}: not the name of a model on a hub; expected USER/NAME, such as ann/reviews")
    for part in (user, name):
        if not _PART.fullmatch(part) or "--" in part or ".." in part or part.endswith(".git"):
            raise InputError(
                f'{text}: "{part}" is no name on a hub; expected letters, digits, -, _ and . (no - or . at its ends, '
                "no -- or .., no .git at the end)"
            )
    if len(repository) > _MOST:
        raise InputError(f"{text}: has {len(repository)} characters; expected at most {_MOST}")
    if at:
        check_revision(revision, text)
    return HubName(repository, revision or None)


def check_revision(revision: str, given: str) -> None:
    """Raise ``InputError`` unless it can be the name of a branch, a tag or a commit; ``given`` is named in it."""
    if not _REVISION.fullmatch(revision) or ".." in revision or "//" in revision or revision.endswith((".", "/")):
        raise InputError(f'{given}: "{revision}" is no branch, tag or commit; expected a name such as main or v1.0')

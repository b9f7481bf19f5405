"""A file in the cache that messages call by its URL."""

from __future__ import annotations

from pathlib import Path, PosixPath


class FetchedPath(PosixPath):
    """A path of a local copy: the system opens the copy, and ``str`` is the URL that it was made of.

    All errors about rows name their file by ``str``, so they name what the user wrote. Paths derived from this one,
    such as its parent, are ordinary ones of the copy.
    """

    _url: str | None = None

    @classmethod
    def of(cls, copy: Path, url: str) -> FetchedPath:
        path = cls(copy)
        path._url = url
        return path

    def __str__(self) -> str:
        return super().__str__() if self._url is None else self._url

    def __fspath__(self) -> str:
        return super().__str__()

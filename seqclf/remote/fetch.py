"""Download files into the cache: each complete or not at all, once for all trainings, again when it has changed."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit

from seqclf.cache import cache_folder, cached, key_of
from seqclf.errors import InputError, SeqclfError
from seqclf.listener import tell
from seqclf.quantities import in_bytes
from seqclf.remote.paths import FetchedPath
from seqclf.remote.stores import is_web, store_of
from seqclf.remote.urls import as_url, check_without_credentials, shown, without_secrets

_DELAYS = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before each further trial."""
_AT_ONCE = 1 << 20  # bytes
_FORMAT = 1  # increment when the content of a cached file changes but its key does not
_VERSIONS = frozenset(
    "etag content-md5 digest md5hash md5 crc32c generation versionid version_id commit_hash last-modified lastmodified "
    "last_modified mtime updated created".split()
)
"""What file systems call that which changes with the content of a file, in lower case."""
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotImplementedError, ImportError, InputError)
"""Errors that another trial would repeat."""

Result = TypeVar("Result")


def fetched(path: str) -> list[Path]:
    """The local copies of the file, or of the files of a pattern, at a URL; those of a pattern sorted by name.

    A file is looked up once in a process and downloaded if its ETag, size or time has changed since it was cached. So
    all passes over the texts read the same bytes, whatever happens at the URL. A broken connection is tried again.

    Raises:
        InputError: no such file, no access, a missing package, credentials in the URL, or a file that changes while it
            is downloaded.
        SeqclfError: the server cannot be reached, or the connection breaks each time.
    """
    url = as_url(path)
    check_without_credentials(url)
    return [FetchedPath.of(Path(copy), name) for copy, name in _fetched(url)]


@lru_cache(maxsize=1_024)
def _fetched(url: str) -> tuple[tuple[str, str], ...]:
    """The copies, each with its URL."""
    store, path = _tried(url, lambda: store_of(url))  # ftp and sftp connect here
    if not _is_pattern(url):
        return ((str(_copy(store, path, url)), shown(url)),)
    found = _tried(url, lambda: store.glob(path))
    files = [name for name in sorted(map(str, found)) if _tried(url, lambda name=name: store.isfile(name))]  # type: ignore[misc]
    if not files:
        raise InputError(f"{shown(url)}: no file matches this pattern; check the name of the folder and the extension")
    urls = [as_url(str(store.unstrip_protocol(name))) for name in files]
    return tuple((str(_copy(store, name, one)), shown(one)) for name, one in zip(files, urls, strict=True))


def _is_pattern(url: str) -> bool:
    """``?`` begins a query on the web."""
    return any(mark in url for mark in ("*[" if is_web(url) else "*[?"))


def _copy(store: Any, path: str, url: str) -> Path:
    """The copy of a file, from the cache or downloaded."""
    before = _facts(store, path, url)
    version = _version(before) or secrets.token_hex()  # nothing says whether it has changed
    name = PurePosixPath(unquote(urlsplit(url).path) if is_web(url) else path).name or "part"

    def make(folder: Path) -> None:
        size = before.get("size")
        _check_room(url, size)
        tell(f"Downloading {shown(url)}{'' if size is None else f' ({in_bytes(size)})'}")
        with (folder / name).open("wb") as file:
            _tried(url, _Download(store, path, url, file, size))
        if _version(before) != _version(_facts(store, path, url)):
            raise InputError(f"{shown(url)}: changed while it was downloaded; try again when it is complete")

    return cached("remote", key_of(_FORMAT, url, version), make) / name


class _Download:
    """Writes a file, from where the last trial broke off if the store can, else from its start."""

    def __init__(self, store: Any, path: str, url: str, file: BinaryIO, size: int | None) -> None:
        self._store, self._path, self._url, self._file, self._size = store, path, url, file, size

    def __call__(self) -> None:
        is_stream = is_web(self._url)  # a web server need not know ranges
        done = 0 if is_stream else self._file.tell()
        self._file.seek(done)
        self._file.truncate()
        with self._store.open(self._path, "rb", **({"block_size": 0} if is_stream else {})) as source:
            if done:
                source.seek(done)
            while content := source.read(_AT_ONCE):
                self._file.write(content)
        if self._size is not None and self._file.tell() != self._size:
            raise ConnectionError(f"{self._file.tell():,} of {self._size:,} bytes arrived")


def _facts(store: Any, path: str, url: str) -> dict[str, Any]:
    """What the store says about a file."""

    def look() -> dict[str, Any]:
        store.invalidate_cache()
        try:
            return dict(store.info(path))
        except FileNotFoundError as error:  # fsspec raises it whatever went wrong on the web
            status = getattr(error.__cause__, "status", None)
            if status in (401, 403):
                raise PermissionError(f"HTTP status {status}") from error
            if error.__cause__ is not None and status not in (404, 410):
                raise error.__cause__ from error
            raise

    facts = _tried(url, look)
    if facts.get("type") == "directory":
        raise InputError(f"{shown(url)}: is a folder; name its files with a pattern, such as {shown(url)}/*.parquet")
    return facts


def _version(facts: dict[str, Any]) -> str:
    """What changes with the content of the file; "" if the store does not say."""
    known = sorted((name.lower(), str(value)) for name, value in facts.items() if name.lower() in _VERSIONS and value)
    return repr([*known, facts.get("size")]) if known else ""


def _tried(url: str, action: Callable[[], Result]) -> Result:
    """The result of the action, which is repeated if it fails. Raises as ``fetched``."""
    for delay in (*_DELAYS, None):
        try:
            return action()
        except InputError:
            raise
        except _FINAL as error:
            raise _refusal(url, error) from error
        except OSError as error:
            if error.filename is not None:  # a local file
                raise
            _wait(url, error, delay)
        except Exception as error:  # each protocol's library has errors of its own
            _wait(url, error, delay)
    raise AssertionError("the last trial returns or raises")


def _wait(url: str, error: Exception, delay: float | None) -> None:
    what = _in_words(error)
    if delay is None:
        trials = len(_DELAYS) + 1
        raise SeqclfError(f"{shown(url)}: cannot be read ({what}), tried {trials} times; try again later") from error
    tell(f"Trying {shown(url)} again ({what})")  # a server that hangs takes a minute each time
    time.sleep(delay)


def _in_words(error: Exception) -> str:
    """What went wrong, without the queries of URLs. Errors of aiohttp with a status are named by it."""
    status, name = getattr(error, "status", None), type(error).__name__
    if name == "TooManyRedirects":
        return "the server redirects without end"
    if isinstance(status, int) and status >= 400:
        reason = str(getattr(error, "message", "") or "")
        return f"HTTP status {status}{f', {reason}' if reason else ''}"
    return without_secrets(str(error)) or name


def _refusal(url: str, error: Exception) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(
            f"{shown(url)}: access denied ({without_secrets(str(error))}); docs/scale.md says where credentials go"
        )
    if isinstance(error, FileNotFoundError):
        return InputError(f"{shown(url)}: no such file on the server")
    return InputError(f"{shown(url)}: cannot be read ({_in_words(error)})")


def _check_room(url: str, size: int | None) -> None:
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size is not None and size > free:
        raise InputError(
            f"{shown(url)}: has {in_bytes(size)}, but {folder} has {in_bytes(free)} left; set SEQCLF_CACHE to a folder "
            "with more room"
        )

"""URLs of files: how they are shown, and that they contain no credentials."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from seqclf.errors import InputError

WHERE_CREDENTIALS_GO = (
    "a config is copied into every run, so give them to the library that reads the files: ~/.netrc for https, "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3, GOOGLE_APPLICATION_CREDENTIALS for gs, or fsspec's own "
    "configuration (docs/scale.md)"
)

_SECRET = re.compile(
    r"^sig$|signature|token|secret|passw|credential|(?:^|[-_])auth(?:$|[-_])|(?:^|[-_]|api|access)key(?:$|[-_]?id)",
    re.IGNORECASE,
)
_JOINED = re.compile(r":/+")


def as_url(path: str) -> str:
    """The URL of a path whose slashes ``Path`` may have joined."""
    return _JOINED.sub("://", path, count=1)


def shown(url: str) -> str:
    """The URL without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def check_without_credentials(url: str) -> None:
    """Raise ``InputError`` if the URL contains a password, or a query that looks like a signature or a key.

    The message does not repeat them.
    """
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ftp") and "@" in parts.netloc:
        raise InputError(f"{shown(url)}: this URL names a user or a password; {WHERE_CREDENTIALS_GO}")
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _SECRET.search(name)]
    if names:
        raise InputError(f'{shown(url)}: this URL has credentials in its query ("{names[0]}"); {WHERE_CREDENTIALS_GO}')

"""URLs of files: how they are shown, and that they contain no credentials."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

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
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>)]*")


def as_url(path: str) -> str:
    """The URL of a path whose slashes ``Path`` may have joined."""
    return _JOINED.sub("://", path, count=1)


def shown(url: str) -> str:
    """The URL without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def without_secrets(text: str) -> str:
    """A text, each of whose URLs is without user, password and query: a server may redirect to one with a signature."""
    return _URL.sub(lambda found: _shown_safely(found[0]), text)


def _shown_safely(url: str) -> str:
    try:
        return shown(url)
    except ValueError:  # no valid URL
        return f"{url.partition('://')[0]}://..."


def check_without_credentials(url: str) -> None:
    """Raise ``InputError`` if the URL contains a password, or a query that looks like a signature or a key, or is none.

    The message does not repeat them.
    """
    parts = _parts(url)
    if parts.scheme in ("http", "https", "ftp") and "@" in parts.netloc:
        raise InputError(f"{shown(url)}: this URL names a user or a password; {WHERE_CREDENTIALS_GO}")
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _SECRET.search(name)]
    if names:
        raise InputError(f'{shown(url)}: this URL has credentials in its query ("{names[0]}"); {WHERE_CREDENTIALS_GO}')


def _parts(url: str) -> SplitResult:
    """The parts of a URL. Raises ``InputError`` for a malformed one, which shows no password."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # is checked when it is read
    except ValueError as error:
        seen = url.partition("?")[0] if "@" not in url else f"{url.partition('://')[0]}://..."
        expected = "a name or an address behind //, an IPv6 address as in http://[::1]/a.csv, a port up to 65535"
        raise InputError(f"{seen}: not a valid URL; expected {expected}") from error
    return parts

"""File systems by the protocol of a URL, through fsspec. All libraries are imported inside functions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from seqclf.errors import InputError
from seqclf.remote.urls import shown

_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "adl": "adlfs",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "smb": "smbprotocol",
    "hdfs": "pyarrow",
    "oci": "ocifs",
    "oss": "ossfs",
}
_EXTRA = 'pip install "seqclf[remote]"'
_SECONDS_TO_CONNECT, _SECONDS_WITHOUT_DATA = 30.0, 60.0


def is_web(url: str) -> bool:
    """Whether the URL is one of a web server."""
    return urlsplit(url).scheme in ("http", "https")


def store_of(url: str) -> tuple[Any, str]:
    """The file system of a URL (``fsspec.AbstractFileSystem``), and the path in it.

    Raises ``InputError`` that names the package to install if one is missing, or if the protocol is unknown.
    """
    protocol = urlsplit(url).scheme
    try:
        import fsspec

        options = _web_options(protocol) if is_web(url) else {}
        store, path = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        package = _PACKAGES.get(protocol)
        install = _EXTRA + (f" {package}" if package else "")
        raise InputError(f"{shown(url)}: reading {protocol}:// needs {install}") from error
    except ValueError as error:
        what = f'unknown protocol "{protocol}"' if "rotocol" in str(error) else f"cannot be opened ({error})"
        raise InputError(f"{shown(url)}: {what}; known ones are https, s3, gs, abfs, hf and those of fsspec") from error
    return store, str(path)


def _web_options(protocol: str) -> dict[str, Any]:
    """Options of fsspec's file system for http: no limit of the total time, bytes as they are stored, ~/.netrc.

    What fsspec's configuration says for the protocol comes first.
    """
    import aiohttp
    import fsspec

    own = fsspec.config.conf.get(protocol, {}).get("client_kwargs", {})
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT, sock_read=_SECONDS_WITHOUT_DATA)
    headers = {"Accept-Encoding": "identity", **own.get("headers", {})}
    return {"client_kwargs": {"timeout": timeout, "trust_env": True, **own, "headers": headers}}

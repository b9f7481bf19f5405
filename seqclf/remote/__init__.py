"""Files on servers and in object stores, through fsspec: each becomes a complete file in the cache, which is read."""

from seqclf.remote.fetch import fetched

__all__ = ["fetched"]

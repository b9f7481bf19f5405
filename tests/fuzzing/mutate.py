"""Random mutations of inputs."""

from __future__ import annotations

import random

_PIECES = [
    b"\0", b"\n", b"\r", b"\r\n", b",", b"\t", b'"', b'""', b"'", b"\\", b"{", b"}", b"[", b"]", b": ", b"- ", b"&a ",
    b"*a", b"!!python/object:os.system ", b"<<: ", b"#", b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\\ud800",
    b"\xc2\x85", b"NaN", b"Infinity", b"-1", b"1e999", b"9" * 5000, b"null", b"true", b"\xf0\x9f\x98\x80", b"a" * 3000,
    b"[" * 2000, b"../", b"/etc/passwd", b" ", b"text", b"label", b"[PAD]", b"[UNK]",
]  # fmt: skip


def mutated(data: bytes, draw: random.Random) -> bytes:
    """One to four changes."""
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(data) + 1)
        stop = min(len(data), start + draw.choice([0, 1, 1, 2, 8, 64]))
        new = draw.choice([b"", data[start:stop] * 2, draw.choice(_PIECES), bytes([draw.randrange(256)])])
        data = data[:start] + new + data[stop:]
    return data
